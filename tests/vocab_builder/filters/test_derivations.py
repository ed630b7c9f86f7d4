from __future__ import annotations

import pytest

from tests.toy import candidate, labels
from vocab_builder.filters.twins import Derivations
from vocab_builder.stages.context import Context
from vocab_builder.words.relations import derivations

pytestmark = pytest.mark.usefixtures("nltk_data")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("laugh", "laughter"),
        ("explode", "explosion"),
        ("gust", "gusty"),
        ("vibrate", "vibration"),
        ("rhythm", "rhythmical"),
        ("rhino", "rhinoceros"),
    ],
)
def test_derived_words_know_each_other(one: str, other: str) -> None:
    assert other in derivations(one)
    assert one in derivations(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sing", "singer"),
        ("blend", "blender"),
        ("grind", "grinder"),
        ("crow", "crowing"),
        ("clang", "clank"),
        ("speak", "speech"),
        ("duck", "duckling"),
        ("rain", "rainbow"),
    ],
)
def test_what_does_it_or_only_looks_alike_is_something_else(one: str, other: str) -> None:
    assert other not in derivations(one)
    assert one not in derivations(other)


def test_the_most_frequent_speaks_for_all() -> None:
    mined = [
        candidate("thunder", 4),
        candidate("laugh", 3),
        candidate("laughter", 5),
        candidate("laughter track", 1),
        candidate("thunderous", 1),
    ]
    result = Derivations()(mined, Context())
    assert [(one.label, one.count) for one in result.kept] == [
        ("laughter", 8), ("thunder", 5), ("laughter track", 1),
    ]  # fmt: skip
    assert [(drop.candidate.label, drop.reason, drop.twin) for drop in result.dropped] == [
        ("laugh", "derivation", "laughter"),
        ("thunderous", "derivation", "thunder"),
    ]
    assert Derivations()(result.kept, Context()).dropped == ()


def test_nothing_gives_nothing() -> None:
    assert labels(Derivations()([], Context()).kept) == []
