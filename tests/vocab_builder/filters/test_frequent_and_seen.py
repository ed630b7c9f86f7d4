from __future__ import annotations

import pytest

from concept_core.errors import UsageError
from concept_core.vocabulary import Evidence
from tests.toy import candidate, labels, scores
from vocab_builder.filters.frequent import Frequent
from vocab_builder.filters.seen import Seen
from vocab_builder.stages.candidates import Candidate, merge_candidates
from vocab_builder.stages.context import Context

POOL = [candidate("rain", 5), candidate("bell", 9), candidate("owl", 5), candidate("dog", 7)]


def test_the_most_frequent_stay_in_their_order() -> None:
    result = Frequent(3)(POOL, Context())
    # Of equals the shorter label.
    assert [one.label for one in result.kept] == ["bell", "owl", "dog"]
    (drop,) = result.dropped
    assert (drop.candidate.label, drop.reason, drop.score, drop.threshold) == (
        "rain", "infrequent", 5, 5,
    )  # fmt: skip
    assert scores(result)["bell"].value == 9


@pytest.mark.parametrize("most", [4, 100])
def test_few_candidates_all_stay(most: int) -> None:
    result = Frequent(most)(POOL, Context())
    assert labels(result.kept) == labels(POOL) and not result.dropped
    assert Frequent(most)([], Context()).kept == ()


def test_what_cannot_be_asked() -> None:
    with pytest.raises(UsageError, match="most must be from 1, found 0"):
        Frequent(0)
    with pytest.raises(UsageError, match="name at least one source"):
        Seen(())


def test_sources_that_only_help_leave_nothing_behind() -> None:
    evidence = (Evidence("mine", "here", 2), Evidence("theirs", "there", 40))
    both = Candidate("rain", "noun", evidence, ("audioset:/m/06mb1",), 3.0)
    mine, theirs = candidate("bell", 4, "mine"), candidate("owl", 9, "theirs")
    result = Seen(("mine",))(merge_candidates([both, mine, theirs]), Context())
    assert [(one.label, one.count, one.mass) for one in result.kept] == [
        ("rain", 2, 2), ("bell", 4, 4),
    ]  # fmt: skip
    assert result.kept[0].links == ()
    assert [(drop.candidate.label, drop.reason) for drop in result.dropped] == [("owl", "not-seen")]
    assert Seen(("mine",))([mine], Context()).kept == (mine,)
