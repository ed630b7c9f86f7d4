from __future__ import annotations

import pytest

from vocab_builder.words.american import american_spelling
from vocab_builder.words.normal_form import normal_form, split_words
from vocab_builder.words.spelling import extra_words, real_word, unknown_words

pytestmark = pytest.mark.usefixtures("nltk_data")


@pytest.mark.parametrize(
    "word",
    [
        "rain",
        "geese",
        "yipping",
        "bustling",
        "crunchy",
        "racecar",
        "lawnmower",
        "café",
        "men's",
        "didgeridoo",
        "mics",
        "firetruck",
        "windchimes",
        "rimshot",
        "gusting",
        "yodelling",
        "crackly",
        "recycler",
        "clonking",
    ],
)
def test_real(word: str) -> None:
    assert real_word(word)


TYPOS = [
    "asdf", "continous", "helicoptor", "vehical", "mechine", "thunderr", "chriping", "moter",
    "hamering", "rustiling", "openning", "moning", "carrer", "vaccum", "distroy", "crankling",
    "kenting",
]  # fmt: skip


@pytest.mark.parametrize("word", TYPOS)
def test_not_real(word: str) -> None:
    assert not real_word(word)


def test_labels() -> None:
    assert unknown_words("coin-spinning") == []
    assert unknown_words("rhythm and blues") == []
    assert unknown_words("and") == ["and"]
    assert unknown_words("helicoptor blade") == ["helicoptor"]
    assert unknown_words("fwip burst", frozenset({"fwip"})) == []
    assert unknown_words("a cappella") == []


def test_the_list_has_only_what_the_rules_do_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    words = extra_words()
    assert all(normal_form(word) == word for word in words)
    monkeypatch.setattr("vocab_builder.words.spelling.extra_words", frozenset)
    real_word.cache_clear()
    known = [word for word in words if all(map(real_word, split_words(word)))]
    real_word.cache_clear()
    assert known == []


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("colour", "color"), ("tyre", "tire"), ("aeroplane", "airplane"), ("theatre", "theater"),
        ("plough", "plow"), ("grey", "gray"), ("vocalise", "vocalize"), ("catalogue", "catalog"),
    ],
)  # fmt: skip
def test_spellings_of_one_word(british: str, american: str, nltk_data: None) -> None:
    assert american_spelling(british) == american == american_spelling(american)


@pytest.mark.parametrize("word", ["four", "bell", "fire", "hour", "poe", "tool", "pour", "fore"])
def test_endings_alone_prove_nothing(word: str, nltk_data: None) -> None:
    assert american_spelling(word) == word
