"""Selection: an order over all candidates, and the first K of it."""

from __future__ import annotations

from concept_core.spelling import unknown_name
from vocab_builder.selection.base import Ranked, Selection, check_size, stage_name, take

__all__ = ["Ranked", "Selection", "check_size", "selection_type", "stage_name", "take"]


def selection_type(kind: str, where: str) -> type[Selection]:
    """The selection class called ``kind``.

    Raises
    ------
    UsageError
        If there is none; the message lists the kinds.
    """
    from vocab_builder.selection.baselines import FrequencySelection, RandomSelection
    from vocab_builder.selection.clusters import ClusterSelection
    from vocab_builder.selection.coverage import CoverageSelection
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
