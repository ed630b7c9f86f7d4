"""A few rows at once: the working set in plain numpy, and the pursuit likewise.

What the solvers for many rows prepare (K^2 bytes, compiled code) takes longer than a few rows do.
Here the first row is answered as soon as numpy is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from concept_core.parallel import run_blocks
from concept_core.solvers.base import (
    Array,
    Penalised,
    Rows,
    Solution,
    first_of_equals,
    to_csr,
)
from concept_core.solvers.open_rows import SlowRows
from concept_core.solvers.rounds import Places, RoundAtoms, solve_rows
from concept_core.solvers.small_problem import minimum, refined


@dataclass(frozen=True, slots=True)
class FewRows(Penalised):
    """``1/2 ||x - wD||^2 + l1 sum(w)`` over w >= 0, exact on few atoms, certified on all.

    For up to some hundred rows. Certified as
    ``working_set`` is, and the weights are the same within 1e-9 of the row's length.
    """

    def prepare(self, atoms: Array) -> PreparedFewRows:
        """See the protocol. Of equal atoms, only the first can get a weight."""
        first = first_of_equals(atoms)
        once = atoms if len(first) == len(atoms) else atoms[first]
        small = RoundAtoms(once, np.ascontiguousarray(once, np.float32))
        return PreparedFewRows(self.l1, small, first, SlowRows(once, first, len(atoms)))


@dataclass(frozen=True, slots=True, eq=False)
class PreparedFewRows:
    """The working set over one dictionary.

    Attributes
    ----------
    l1 : float
    atoms : RoundAtoms
        Each once.
    first : (U,) int32
        Which atom of the dictionary each is, ascending.
    slow : SlowRows
    """

    l1: float
    atoms: RoundAtoms = field(repr=False)
    first: NDArray[np.int32] = field(repr=False)
    slow: SlowRows = field(repr=False)

    def solve_path(self, x: Rows, penalties: Sequence[float]) -> list[Solution]:
        """Solve for several penalties, each for itself."""
        return [replace(self, l1=l1).solve(x) for l1 in penalties]

    def solve(self, x: Rows) -> Solution:
        """Solve for rows x (n, d)."""
        # Threads of BLAS wait for one another longer than products this small take.
        parts = run_blocks(
            len(x), 1, lambda block: solve_rows(x[block], self.l1, self.atoms, self._on_candidates)
        )
        rows = [(self.first[one.atom], one.weight) for part in parts for one in part]
        gap = np.array([one.gap for part in parts for one in part])
        return self.slow.closed(x, self.l1, Solution(to_csr(rows, self.slow.k), gap))

    def _on_candidates(self, x: Array, l1: float, candidates: Places, start: Array) -> Array:
        atoms = self.atoms.double[candidates]
        gram = atoms @ atoms.T
        weight = minimum(gram, atoms @ x - l1, start)
        here = np.flatnonzero(weight)
        weight[here] = refined(x, l1, atoms[here], gram[here[:, None], here], weight[here])
        return weight
