"""Random sparse problems for the solver tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def unit(rows: Array) -> Array:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def problem(seed: int, n: int, k: int, d: int) -> tuple[Array, Array]:
    """Unit rows x (n, d) and unit atoms (k, d)."""
    rng = np.random.default_rng(seed)
    return unit(rng.standard_normal((n, d))), unit(rng.standard_normal((k, d)))


def gap_problem(seed: int, n: int, k: int, d: int, decay: float = 0.5) -> tuple[Array, Array]:
    """Correlated atoms, and rows pushed away from them all by one shared direction."""
    rng = np.random.default_rng(seed)
    spread = np.arange(1, d + 1.0) ** -decay
    atoms = unit(rng.standard_normal((k, d)) * spread)
    shared = unit(rng.standard_normal((1, d)))
    return unit(unit(rng.standard_normal((n, d)) * spread) + shared), atoms


def assert_same_rows(one: Array, other: Array) -> None:
    """Weights of one row solved in different batches: one support, one answer.

    Not the same bits: the float32 products of some processors' BLAS kernels (AVX2 ones) depend on
    a row's place in its block, and the last digits of the weights on them.
    """
    np.testing.assert_array_equal(one > 0, other > 0)
    np.testing.assert_allclose(one, other, rtol=0, atol=1e-8)
