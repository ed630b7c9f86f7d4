from __future__ import annotations

import pytest

from vocab_builder.words.label_forms import (
    bare_adjective,
    bare_verb,
    lost_possessive,
    plural_of,
)

pytestmark = pytest.mark.usefixtures("nltk_data")


@pytest.mark.parametrize(
    ("word", "kind", "gerund"),
    [
        ("erupt", "word", "erupting"),
        ("narrate", "verb", "narrating"),
        ("run", "verb", "running"),
        ("lift", "verb", "lifting"),
        ("run", "noun", ""),
        ("slam", "verb", ""),
        ("creak", "verb", ""),
        ("bear", "noun", ""),
        ("rain", "word", ""),
        ("velcro", "word", ""),
        ("glass breaking", "phrase", ""),
    ],
)
def test_bare_verbs(word: str, kind: str, gerund: str) -> None:
    assert bare_verb(word, kind) == gerund


def test_bare_adjectives() -> None:
    assert all(map(bare_adjective, ("noisy", "percussive", "mechanical", "onomatopoeic")))
    assert bare_adjective("classical", "adjective")
    assert not any(map(bare_adjective, ("static", "liquid", "swift", "rain", "noisy crowd")))
    assert not bare_adjective("classic", "adjective")


@pytest.mark.parametrize(
    ("label", "singular"),
    [
        ("gears", "gear"),
        ("hands", "hand"),
        ("reversing beeps", "reversing beep"),
        ("electric windows", "electric window"),
        ("foxes", "fox"),
        ("ponies", "pony"),
        ("finger cymbals", ""),
        ("rain", ""),
    ],
)
def test_plurals(label: str, singular: str) -> None:
    assert plural_of(label) == singular


TERMS = [
    "glasses", "scissors", "fireworks", "bagpipes", "rails", "castanets", "tongs", "brass", "gas",
    "bus", "blues", "bellows", "glass", "applause", "species", "christmas", "grass",
]  # fmt: skip


def test_plurals_that_are_the_term() -> None:
    assert [plural_of(word) for word in TERMS] == [""] * len(TERMS)


def test_lost_possessives() -> None:
    assert lost_possessive("horses hoofs") == "horse hoofs"
    for label in ("sports car", "keys jangling", "christmas music", "mains hum", "bus engine"):
        assert lost_possessive(label) == ""
