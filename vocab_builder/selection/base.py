"""What selections share: their protocol, what they return, and how exactly K are taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from concept_core.errors import DataError
from vocab_builder.stages.candidates import Candidate, Drop, Outcome, StageCount
from vocab_builder.stages.context import Context


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate at its place in a selection's order.

    ``score`` is what put it there, in the unit of the selection: the gain at that place. None
    where nothing is compared.
    """

    candidate: Candidate
    score: float | None


class Selection(Protocol):
    """A frozen dataclass whose fields are its options, called on candidates in order.

    It does not know the size: vocabularies of two sizes are prefixes of one order.
    """

    @property
    def needs(self) -> frozenset[str]:
        """What it asks for: ``encoder``, ``reference``."""
        ...

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> list[Ranked]:
        """Order all candidates, best first."""
        ...


def check_size(candidates: Sequence[Candidate], size: int | None) -> None:
    """See that ``size`` candidates can be taken; None asks for all.

    Raises
    ------
    DataError
        If none, or fewer than ``size`` candidates, are left to choose from, or more than that
        must be taken.
    """
    available, needed = len(candidates), sum(one.protected for one in candidates)
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
    if size is not None and needed > size:
        raise DataError(
            f"selection: {needed} words are your own or kept by decision, which is more than the"
            f" {size} that are asked for; raise the size to {needed} at least"
        )


def take(ordered: Outcome, size: int | None, kind: str) -> Outcome:
    """The first ``size`` candidates of an order, None for all; the others are drops too.

    Parameters
    ----------
    ordered : Outcome
        Its kept candidates are in the order of a selection of ``kind``, whose score is their last.

    Raises
    ------
    DataError
        As ``check_size``.
    """
    check_size(ordered.kept, size)
    kept, left = ordered.kept[:size], () if size is None else ordered.kept[size:]
    name = stage_name(kind)
    dropped = tuple(
        Drop(
            replace(one, scores=one.scores[:-1]),
            name,
            "not-selected",
            one.scores[-1].value,
            rank=rank,
        )
        for rank, one in enumerate(left, len(kept) + 1)
    )
    count = StageCount(name, len(ordered.kept), len(kept))
    return replace(
        ordered,
        kept=kept,
        dropped=(*ordered.dropped, *dropped),
        stages=(*ordered.stages, count),
    )


def stage_name(kind: str) -> str:
    """What drops, scores and counts call the selection."""
    return f"selection:{kind}"
