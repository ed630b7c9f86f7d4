"""At most k concepts a row: non-negative orthogonal matching pursuit with refit."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from concept_core.solvers.base import Array, Rows, Solution, blocks, to_csr

_Fit = tuple[NDArray[np.intp], Array]

# Both relative to the length of the row. Correlations carry rounding of about 1e-16.
_UNCORRELATED = 1e-9
_TIE = 1e-12


@dataclass(frozen=True, slots=True)
class KSparse:
    """Non-negative orthogonal matching pursuit, at most ``l0`` weights above zero a row.

    Take the atom that correlates most with the residual (the lowest index among equals), refit
    all weights on the support by non-negative least squares, go on from the new residual. An
    atom whose weight falls to zero leaves the support and does not count. A row ends when its
    support has ``l0`` atoms, when no atom correlates with the residual (then it is the
    non-negative least squares solution over all atoms), or when a refit no longer helps.

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
        """See the protocol."""
        return PreparedKSparse(self.l0, atoms)


@dataclass(frozen=True, slots=True, eq=False)
class PreparedKSparse:
    """The pursuit over one dictionary, atoms (K, d)."""

    l0: int
    atoms: Array = field(repr=False)

    def solve(self, x: Rows) -> Solution:
        """Solve for rows x (n, d); there is no certificate."""
        rows: list[_Fit] = []
        for block in blocks(len(x)):
            rows += _pursue(x[block].astype(np.float64), self.atoms, self.l0)
        return Solution(to_csr(rows, len(self.atoms)), np.full(len(x), np.nan))


def _pursue(x: Array, atoms: Array, l0: int) -> list[_Fit]:
    """The pursuit for all rows of a block in step: one matrix product finds their next atoms."""
    norms = np.linalg.norm(x, axis=1)
    residual = x.copy()
    left = norms.copy()
    fits: list[_Fit] = [(np.empty(0, np.intp), np.empty(0))] * len(x)
    active = np.flatnonzero(norms)
    while active.size:
        correlation = residual[active] @ atoms.T
        best = correlation.max(axis=1)
        # The product rounds equal atoms differently by their place: what is as good is a tie.
        tied = correlation >= (best - _TIE * norms[active])[:, None]
        going = []
        for row, atom, gain in zip(active, tied.argmax(axis=1), best, strict=True):
            if gain <= _UNCORRELATED * norms[row]:
                continue
            fit, error = _refit(x[row], atoms, np.append(fits[row][0], atom))
            if error >= left[row]:
                continue
            fits[row], left[row] = fit, error
            residual[row] = x[row] - fit[1] @ atoms[fit[0]]
            if len(fit[0]) < l0:
                going.append(row)
        active = np.array(going, dtype=np.intp)
    return fits


def _refit(x: Array, atoms: Array, support: NDArray[np.intp]) -> tuple[_Fit, float]:
    """Non-negative least squares on the support: the atoms that stay, and the residual norm."""
    from scipy.optimize import nnls

    # scipy's limit of three changes an atom is too low for atoms that are nearly dependent.
    weights, error = nnls(atoms[support].T, x, maxiter=100 * len(support))
    kept = np.flatnonzero(weights)
    return (support[kept], weights[kept]), float(error)
