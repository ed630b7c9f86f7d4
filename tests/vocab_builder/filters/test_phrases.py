from __future__ import annotations

import pytest

from concept_core.errors import UsageError
from concept_core.vocabulary import Evidence
from tests.toy import candidate, labels
from vocab_builder.filters.phrases import Phrases
from vocab_builder.stages.candidates import Candidate, Drop, OtherName
from vocab_builder.stages.context import Context

pytestmark = pytest.mark.usefixtures("nltk_data")


def said(label: str, count: int = 50) -> Candidate:
    return candidate(label, count, "captions", "phrase")


def judged(*mined: Candidate) -> dict[str, Drop | None]:
    result = Phrases(("captions",))(mined, Context())
    kept: dict[str, Drop | None] = dict.fromkeys(labels(result.kept))
    return kept | {drop.candidate.label: drop for drop in result.dropped}


def test_an_event_must_be_said_often() -> None:
    found = judged(said("dog barking"), said("tick rocking", 7))
    assert found["dog barking"] is None
    rare = found["tick rocking"]
    assert rare is not None and (rare.reason, rare.score, rare.threshold) == ("rare", 7, 8)


@pytest.mark.parametrize(
    ("phrase", "sound"),
    [
        ("somebody snoring", "snore"), ("man typing", "typing"), ("girl burping", "burp"),
        ("tool drilling", "drilling"), ("machine humming", "hum"), ("vehicle siren", "siren"),
    ],
)  # fmt: skip
def test_what_anybody_does_is_the_sound_alone(phrase: str, sound: str) -> None:
    drop = judged(said(phrase), said(sound))[phrase]
    assert drop is not None and (drop.reason, drop.twin) == ("generic-subject", sound)


def test_what_anybody_does_goes_without_the_sound_too() -> None:
    drop = judged(said("man performing"))["man performing"]
    assert drop is not None and (drop.reason, drop.twin) == ("generic-subject", None)


@pytest.mark.parametrize(
    "phrase", ["man talking", "woman laughing", "baby crying", "crowd cheering", "people shouting"]
)
def test_who_speaks_is_a_sound_of_its_own(phrase: str) -> None:
    assert judged(said(phrase), said(phrase.split()[1]))[phrase] is None


def test_what_another_source_has_stays() -> None:
    known = Candidate(
        "human voice", "phrase", (Evidence("audioset", "x", 1), Evidence("captions", "x", 1))
    )
    assert judged(known, candidate("voice")) == {"human voice": None, "voice": None}


def test_other_phrases_are_terms_or_common_compounds() -> None:
    horn = candidate("horn", 9, "audioset")
    found = judged(
        horn, said("car horn", 3), said("ship horn", 30), said("electric horn", 30),
        said("truck horn", 4), said("boat klaxon", 30), said("loud ship horn", 90),
        said("police car horn", 90),
    )  # fmt: skip
    reasons = {label: drop.reason for label, drop in found.items() if drop is not None}
    # WordNet has "car horn".
    assert reasons == {
        "electric horn": "one-source", "truck horn": "rare", "boat klaxon": "one-source",
        "loud ship horn": "one-source",
    }  # fmt: skip


def test_the_sound_takes_the_other_names() -> None:
    other = OtherName("somebody asleep", "synonym", "captions")
    phrase = Candidate(
        "man snoring", "phrase", (Evidence("captions", "x", 9),), other_names=(other,)
    )
    (kept,) = Phrases(("captions",))([phrase, said("snore")], Context()).kept
    assert kept.other_names == (other,) and kept.count == 50


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sources": ()}, "at least one source"),
        ({"sources": ("x",), "min_count": 0}, "min_count must be from 1, found 0"),
        ({"sources": ("x",), "min_compound": 0}, "min_compound must be from 1, found 0"),
    ],
)
def test_wrong_options(options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Phrases(**options)  # type: ignore[arg-type]
