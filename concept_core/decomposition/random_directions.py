"""Random directions: a dictionary of as many atoms that says nothing."""

from __future__ import annotations

import numpy as np

from concept_core.encoders.base import FloatArray


def random_atoms(size: int, dim: int, seed: int, draw: int = 0) -> FloatArray:
    """The random dictionary (size, dim) float32, unit rows, of a seed and a number of the draw."""
    rng = np.random.default_rng([seed, size, dim, *([draw] if draw else [])])
    atoms = rng.standard_normal((size, dim))
    unit: FloatArray = (atoms / np.linalg.norm(atoms, axis=1, keepdims=True)).astype(np.float32)
    return unit
