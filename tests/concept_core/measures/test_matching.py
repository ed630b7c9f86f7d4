from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from concept_core.decomposition.random_directions import random_atoms
from concept_core.errors import DataError
from concept_core.measures.matching import match_atoms, shared_support


def test_the_same_atoms_in_another_order_are_found() -> None:
    atoms = random_atoms(20, 8, 0)
    order = np.random.default_rng(0).permutation(20)
    places, cosines = match_atoms(atoms, atoms[order])
    assert np.array_equal(order[places], np.arange(20))
    np.testing.assert_allclose(cosines, 1.0, atol=1e-6)


def test_every_atom_stands_for_one() -> None:
    first = np.eye(2)
    # Both are nearest to the first atom; one of them has to take the second.
    second = np.array([[1.0, 0.0], [0.8, 0.6]])
    places, cosines = match_atoms(first, second)
    assert places.tolist() == [0, 1]
    assert cosines.tolist() == [1.0, 0.6]
    with pytest.raises(DataError, match=r"\(2, 2\) and \(3, 3\)"):
        match_atoms(first, np.eye(3))


def test_shared_support() -> None:
    one = csr_array(np.array([[1.0, 2.0, 0.0], [0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))
    other = csr_array(np.array([[0.0, 3.0, 1.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]))
    # Atom 0 is their 1, atom 1 their 2, atom 2 their 0.
    places = np.array([1, 2, 0])
    assert shared_support(one, other, places) == pytest.approx((1.0 + 0.0) / 2)
    assert shared_support(one, one, np.arange(3)) == 1.0
    assert shared_support(csr_array((2, 3)), csr_array((2, 3)), places) is None
