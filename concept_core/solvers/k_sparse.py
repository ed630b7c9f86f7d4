"""At most k concepts a row: non-negative orthogonal matching pursuit with refit."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from concept_core.parallel import BLOCK, cores, run_blocks
from concept_core.solvers.base import Array, Rows, Solution, csr_from_parts, scaled_block
from concept_core.solvers.quantised import gram8
from concept_core.solvers.workspace import Dictionary, Int32


@dataclass(frozen=True, slots=True)
class KSparse:
    """Non-negative orthogonal matching pursuit, at most ``l0`` weights above zero a row.

    Take the atom that correlates most with the residual (the lowest index among equals), refit
    all weights on the support by non-negative least squares, go on from the new residual. An
    atom whose weight falls to zero leaves the support and does not count. A row ends when its
    support has ``l0`` atoms, when no atom correlates with the residual (then it is the
    non-negative least squares solution over all atoms), or when the best lies in the span of the
    support.

    Source: Bruckstein, Elad, Zibulevsky: "On the uniqueness of nonnegative sparse solutions to
    underdetermined systems of equations" (2008), with the refit of Lawson and Hanson (1974).
    """

    l0: int

    @property
    def mode(self) -> str:
        """``l0``."""
        return "l0"

    @property
    def value(self) -> float:
        """The greatest number of concepts a row."""
        return self.l0

    def prepare(self, atoms: Array) -> PreparedKSparse:
        """See the protocol. Takes K^2 bytes."""
        double = np.ascontiguousarray(atoms)
        single = double.astype(np.float32)
        return PreparedKSparse(self.l0, Dictionary(double, single, gram8(single)))


@dataclass(frozen=True, slots=True, eq=False)
class PreparedKSparse:
    """The pursuit over one dictionary."""

    l0: int
    atoms: Dictionary = field(repr=False)

    def solve(self, x: Rows) -> Solution:
        """Solve for rows x (n, d); there is no certificate."""
        parts = run_blocks(len(x), cores(), lambda block: self._block(x[block]))
        counts, indices, values = ([part[i] for part in parts] for i in range(3))
        weights = csr_from_parts(
            np.concatenate([np.empty(0, np.int32), *counts]),
            np.concatenate([np.empty(0, np.int32), *indices]),
            np.concatenate([np.empty(0), *values]),
            len(self.atoms.double),
        )
        return Solution(weights, np.full(len(x), np.nan))

    def _block(self, x: Rows) -> tuple[Int32, Int32, Array]:
        """The number of weights of each row, their atoms, and the weights."""
        from concept_core.solvers.pursuit import pursue_block, pursuit_workspace

        k, d = self.atoms.double.shape
        limit = min(self.l0, k, d)
        rows, powers = scaled_block(x)
        correlations = np.empty((BLOCK, k), np.float32)
        np.dot(rows.astype(np.float32), self.atoms.single.T, out=correlations)
        index, weight = np.zeros((len(x), limit), np.int32), np.zeros((len(x), limit))
        count = np.zeros(len(x), np.int32)
        work = pursuit_workspace(limit, k, d)
        pursue_block(rows, correlations, limit, self.atoms, work, index, weight, count)
        used = np.arange(limit) < count[:, None]
        return count, index[used], (weight * powers[:, None])[used]
