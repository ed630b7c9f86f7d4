"""Selection: an order over all candidates, and the first K of it."""

from __future__ import annotations

from pkgutil import resolve_name

from concept_core.spelling import unknown_name
from vocab_builder.selection.base import (
    Ranked,
    Selection,
    check_size,
    cut_line,
    end_of_order,
    reaches,
    stage_name,
    take,
)

__all__ = [
    "Ranked",
    "Selection",
    "check_size",
    "cut_line",
    "end_of_order",
    "reaches",
    "selection_type",
    "stage_name",
    "take",
]

# Kind -> module and class, which is imported when it is asked for.
_KINDS = {
    "frequency": "baselines:FrequencySelection",
    "coverage": "coverage:CoverageSelection",
    "clusters": "clusters:ClusterSelection",
    "mmr": "mmr:MarginalRelevanceSelection",
    "random": "baselines:RandomSelection",
}


def selection_type(kind: str, where: str) -> type[Selection]:
    """The selection class called ``kind``.

    Raises
    ------
    UsageError
        If there is none; the message lists the kinds.
    """
    if kind not in _KINDS:
        raise unknown_name("selection", kind, _KINDS, where)
    found: type[Selection] = resolve_name(f"{__name__}.{_KINDS[kind]}")
    return found
