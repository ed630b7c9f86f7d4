"""What can be swept, and over which sparsities and sizes: checked before anything slow starts."""

from __future__ import annotations

from collections.abc import Sequence

from concept_core.bench.baselines import Sparsity
from concept_core.errors import UsageError
from concept_core.solvers.registry import check_mode
from concept_core.tasks import faithfulness, intervention
from concept_core.tasks.request import TASKS

_NOT_SWEPT = {
    intervention.NAME: "it removes concepts that a shorter prefix may lack, and what it tells is"
    " the change by the removal, not its main metric",
    faithfulness.NAME: "its main metric is that of zero-shot, and what it tells is in the details"
    " of a scorecard",
}

SWEPT = tuple(name for name in TASKS if name not in _NOT_SWEPT)
"""Tasks whose main metric is a curve over the grid."""


def prefix_sizes(size: int, asked: Sequence[int | None]) -> list[int]:
    """The asked prefix sizes that a vocabulary of ``size`` concepts has; None is all of it."""
    return sorted({size if one is None else one for one in asked if one is None or one <= size})


def check_swept(task: str) -> None:
    """See that the main metric of a task is a curve over a grid.

    Raises
    ------
    UsageError
        It is not; the message tells why, and which tasks can be swept.
    """
    if task in _NOT_SWEPT:
        raise UsageError(
            f"{task} cannot be swept: {_NOT_SWEPT[task]}; sweep one of {', '.join(SWEPT)}, or give"
            f" each sparsity to sonolex score --task {task}"
        )


def check_grid(l0: Sequence[int], l1: Sequence[float]) -> None:
    """See that exactly one grid is asked for, every value of it in range.

    Raises
    ------
    UsageError
        It is not.
    """
    if bool(len(l0)) == bool(len(l1)):
        raise UsageError("give exactly one grid: l0 (limits) or l1 (penalties), of one or more")
    for limit in l0:
        check_mode(None, limit)
    for penalty in l1:
        check_mode(penalty, None)


def sparsities(l0: Sequence[int], l1: Sequence[float]) -> list[Sparsity]:
    """The sparsities in rising order of the limit or penalty."""
    check_grid(l0, l1)
    limits = [Sparsity(l0=limit) for limit in sorted(set(l0))]
    return limits or [Sparsity(l1=penalty) for penalty in sorted(set(l1))]
