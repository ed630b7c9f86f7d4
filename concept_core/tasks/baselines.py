"""What every vocabulary must beat: random directions at the same sparsity, and the mean alone."""

from __future__ import annotations

import numpy as np

from concept_core.encoders.base import FloatArray
from concept_core.tasks.metrics import Array
from concept_core.tasks.task import Representation

RANDOM = "random-directions@1"
"""K independent Gaussian vectors scaled to length 1: a dictionary that says nothing.

It needs no word list, so that it stands beside every vocabulary on every machine. What words
chosen at random would keep is another question, and a vocabulary of its own answers it.
"""


def random_atoms(size: int, dim: int, seed: int) -> FloatArray:
    """The random dictionary (size, dim) float32, unit rows, of a seed."""
    rng = np.random.default_rng([seed, size, dim])
    atoms = rng.standard_normal((size, dim))
    unit: FloatArray = (atoms / np.linalg.norm(atoms, axis=1, keepdims=True)).astype(np.float32)
    return unit


def mean_only(rows: FloatArray) -> Representation:
    """Every row as the mean of all: one feature, the same for each."""
    mean: Array = rows.astype(np.float64).mean(axis=0)
    return Representation(np.ones((len(rows), 1)), np.tile(mean, (len(rows), 1)))
