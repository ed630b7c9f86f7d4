"""The rows that a solver leaves open, solved again where the solver is slow and float64."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from concept_core.solvers.base import GAP_TOLERANCE, Array, Rows, Solution

if TYPE_CHECKING:
    from concept_core.solvers.working_set_torch import PreparedWorkingSetTorch


class SlowRows:
    """The solver for rows that stay open: made ready when the first one comes, and kept.

    Parameters
    ----------
    atoms : (U, d) float64
        Each once.
    first : (U,) int32
        Which atom of the dictionary each is.
    k : int
        How many atoms the dictionary has.
    """

    def __init__(self, atoms: Array, first: NDArray[np.int32], k: int) -> None:
        self._atoms, self._first, self.k = atoms, first, k
        self._prepared: PreparedWorkingSetTorch | None = None

    def closed(self, x: Rows, l1: float, found: Solution) -> Solution:
        """The answer with the rows that are still open solved again, where that is better."""
        from scipy.sparse import vstack

        left = np.flatnonzero(found.gap > GAP_TOLERANCE)
        if not left.size:
            return found
        slow = replace(self._solver(), l1=l1)
        # One by one: there, the last digits of an answer depend on the rows beside it.
        again = [slow.solve(x[row : row + 1]) for row in left]
        gap = np.concatenate([found.gap, *(row.gap for row in again)])
        order = np.arange(len(x))
        order[left] = np.where(gap[len(x) :] < gap[left], len(x) + np.arange(len(left)), left)
        every = vstack([found.weights, *(row.weights for row in again)], format="csr")
        return Solution(every[order], gap[order])

    def _solver(self) -> PreparedWorkingSetTorch:
        if self._prepared is None:
            from concept_core.solvers.working_set_torch import WorkingSetTorch

            prepared = WorkingSetTorch(1.0).prepare(self._atoms)
            self._prepared = replace(prepared, first=self._first, k=self.k)
        return self._prepared
