"""At most k concepts a row: non-negative orthogonal matching pursuit with refit."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from concept_core.parallel import BLOCK, cores, run_blocks
from concept_core.solvers.base import Array, Rows, Solution, csr_from_parts, scaled_block
from concept_core.solvers.workspace import (
    ATOM,
    GRAM_ATOMS,
    WEIGHT,
    Int32,
    PursuitAtoms,
    gram8,
    gram32,
)

_CORRELATIONS = 1 << 24
"""Correlations at a time, at most, where there is no Gram matrix: 64 MiB for each thread."""


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
        """See the protocol.

        Takes 4 K^2 bytes up to 4,096 atoms, 2 K^2 up to 16,384, K^2 up to `GRAM_ATOMS`, and none
        beyond.
        """
        double = np.ascontiguousarray(atoms)
        single = double.astype(np.float32)
        exact, gram = np.empty((0, 0), np.float32), np.empty((0, 0), np.int8)
        finer = gram
        if len(atoms) <= GRAM_ATOMS:
            exact = gram32(single)
            gram, finer = (gram, finer) if len(exact) else gram8(single)
        return PreparedKSparse(self.l0, PursuitAtoms(double, single, exact, gram, finer))


@dataclass(frozen=True, slots=True, eq=False)
class PreparedKSparse:
    """The pursuit over one dictionary."""

    l0: int
    atoms: PursuitAtoms = field(repr=False)

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
        k, d = self.atoms.double.shape
        limit = min(self.l0, k, d)
        rows, powers = scaled_block(x)
        index, weight = np.zeros((len(x), limit), np.int32), np.zeros((len(x), limit))
        count = np.zeros(len(x), np.int32)
        if len(self.atoms.exact) or len(self.atoms.gram):
            self._pursue(rows, limit, index, weight, count)
        else:
            step = max(_CORRELATIONS // k, 1)
            for part in (slice(start, start + step) for start in range(0, len(x), step)):
                self._pursue_in_step(
                    rows[: len(x)][part], limit, index[part], weight[part], count[part]
                )
        used = np.arange(limit) < count[:, None]
        return count, index[used], (weight * powers[:, None])[used]

    def _pursue(self, rows: Array, limit: int, index: Int32, weight: Array, count: Int32) -> None:
        """Row by row, with the Gram matrix."""
        from concept_core.solvers.pursuit import pursue_block, pursuit_workspace

        k, d = self.atoms.double.shape
        correlations = np.empty((BLOCK, k), np.float32)
        np.dot(rows.astype(np.float32), self.atoms.single.T, out=correlations)
        work = pursuit_workspace(limit, k, d)
        pursue_block(rows, correlations, limit, self.atoms, work, index, weight, count)

    def _pursue_in_step(
        self, rows: Array, limit: int, index: Int32, weight: Array, count: Int32
    ) -> None:
        """All rows in step, without it: one product with all atoms finds the next atom of each."""
        from concept_core.solvers.pursuit import pursue_step, pursuit_workspace

        k, d = self.atoms.double.shape
        shared = pursuit_workspace(limit, k, d)[1]
        work = [pursuit_workspace(limit, 1, d) for _ in rows]
        for (_, screen), row in zip(work, rows, strict=True):
            screen.residual[:] = row
        sizes, going = np.zeros((len(rows), 2), np.int32), list(range(len(rows)))
        product = np.empty((len(rows), k), np.float32)
        while going:
            residuals = np.array([work[row][1].residual for row in going], np.float32)
            nearly = np.dot(residuals, self.atoms.single.T, out=product[: len(going)])
            going = [
                row
                for row, line in zip(going, nearly, strict=True)
                if pursue_step(
                    rows[row],
                    limit,
                    self.atoms,
                    work[row][0],
                    work[row][1]._replace(
                        nearly=line, peaks=shared.peaks, found=shared.found, single=shared.single
                    ),
                    sizes[row],
                )
            ]
        count[:] = sizes[:, 0]
        for row, (support, _) in enumerate(work):
            index[row, : count[row]] = support.who[ATOM, : count[row]]
            weight[row, : count[row]] = support.values[WEIGHT, : count[row]]
