"""Selection: an order over all candidates, and the first K of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from concept_core.spelling import unknown_name
from vocab_builder.selection.ranking import Ranked, check_size, stage_name, take
from vocab_builder.stages.candidates import Candidate
from vocab_builder.stages.context import Context

__all__ = ["Ranked", "Selection", "check_size", "selection_type", "stage_name", "take"]


class Selection(Protocol):
    """A frozen dataclass whose fields are its options, called on candidates in order.

    It is not told the size: vocabularies of two sizes are prefixes of one order.
    """

    @property
    def needs(self) -> frozenset[str]:
        """What it asks for: ``encoder``, ``reference``."""
        ...

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> list[Ranked]:
        """Order all candidates, best first."""
        ...


def selection_type(kind: str, where: str) -> type[Selection]:
    """The selection class called ``kind``.

    Raises
    ------
    UsageError
        If there is none; the message lists the kinds.
    """
    from vocab_builder.selection.chance import RandomSelection
    from vocab_builder.selection.clusters import ClusterSelection
    from vocab_builder.selection.coverage import CoverageSelection
    from vocab_builder.selection.frequency import FrequencySelection
    from vocab_builder.selection.mmr import MarginalRelevanceSelection

    kinds: dict[str, type[Selection]] = {
        "frequency": FrequencySelection,
        "coverage": CoverageSelection,
        "clusters": ClusterSelection,
        "mmr": MarginalRelevanceSelection,
        "random": RandomSelection,
    }
    if kind not in kinds:
        raise unknown_name("selection", kind, kinds, where)
    return kinds[kind]
