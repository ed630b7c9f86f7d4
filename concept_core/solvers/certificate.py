"""How far from the optimum an answer can be: the relative duality gap, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from concept_core.parallel import blocks
from concept_core.solvers.base import Array

if TYPE_CHECKING:
    from concept_core.solvers.base import Weights


def relative_gap(x: Array, atoms: Array, weights: Weights, l1: float) -> Array:
    """Bound the distance of each row's objective from its minimum, relative to the objective.

    With r = x - wD, c = Dr and the dual point s r, s = min(l1 / max c, x.r / ||r||^2) and at
    least 0, the gap is ``sum w (l1 - s c) + 1/2 (1 - s)^2 ||r||^2``: a sum of terms that are
    zero at the optimum, so that nothing cancels.

    Parameters
    ----------
    x : (n, d) float64
    atoms : (K, d) float64, unit rows
    weights : (n, K) csr_array, >= 0
    l1 : float, > 0

    Returns
    -------
    (n,) float64
        Gap / objective, >= 0; 0 for a zero row with no weights.
    """
    gap = np.zeros(len(x))
    for block in blocks(len(x)):
        w = weights[block]
        residual = x[block] - w @ atoms
        correlation = residual @ atoms.T
        energy = np.einsum("ij,ij->i", residual, residual)
        best = correlation.max(axis=1)
        # Where no atom correlates with the residual, any scale is dual feasible.
        feasible = np.divide(l1, best, out=np.full(len(best), np.inf), where=best > 0)
        # Where the residual is zero, so is the dual point, at any scale.
        optimal = np.divide(
            np.einsum("ij,ij->i", x[block], residual),
            energy,
            out=np.zeros_like(energy),
            where=energy > 0,
        )
        scale = np.clip(np.minimum(feasible, optimal), 0.0, None)
        owner = np.repeat(np.arange(len(residual)), np.diff(w.indptr))
        slack = w.data * (l1 - scale[owner] * correlation[owner, w.indices])
        absolute = np.bincount(owner, slack, len(residual)) + 0.5 * (1.0 - scale) ** 2 * energy
        primal = 0.5 * energy + l1 * np.bincount(owner, w.data, len(residual))
        gap[block] = np.divide(absolute, primal, out=np.zeros_like(primal), where=primal > 0)
    return np.clip(gap, 0.0, None)
