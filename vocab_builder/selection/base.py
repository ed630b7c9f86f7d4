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
    where nothing is compared. One whose score is not above ``threshold`` adds nothing.
    """

    candidate: Candidate
    score: float | None
    threshold: float | None = None


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
    """See that there is something to take, and that ``size`` has room for what must be taken.

    Raises
    ------
    DataError
        No candidate is left to choose from, or more than ``size`` must be taken.
    """
    needed = sum(one.protected for one in candidates)
    if not candidates:
        raise DataError(
            "selection: no candidate is left after the filters; add a source, or loosen the filter"
            " that drops the most"
        )
    if size is not None and needed > size:
        raise DataError(
            f"selection: {needed} words are your own or kept by decision, which is more than the"
            f" {size} that are asked for; raise the size to {needed} at least"
        )


def take(ordered: Outcome, size: int | None, kind: str) -> Outcome:
    """The first ``size`` candidates of an order that add something; the others are drops too.

    A size is a maximum: where fewer add something the vocabulary ends there. What is protected is
    taken in any case. None takes all that add something.

    Parameters
    ----------
    ordered : Outcome
        Its kept candidates are in the order of a selection of ``kind``, whose score is their last.

    Raises
    ------
    DataError
        As ``check_size``, or none adds anything.
    """
    check_size(ordered.kept, size)
    worth = [one for one in ordered.kept if _adds(one)]
    if not worth:
        raise DataError(
            f"selection: none of {len(ordered.kept)} candidates adds anything; lower the threshold"
            " of the selection, or see whether the reference is about these words"
        )
    kept = worth[:size]
    taken = {one.label for one in kept}
    name = stage_name(kind)
    left = [one for one in ordered.kept if one.label not in taken]
    dropped = tuple(
        Drop(
            replace(one, scores=one.scores[:-1]),
            name,
            "not-selected" if _adds(one) else "adds-nothing",
            one.scores[-1].value,
            one.scores[-1].threshold,
            rank=rank,
        )
        for rank, one in enumerate(left, len(kept) + 1)
    )
    count = StageCount(name, len(ordered.kept), len(kept))
    return replace(
        ordered,
        kept=tuple(kept),
        dropped=(*ordered.dropped, *dropped),
        stages=(*ordered.stages, count),
    )


def cut_line(taken: Outcome, size: int | None) -> str:
    """What ``take`` took, and why it is less than was asked for."""
    count = taken.stages[-1]
    line = f"{count.stage}: {count.before} -> {count.after}"
    if size is None or count.after >= size:
        return line
    return f"{line} ({size} are asked for, only {count.after} add something)"


def _adds(one: Candidate) -> bool:
    value, threshold = one.scores[-1].value, one.scores[-1].threshold
    return one.protected or value is None or threshold is None or value > threshold


def stage_name(kind: str) -> str:
    """What drops, scores and counts call the selection."""
    return f"selection:{kind}"
