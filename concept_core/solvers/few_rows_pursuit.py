"""The pursuit of ``k_sparse`` for a few rows, in plain numpy: nothing to prepare or compile."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from concept_core.parallel import run_blocks
from concept_core.solvers.base import Array, Rows, Solution, scaled_rows, to_csr
from concept_core.solvers.rounds import Places, RoundAtoms
from concept_core.solvers.small_problem import minimum, refined

_UNCORRELATED = 1e-9
"""A correlation that is none, relative to the row's length."""

_TIE = 1e-12
"""Correlations that are equal, relative to the row's length."""

_ROUNDING = 1e-5
"""Bound on the rounding of a float32 correlation."""

_DEPENDENT = 1e-10
"""Squared distance of an atom from the span of the support below which it adds nothing."""


@dataclass(frozen=True, slots=True)
class FewRowsKSparse:
    """Non-negative orthogonal matching pursuit as `KSparse` defines it, for up to some 100 rows."""

    l0: int

    @property
    def mode(self) -> str:
        """``l0``."""
        return "l0"

    @property
    def value(self) -> float:
        """The greatest number of concepts a row."""
        return self.l0

    def prepare(self, atoms: Array) -> PreparedFewRowsKSparse:
        """See the protocol."""
        return PreparedFewRowsKSparse(
            self.l0, RoundAtoms(atoms, np.ascontiguousarray(atoms, np.float32))
        )


@dataclass(frozen=True, slots=True, eq=False)
class PreparedFewRowsKSparse:
    """The pursuit over one dictionary."""

    l0: int
    atoms: RoundAtoms = field(repr=False)

    def solve(self, x: Rows) -> Solution:
        """Solve for rows x (n, d); there is no certificate."""
        parts = run_blocks(len(x), 1, lambda block: self._block(x[block]))
        rows = [(one.atom, one.weight * power) for part in parts for one, power in part]
        return Solution(to_csr(rows, len(self.atoms.double)), np.full(len(x), np.nan))

    def _block(self, x: Rows) -> list[tuple[_Pursuit, float]]:
        """All rows in step: one product with all atoms finds the next atom of each."""
        rows, powers = scaled_rows(x.astype(np.float64))
        limit = min(self.l0, *self.atoms.double.shape)
        found = [_Pursuit(row, limit) for row in rows]
        going, product = found, np.empty((len(x), len(self.atoms.single)), np.float32)
        while going:
            c = product[: len(going)]
            residuals = np.array([one.residual for one in going], np.float32)
            np.dot(residuals, self.atoms.single.T, out=c)
            going = [
                one for one, nearly in zip(going, c, strict=True) if one.step(nearly, self.atoms)
            ]
        return list(zip(found, powers.tolist(), strict=True))


class _Pursuit:
    """One row (d,) on its way: its support, the weights and the residual."""

    def __init__(self, row: Array, limit: int) -> None:
        self._row, self._limit = row, limit
        self._norm = math.sqrt(row @ row)
        self._entered, self._most = 0, 8 * limit + 8
        self.residual = row
        self.atom: Places = np.empty(0, np.intp)
        self.weight: Array = np.empty(0)

    def step(self, nearly: np.ndarray, atoms: RoundAtoms) -> bool:
        """One more atom, by the correlations (K,) of the residual; whether to go on."""
        best = self._best(nearly, atoms.double)
        if best < 0:
            return False
        candidates = np.append(self.atom, best)
        vectors = atoms.double[candidates]
        gram = vectors @ vectors.T
        if _lies_inside(gram):
            return False
        weight = minimum(gram, vectors @ self._row, np.append(self.weight, 0.0))
        here = np.flatnonzero(weight)
        inside = gram[here[:, None], here]
        self.weight = refined(self._row, 0.0, vectors[here], inside, weight[here])
        self.atom = candidates[here]
        self.residual = self._row - self.weight @ vectors[here]
        # An atom that leaves may come back: the steps end, whatever rounding does.
        self._entered += 1
        return len(here) < self._limit and self._entered < self._most

    def _best(self, nearly: np.ndarray, double: Array) -> int:
        """The atom that correlates most, the first among equals; -1 if none does."""
        high = float(nearly.max())
        if high < -_ROUNDING:
            return -1
        found = np.flatnonzero(nearly >= high - 2 * _ROUNDING)
        # Where nothing is left of the row, that may be all atoms: no copy of them.
        many = len(found) > len(double) // 2
        value = (double @ self.residual)[found] if many else double[found] @ self.residual
        top = value.max()
        if top <= _UNCORRELATED * self._norm:
            return -1
        return int(found[np.argmax(value >= top - _TIE * self._norm)])


def _lies_inside(gram: Array) -> bool:
    """Whether the last atom of a Gram matrix lies in the span of those before it."""
    from scipy.linalg.lapack import dpotrf

    factor, failed = dpotrf(gram, lower=1)
    return bool(failed or factor[-1, -1] ** 2 < _DEPENDENT)
