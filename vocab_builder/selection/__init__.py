"""Selection: an order over the candidates, and the first K of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from concept_core.spelling import unknown_name
from vocab_builder.candidates import Candidate
from vocab_builder.context import Context
from vocab_builder.selection.ranking import Ranked, take

__all__ = ["Ranked", "Selection", "selection_type", "take"]


class Selection(Protocol):
    """A frozen dataclass whose fields are its options, called on candidates in order."""

    @property
    def needs(self) -> frozenset[str]:
        """What it asks for: ``encoder``, ``reference``."""
        ...

    def __call__(
        self, candidates: Sequence[Candidate], size: int, context: Context
    ) -> list[Ranked]:
        """Order all candidates, best first; the order of the first ``size`` is what counts."""
        ...


def selection_type(kind: str, where: str) -> type[Selection]:
    """The selection class called ``kind``.

    Raises
    ------
    UsageError
        If there is none; the message lists the kinds.
    """
    from vocab_builder.selection.coverage import CoverageSelection
    from vocab_builder.selection.frequency import FrequencySelection

    kinds: dict[str, type[Selection]] = {
        "frequency": FrequencySelection,
        "coverage": CoverageSelection,
    }
    if kind not in kinds:
        raise unknown_name("selection", kind, kinds, where)
    return kinds[kind]
