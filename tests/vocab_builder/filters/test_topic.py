"""The topic of a fill: what is near to it stays, own words whatever they are about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from concept_core.encoders import Encoder
from concept_core.errors import UsageError
from concept_core.measures.reference import ReferenceItems
from tests.toy import ToyEncoder, candidate, labels
from vocab_builder.filters.topic import Topic
from vocab_builder.stages.candidates import Candidate
from vocab_builder.stages.context import Context

OWN = ["whale song", "ship noise", "sonar ping", "dolphin whistle", "rain on water"]
OTHERS = [
    "boat engine",
    "ocean wave",
    "motorboat",
    "typing",
    "theological",
    "telephone",
    "applause",
]


def given() -> list[Candidate]:
    own = [
        replace(candidate(word), protected=True, own_place=place)
        for place, word in enumerate(OWN, 1)
    ]
    return own + [candidate(word) for word in OTHERS]


def test_what_is_off_topic_is_dropped(encoder: Encoder) -> None:
    result = Topic(("underwater sound", "ships"))(given(), Context(encoder))
    assert labels(result.kept)[:5] == OWN
    assert {"boat engine", "motorboat"} <= set(labels(result.kept))
    dropped = {drop.candidate.label: drop for drop in result.dropped}
    assert {"theological", "typing", "telephone"} <= set(dropped)
    drop = dropped["theological"]
    assert (drop.filter, drop.reason) == ("topic", "off-topic")
    assert drop.score is not None and drop.threshold is not None and drop.score < drop.threshold
    # The threshold is the own words' median: not all of them reach it, and all stay.
    scores = [one.scores[-1] for one in result.kept if one.own_place]
    assert sum((score.value or 0) >= (score.threshold or 0) for score in scores) == 3
    assert all(score.flag is None for score in scores)


def test_without_own_words_the_nearest_quarter_stays(encoder: Encoder) -> None:
    result = Topic(("boats and waves",))([candidate(word) for word in OTHERS], Context(encoder))
    assert set(labels(result.kept)) == {"ocean wave", "motorboat"}


@pytest.mark.parametrize("count", [0, 1])
def test_hardly_anything(count: int) -> None:
    result = Topic(("rain",))([candidate("rain")] * count, Context(ToyEncoder()))
    assert len(result.kept) == count and result.dropped == ()


def test_the_reference_is_narrowed_to_the_topic() -> None:
    captions = [*(f"rain falls {number}" for number in range(90)), *(f"x{n}" for n in range(110))]
    context = Context(ToyEncoder(), ReferenceItems.of_captions(captions))
    rows = Topic(("rain falls",)).rows([candidate("rain"), candidate("dog")], context)
    assert len(rows) == 100 and set(range(90)) <= set(rows.tolist())
    assert sorted(rows.tolist()) == rows.tolist()
    context.narrow(rows)
    assert context.reference().shape == (100, 64)


@pytest.mark.parametrize("about", [(), ("",), ("rain", "  ")])
def test_no_topic(about: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="name the topic in a few phrases"):
        Topic(about)
