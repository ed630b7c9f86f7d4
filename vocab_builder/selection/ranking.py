"""What a selection returns, and how exactly K are taken from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from concept_core.errors import DataError
from vocab_builder.candidates import Candidate, Drop, FilterResult


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate at its place in a selection's order, with the score that put it there."""

    candidate: Candidate
    score: float


def take(ranked: Sequence[Ranked], size: int, kind: str) -> FilterResult:
    """The first ``size`` candidates; the others are drops with their rank.

    Raises
    ------
    DataError
        If none, or fewer than ``size`` candidates, are left to choose from.
    """
    if not ranked:
        raise DataError(
            "selection: no candidate is left after the filters; add a source, or loosen the filter"
            " that drops the most"
        )
    if len(ranked) < size:
        raise DataError(
            f"selection: {len(ranked)} candidates are left after the filters, {size} are asked"
            " for; lower the size, add a source, or loosen the filter that drops the most"
        )
    dropped = tuple(
        Drop(one.candidate, f"selection:{kind}", "not-selected", one.score, rank=rank)
        for rank, one in enumerate(ranked[size:], size + 1)
    )
    return FilterResult(tuple(one.candidate for one in ranked[:size]), dropped)
