"""Finding a penalty for a sparsity, and judging answers in float64."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.problems import Float32
from concept_core.decomposition.sparsity import calibrate_l1
from concept_core.solvers.base import Array
from concept_core.solvers.lasso import Lasso

if TYPE_CHECKING:
    from concept_core.solvers.base import Weights

_ORACLE_ROWS = 2
_CALIBRATED = 512


def calibrated(rows: Float32, atoms: Float32, l0: float) -> float:
    """The penalty that gives a mean sparsity on the first few hundred rows, within two percent."""
    return calibrate_l1(rows[:_CALIBRATED], atoms, mean_l0=l0)


def above_oracle(x: Array, atoms: Array, weights: Weights, l1: float) -> float:
    """The most by which an objective of the first rows is above the oracle's, as a share of it."""
    x, weights = x[:_ORACLE_ROWS], weights[:_ORACLE_ROWS]
    best = _objective(x, atoms, Lasso(l1).prepare(atoms).solve(x).weights, l1)
    return float(((_objective(x, atoms, weights, l1) - best) / best).max())


def _objective(x: Array, atoms: Array, weights: Weights, l1: float) -> Array:
    residual = x - weights @ atoms
    return np.asarray(0.5 * np.sum(residual**2, axis=1) + l1 * weights.sum(axis=1))


def mean_cosine(x: Array, reconstruction: Array) -> float:
    """Mean cosine of rows with their reconstructions; 0 for an empty one."""
    lengths = np.linalg.norm(x, axis=1) * np.linalg.norm(reconstruction, axis=1)
    products = np.einsum("ij,ij->i", x, reconstruction)
    return float(np.divide(products, lengths, out=np.zeros_like(lengths), where=lengths > 0).mean())
