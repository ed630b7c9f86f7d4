"""What a selection returns, and how exactly K are taken from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from concept_core.errors import DataError
from vocab_builder.stages.candidates import Candidate, Drop, FilterResult, Score


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate at its place in a selection's order.

    ``score`` is what put it there, in the unit of the selection: the gain at that place. None
    where nothing is compared.
    """

    candidate: Candidate
    score: float | None


def check_size(available: int, size: int | None) -> None:
    """See that ``size`` candidates can be taken; None asks for all.

    Raises
    ------
    DataError
        If none, or fewer than ``size`` candidates, are left to choose from.
    """
    if not available:
        raise DataError(
            "selection: no candidate is left after the filters; add a source, or loosen the filter"
            " that drops the most"
        )
    if size is not None and available < size:
        raise DataError(
            f"selection: {available} candidates are left after the filters, {size} are asked"
            " for; lower the size, add a source, or loosen the filter that drops the most"
        )


def take(ranked: Sequence[Ranked], size: int | None, kind: str) -> FilterResult:
    """The first ``size`` candidates, None for all; the others are drops with their rank.

    Raises
    ------
    DataError
        As ``check_size``.
    """
    check_size(len(ranked), size)
    end = len(ranked) if size is None else size
    dropped = tuple(
        Drop(one.candidate, stage_name(kind), "not-selected", one.score, rank=rank)
        for rank, one in enumerate(ranked[end:], end + 1)
    )
    scores = {one.candidate.label: Score(one.score) for one in ranked[:end]}
    return FilterResult(tuple(one.candidate for one in ranked[:end]), dropped, scores)


def stage_name(kind: str) -> str:
    """What drops, scores and counts call the selection, beside the names of filters."""
    return f"selection:{kind}"
