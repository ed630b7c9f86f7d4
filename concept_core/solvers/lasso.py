"""The oracle: scikit-learn's positive Lasso, one row after the other."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from concept_core.parallel import blocks
from concept_core.solvers.base import Array, Penalised, Rows, Solution, to_csr
from concept_core.solvers.certificate import relative_gap

# scikit-learn stops at a gap of tol * ||x||^2; the relative gap has the smaller objective below
# the line, so that tol must lie well under the 1e-6 that is asked of a row.
_TOL = 1e-12
_MAX_SWEEPS = 20_000
# Coordinate descent on the Gram matrix is about three times as fast, for K^2 * 8 bytes. The
# choice depends on K alone: a row's answer may not depend on the rows beside it.
_GRAM_ATOMS = 5_000


@dataclass(frozen=True, slots=True)
class Lasso(Penalised):
    """``1/2 ||x - wD||^2 + l1 sum(w)`` over w >= 0, by cyclic coordinate descent to a tight gap.

    Slow and plain on purpose: faster solvers are compared with it.
    """

    def prepare(self, atoms: Array) -> PreparedLasso:
        """See the protocol."""
        gram = atoms @ atoms.T if len(atoms) <= _GRAM_ATOMS else None
        return PreparedLasso(self.l1, atoms, np.asfortranarray(atoms.T), gram)


@dataclass(frozen=True, slots=True, eq=False)
class PreparedLasso:
    """The lasso over one dictionary: atoms (K, d), their transpose, their Gram matrix or None."""

    l1: float
    atoms: Array = field(repr=False)
    design: Array = field(repr=False)
    gram: Array | None = field(repr=False)

    def solve_path(self, x: Rows, penalties: Sequence[float]) -> list[Solution]:
        """Solve for several penalties, each for itself."""
        return [replace(self, l1=l1).solve(x) for l1 in penalties]

    def solve(self, x: Rows) -> Solution:
        """Solve for rows x (n, d); the gap is checked in float64."""
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import Lasso as SklearnLasso

        k, d = self.atoms.shape
        model = SklearnLasso(
            alpha=self.l1 / d,
            positive=True,
            fit_intercept=False,
            precompute=False if self.gram is None else self.gram,
            copy_X=False,
            tol=_TOL,
            max_iter=_MAX_SWEEPS,
        )
        rows, gaps = [], [np.empty(0)]
        with warnings.catch_warnings():
            # The gap shows a row that does not converge.
            warnings.simplefilter("ignore", ConvergenceWarning)
            for block in blocks(len(x)):
                part = x[block].astype(np.float64)
                dense = model.fit(self.design, np.asfortranarray(part.T)).coef_.reshape(-1, k)
                found = [(support := np.flatnonzero(row), row[support]) for row in dense]
                gaps.append(relative_gap(part, self.atoms, to_csr(found, k), self.l1))
                rows += found
        return Solution(to_csr(rows, k), np.concatenate(gaps))
