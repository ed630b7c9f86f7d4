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
