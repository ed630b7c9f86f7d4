"""The working set over more atoms than a Gram matrix is made of: certified by products alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from concept_core.parallel import run_blocks
from concept_core.solvers.base import Array, Rows, Solution, to_csr
from concept_core.solvers.open_rows import SlowRows
from concept_core.solvers.rounds import Places, RoundAtoms, solve_rows
from concept_core.solvers.workspace import Atoms, gram8, gram32, workspace

_ADD = 64
"""Violators among the candidates that join those of a row in one round, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class PreparedManyAtoms:
    """What `WorkingSet` prepares of many atoms.

    Attributes
    ----------
    l1 : float
    atoms : RoundAtoms
        Each once.
    first : (U,) int32
        Which atom of the dictionary each is, ascending.
    threads : int
    slow : SlowRows
    """

    l1: float
    atoms: RoundAtoms = field(repr=False)
    first: NDArray[np.int32] = field(repr=False)
    threads: int
    slow: SlowRows = field(repr=False)

    def solve_path(self, x: Rows, penalties: Sequence[float]) -> list[Solution]:
        """Solve for several penalties, each for itself."""
        return [replace(self, l1=l1).solve(x) for l1 in penalties]

    def solve(self, x: Rows) -> Solution:
        """Solve for rows x (n, d)."""
        parts = run_blocks(
            len(x),
            self.threads,
            lambda block: solve_rows(x[block], self.l1, self.atoms, self._on_candidates),
        )
        rows = [(self.first[one.atom], one.weight) for part in parts for one in part]
        gap = np.array([one.gap for part in parts for one in part])
        return self.slow.closed(x, self.l1, Solution(to_csr(rows, self.slow.k), gap))

    def _on_candidates(self, x: Array, l1: float, candidates: Places, start: Array) -> Array:
        """The compiled working set, over the candidates as if there were no other atoms."""
        from concept_core.solvers.active_set import solve_block

        rows, double = self.atoms.single[candidates], self.atoms.double[candidates]
        rest = (double - rows).astype(np.float32)
        small = Atoms(rows, rest if rest.any() else rest[:0], *gram8(rows), gram32(rows))
        m, d = rows.shape
        size, used = min(m, d + 1), np.flatnonzero(start)
        index, weight = np.zeros((1, size), np.int32), np.zeros((1, size))
        index[0, : len(used)], weight[0, : len(used)] = used, start[used]
        count, gap = np.array([len(used)], np.int32), np.zeros(1)
        c = (rows @ x.astype(np.float32))[None]
        work = workspace(size + _ADD, size, m, d)
        solve_block(
            x[None], c, np.array([l1]), small, size, work, index, weight, count, gap
        )  # fmt: skip
        found = np.zeros(m)
        found[index[0, : count[0]]] = weight[0, : count[0]]
        return found
