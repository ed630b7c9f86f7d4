"""What selections share: their protocol, what they return, and how exactly K are taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from concept_core.errors import DataError
from vocab_builder.stages.candidates import ADDS_NOTHING, Candidate, Drop, Outcome, StageCount
from vocab_builder.stages.context import Context


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate at its place in a selection's order.

    ``score`` is what put it there, in the unit of the selection: the gain at that place. None
    where nothing is compared. One whose score is not above ``threshold`` adds nothing; one with a
    threshold and no score comes after the end of an order that ended with a size.
    """

    candidate: Candidate
    score: float | None
    threshold: float | None = None


class Selection(Protocol):
    """A frozen dataclass whose fields are its options, called on candidates in order.

    Vocabularies of two sizes are prefixes of one order.
    """

    @property
    def needs(self) -> frozenset[str]:
        """What it asks for: ``encoder``, ``reference``."""
        ...

    def __call__(
        self, candidates: Sequence[Candidate], context: Context, size: int | None = None
    ) -> list[Ranked]:
        """Order all candidates, best first; from ``size`` on, where it is given, in any order."""
        ...


_WHOLE = 20_000
"""Candidates up to which an order takes seconds, and is made whole."""


def end_of_order(candidates: int, size: int | None) -> int | None:
    """Where an order of so many candidates ends: None if it holds all, with a place for each."""
    return size if candidates > _WHOLE else None


def reaches(ordered: Outcome, size: int | None) -> bool:
    """Whether an order was made as far as ``size``; to its end if that is None."""
    places = sum(not _is_beyond(one) for one in ordered.kept)
    return places == len(ordered.kept) or (size is not None and places >= size)


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
    taken in any case. None takes all that add something. Those left over have their rank and score,
    but where the order ends with the size, beyond which it depends on how far it was made: these
    are left over by falling count.

    Parameters
    ----------
    ordered : Outcome
        Its kept candidates are in the order of a selection of ``kind``, whose score is their last.
    size : int or None
    kind : str
        The selection's name.

    Raises
    ------
    DataError
        As ``check_size``, or none adds anything.
    """
    check_size(ordered.kept, size)
    worth = [one for one in ordered.kept if _adds(one) and not _is_beyond(one)]
    if not worth:
        raise DataError(
            f"selection: none of {len(ordered.kept)} candidates adds anything; lower the threshold"
            " of the selection, or see whether the reference is about these words"
        )
    kept = worth[:size]
    taken = {one.label for one in kept}
    name = stage_name(kind)
    left = [one for one in ordered.kept if one.label not in taken]
    other = "not-selected"
    if end_of_order(len(ordered.kept), size) is None:
        dropped = tuple(
            _left_over(one, name, rank, other if _adds(one) else ADDS_NOTHING)
            for rank, one in enumerate(left, len(kept) + 1)
        )
    else:
        reason = ADDS_NOTHING if size is not None and len(worth) < size else other
        by_count = sorted(left, key=lambda one: (-one.mass, one.label))
        dropped = tuple(_left_over(one, name, None, reason) for one in by_count)
    count = StageCount(name, len(ordered.kept), len(kept))
    return replace(
        ordered,
        kept=tuple(kept),
        dropped=(*ordered.dropped, *dropped),
        stages=(*ordered.stages, count),
    )


def _left_over(one: Candidate, name: str, rank: int | None, reason: str) -> Drop:
    """One that is not taken; it has neither rank nor score where the order is not whole."""
    score = one.scores[-1]
    value = None if rank is None else score.value
    return Drop(
        replace(one, scores=one.scores[:-1]), name, reason, value, score.threshold, rank=rank
    )


def cut_line(taken: Outcome, size: int | None) -> str:
    """What ``take`` took, and why it is less than was asked for."""
    count = taken.stages[-1]
    line = f"{count.stage}: {count.before} -> {count.after}"
    if size is None or count.after >= size:
        return line
    return f"{line} ({size} are asked for, only {count.after} add something)"


def _is_beyond(one: Candidate) -> bool:
    """Whether the order ended before this one."""
    return one.scores[-1].value is None and one.scores[-1].threshold is not None


def _adds(one: Candidate) -> bool:
    value, threshold = one.scores[-1].value, one.scores[-1].threshold
    return one.protected or value is None or threshold is None or value > threshold


def stage_name(kind: str) -> str:
    """What drops, scores and counts call the selection."""
    return f"selection:{kind}"
