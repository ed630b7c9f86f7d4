from __future__ import annotations

import pytest

from concept_core.errors import UsageError
from tests.toy import candidate, labels
from vocab_builder.filters.events import Events, Told, told_by
from vocab_builder.stages.candidates import Candidate
from vocab_builder.stages.context import Context

pytestmark = pytest.mark.usefixtures("nltk_data")


def said(label: str, count: int) -> Candidate:
    return candidate(label, count, "captions", "phrase")


def dropped(*mined: Candidate) -> dict[str, str | None]:
    result = Events(("captions",))(mined, Context())
    assert len(result.kept) + len(result.dropped) == len(mined)
    assert all(drop.twin in labels(result.kept) for drop in result.dropped)
    return {drop.candidate.label: drop.twin for drop in result.dropped}


def test_only_cats_meow() -> None:
    found = dropped(
        said("cat meowing", 40), said("dog meowing", 1), candidate("meow", 60, "audioset")
    )
    assert found == {"cat meowing": "meow"}


def test_what_another_source_has_stays() -> None:
    event = candidate("dog barking", 1, "audioset")
    assert dropped(event, said("bark", 60)) == {"bark": "dog barking"}
    both = candidate("bark", 60, "audioset")
    assert dropped(event, both) == {}


def test_many_things_squeak() -> None:
    found = dropped(said("door squeaking", 9), said("shoe squeaking", 9), said("mouse squeak", 9),
                    said("squeak", 60))  # fmt: skip
    assert found == {}


def test_a_word_that_says_too_much_stands_for_no_event() -> None:
    assert dropped(said("wave crashing", 90), said("crash", 200)) == {}
    assert dropped(said("wind blowing", 90), said("blow", 200)) == {}


def test_a_kind_of_the_subject_makes_the_same_sound() -> None:
    found = dropped(said("pigeon cooing", 90), said("dove cooing", 9), said("baby cooing", 9),
                    said("coo", 200))  # fmt: skip
    assert found == {"pigeon cooing": "coo", "dove cooing": "coo"}


def test_who_speaks_is_a_sound_of_its_own() -> None:
    assert dropped(said("man mumbling", 90), said("mumbling", 200)) == {}


def test_events_by_their_words() -> None:
    assert told_by("duck quacking") == told_by("duck quack") == Told("duck", "quack")
    assert told_by("loud bang") is None
    assert told_by("car door") is told_by("computer mouse") is told_by("ocean wave") is None


def test_of_what_captions_alone_have_the_event_stays_where_the_sound_is_hardly_said_of_others() -> (
    None
):
    assert dropped(said("horse trotting", 60), said("trotting", 90)) == {
        "trotting": "horse trotting"
    }
    assert dropped(said("horse trotting", 60), said("trotting", 190)) == {
        "horse trotting": "trotting"
    }


@pytest.mark.parametrize(
    ("options", "message"),
    [({"sources": ()}, "at least one source"), ({"sources": ("x",), "share": 0}, "share 0 is not")],
)
def test_wrong_options(options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Events(**options)  # type: ignore[arg-type]
