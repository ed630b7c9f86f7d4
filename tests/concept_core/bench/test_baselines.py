from __future__ import annotations

import numpy as np

from concept_core.bench.baselines import mean_only
from concept_core.decomposition.random_directions import random_atoms


def test_random_directions() -> None:
    atoms = random_atoms(50, 8, 0)
    np.testing.assert_allclose(np.linalg.norm(atoms, axis=1), 1.0, atol=1e-6)
    assert np.array_equal(atoms, random_atoms(50, 8, 0))
    assert not np.array_equal(atoms, random_atoms(50, 8, 1))
    # A smaller one is no part of a larger: vocabularies of two sizes share no direction.
    assert not np.array_equal(atoms[:10], random_atoms(10, 8, 0))


def test_the_mean_alone_tells_no_clip_from_another() -> None:
    found = mean_only(np.array([[1.0, 0.0], [0.0, 1.0]], np.float32))
    np.testing.assert_allclose(found.rows, [[0.5, 0.5], [0.5, 0.5]])
    assert np.unique(np.asarray(found.features)).tolist() == [1.0]
