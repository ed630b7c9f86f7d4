from __future__ import annotations

from dataclasses import replace

import pytest

from concept_core.errors import UsageError
from tests.toy import candidate, labels, scores
from vocab_builder.filters.profanity import Profanity
from vocab_builder.stages.candidates import OtherName
from vocab_builder.stages.context import Context

MINED = [candidate(label) for label in ("rain", "fucking hell", "cock", "screwing", "bassoon")]
FLAGS = {
    "fucking hell": "profane",
    "cock": "profane-homonym",
    "screwing": "profane-homonym",
}


def test_by_itself_it_only_flags() -> None:
    result = Profanity()(MINED, Context())
    assert labels(result.kept) == labels(MINED)
    assert {label: score.flag for label, score in scores(result).items()} == FLAGS


def test_a_recipe_may_drop_what_has_no_innocent_sense() -> None:
    result = Profanity("drop")(MINED, Context())
    assert [(drop.candidate.label, drop.reason) for drop in result.dropped] == [
        ("fucking hell", "profane")
    ]
    assert {label for label, score in scores(result).items() if score.flag} == {"cock", "screwing"}


def test_a_recipe_may_allow_words() -> None:
    result = Profanity("drop", allow=("fuck", "cock"))(MINED, Context())
    assert labels(result.kept) == labels(MINED)
    assert set(scores(result)) == {"screwing"}


def test_another_action_is_an_error() -> None:
    with pytest.raises(UsageError, match="unknown action 'dorp'; did you mean 'drop'"):
        Profanity("dorp")


@pytest.mark.parametrize(("action", "expected"), [("drop", ["leak"]), ("flag", ["leak", "piss"])])
def test_names_that_sources_have_are_looked_at_too(action: str, expected: list[str]) -> None:
    names = tuple(OtherName(alias, "synonym", "ucs") for alias in ("leak", "piss"))
    kept = Profanity(action)([replace(candidate("urinating"), other_names=names)], Context()).kept
    assert [one.alias for one in kept[0].other_names] == expected
