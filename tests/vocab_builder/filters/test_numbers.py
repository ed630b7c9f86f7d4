from __future__ import annotations

import pytest

from tests.toy import candidate, labels
from vocab_builder.filters.numbers import Numbers
from vocab_builder.stages.context import Context


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("twenty", "number"),
        ("twenty-one", "number"),
        ("747", "number"),
        ("1st", "number"),
        ("decibel", "measure"),
        ("ten seconds", "measure"),
        ("50hz", "measure"),
        ("five feet", "measure"),
        ("two dogs", "number-inside"),
        ("50hz hum", "number-inside"),
    ],
)
def test_reasons(label: str, reason: str) -> None:
    result = Numbers()([candidate(label)], Context())
    assert [(drop.filter, drop.reason) for drop in result.dropped] == [("numbers", reason)]


@pytest.mark.parametrize("label", ["rain", "footstep", "beat", "pound", "minute hand", "mp3"])
def test_words_that_only_look_like_measures_stay(label: str) -> None:
    assert labels(Numbers()([candidate(label)], Context()).kept) == [label]


def test_a_source_may_be_spared_for_phrases_only() -> None:
    mined = [candidate("two-handed saw", source="wordnet"), candidate("seven", source="wordnet")]
    assert labels(Numbers(spare=("wordnet",))(mined, Context()).kept) == ["two-handed saw"]


def test_nothing_gives_nothing() -> None:
    result = Numbers()([], Context())
    assert (result.kept, result.dropped) == ((), ())
