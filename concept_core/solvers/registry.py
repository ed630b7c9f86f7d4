"""The solvers by name, and the choice that ``auto`` makes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from concept_core.errors import UsageError
from concept_core.parallel import check_device, pick_device
from concept_core.spelling import check_names

if TYPE_CHECKING:
    from concept_core.solvers.base import Solver

SOLVERS = ("auto", "working_set", "working_set_torch", "lasso", "k_sparse")

DEFAULT_L0 = 8
"""Concepts a row where no mode is given: a limit means the same for every encoder, l1 does not."""

FEW_ROWS = 64
"""Up to so many rows ``auto`` prepares nothing: no Gram matrix, nothing compiled."""

_SMALL = 128
"""Up to this many atoms the plain lasso is as fast, and needs nothing compiled."""


def pick_solver(
    *,
    atoms: int,
    l1: float | None = None,
    l0: int | None = None,
    solver: str = "auto",
    device: str = "auto",
    rows: int | None = None,
) -> Solver:
    """The solver of that name for one of the two modes.

    ``auto`` depends on mode, number of atoms, and whether the rows are few. Of up to `FEW_ROWS`
    rows, a solver in plain numpy that prepares nothing; else ``k_sparse`` in l0 mode, and in l1
    mode ``lasso`` for few atoms, ``working_set`` for more. The answers are the same within 1e-8 of
    a row's length. All of these run on the CPU, wherever models run: ``working_set_torch``, which
    takes a GPU, is chosen by name alone until it has been measured on one.

    Parameters
    ----------
    atoms : int
        How many atoms the dictionary has.
    l1, l0 : float, int
        Exactly one: the penalty, or the greatest number of concepts a row.
    solver, device : str
        One of ``SOLVERS`` and of ``devices.DEVICES``; with ``working_set_torch``, device ``auto``
        is ``cuda`` where torch finds one.
    rows : int, optional
        How many rows are to be solved; None where there will be many, or more calls.

    Raises
    ------
    UsageError
        Not exactly one of l1 and l0; one out of range; an unknown name; a solver that has no such
        mode or does not run on that device.
    MissingError
        Device ``cuda`` on a machine without one.
    """
    check_mode(l1, l0)
    check_names("solver", [solver], SOLVERS)
    check_device(device)
    few = solver == "auto" and rows is not None and rows <= FEW_ROWS
    name = solver if solver != "auto" else _auto(atoms, l0)
    if device == "cuda" and solver == "auto":
        pick_device(device)  # whoever asks for a device that is missing is told, whatever solves
    elif device == "cuda" and name != "working_set_torch":
        raise UsageError(
            f"the solver {name} runs on the CPU; leave device at 'auto' or choose"
            " solver='working_set_torch' with l1"
        )
    if (name == "k_sparse") != (l0 is not None):
        modes = "l0 (a limit)" if name == "k_sparse" else "l1 (a penalty)"
        raise UsageError(f"the solver {name} takes {modes}")
    if l0 is not None:
        return _l0_solver(int(l0), few=few)
    assert l1 is not None
    return _l1_solver("few_rows" if few else name, float(l1), device)


def _l0_solver(l0: int, *, few: bool) -> Solver:
    if few:
        from concept_core.solvers.few_rows_pursuit import FewRowsKSparse

        return FewRowsKSparse(l0)
    from concept_core.solvers.k_sparse import KSparse

    return KSparse(l0)


def _l1_solver(name: str, l1: float, device: str) -> Solver:
    if name == "few_rows":
        from concept_core.solvers.few_rows import FewRows

        return FewRows(l1)
    if name == "lasso":
        from concept_core.solvers.lasso import Lasso

        return Lasso(l1)
    if name == "working_set":
        from concept_core.solvers.working_set import WorkingSet

        return WorkingSet(l1)
    from concept_core.solvers.working_set_torch import WorkingSetTorch

    return WorkingSetTorch(l1, pick_device(device))


def _auto(atoms: int, l0: int | None) -> str:
    if l0 is not None:
        return "k_sparse"
    return "lasso" if atoms <= _SMALL else "working_set"


def chosen_mode(l0: int | None, l1: float | None) -> tuple[int | None, float | None]:
    """Limit and penalty, exactly one of them not None: at most `DEFAULT_L0` if neither is given.

    Raises
    ------
    UsageError
        Both are given, or one is out of range.
    """
    if l0 is None and l1 is None:
        return DEFAULT_L0, None
    check_mode(l1, l0)
    return l0, l1


def check_mode(l1: float | None, l0: int | None) -> None:
    """See that exactly one mode is asked for, in range; raises as `pick_solver` does."""
    if (l1 is None) == (l0 is None):
        given = "neither was" if l1 is None else "both were"
        raise UsageError(f"give exactly one of l1 (a penalty) and l0 (a limit); {given} given")
    if l0 is not None and (not isinstance(l0, (int, np.integer)) or l0 < 1):
        raise UsageError(f"l0 is a whole number of concepts a row, 1 or more; got {l0!r}")
    if l1 is not None and not (math.isfinite(l1) and l1 > 0):
        raise UsageError(f"l1 is a penalty above 0, such as 0.1; got {l1!r}")
