from __future__ import annotations

import numpy as np
import pytest

from concept_core.decomposition.decomposing import decompose
from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.learned import METHODS, learn_dictionary, most_atoms
from concept_core.decomposition.random_directions import random_atoms
from concept_core.errors import DataError, UsageError


def sparse_rows(n: int = 600, size: int = 12, dim: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """Rows that are sums of two of a few directions, and the directions."""
    rng = np.random.default_rng(3)
    truth = random_atoms(size, dim, 0)
    weights = np.zeros((n, size))
    for row in weights:
        row[rng.choice(size, 2, replace=False)] = rng.uniform(0.5, 1.5, 2)
    return (weights @ truth + 0.01 * rng.standard_normal((n, dim))).astype(np.float32), truth


@pytest.mark.parametrize("method", METHODS)
def test_directions_that_rows_are_made_of_are_found(method: str) -> None:
    rows, truth = sparse_rows()
    atoms = learn_dictionary(rows[:400], 12, l0=2, method=method)
    assert atoms.shape == (12, 24)
    assert atoms.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(atoms, axis=1), 1.0, atol=1e-5)
    assert np.median((truth @ atoms.T).max(axis=1)) > 0.97
    # On rows that it has not seen, beside as many random directions.
    held = rows[400:]
    learned = decompose(held, Dictionary.of_atoms(atoms), l0=2).cosine.mean()
    random = decompose(held, Dictionary.of_atoms(random_atoms(12, 24, 1)), l0=2).cosine.mean()
    assert learned > random + 0.3


@pytest.mark.parametrize("method", METHODS)
def test_a_seed_gives_one_dictionary(method: str) -> None:
    rows, _ = sparse_rows(200)
    first = learn_dictionary(rows, 8, l0=2, method=method, seed=1)
    assert np.array_equal(first, learn_dictionary(rows, 8, l0=2, method=method, seed=1))
    assert not np.array_equal(first, learn_dictionary(rows, 8, l0=2, method=method, seed=2))


@pytest.mark.parametrize("method", METHODS)
def test_equal_rows_and_one_atom(method: str) -> None:
    same = np.tile(np.eye(1, 6, dtype=np.float32), (9, 1))
    for size in (1, 4):
        atoms = learn_dictionary(same, size, l0=1, method=method)
        np.testing.assert_allclose(np.linalg.norm(atoms, axis=1), 1.0, atol=1e-5)
        assert (atoms @ same[0]).max() > 0.99


def test_what_is_refused_names_what_to_do() -> None:
    rows, _ = sparse_rows(20)
    assert most_atoms(20) == 10
    with pytest.raises(DataError, match=r"20 rows are too few to learn 11 directions.*10 at most"):
        learn_dictionary(rows, 11, l0=2)
    with pytest.raises(DataError, match="0 rows are too few"):
        learn_dictionary(np.zeros((5, 4)), 1, l0=1)
    with pytest.raises(UsageError, match="l0 3"):
        learn_dictionary(rows, 2, l0=3)
    with pytest.raises(UsageError, match="dictionary-learnin"):
        learn_dictionary(rows, 2, l0=1, method="dictionary-learnin")
    rows[3, 2] = np.nan
    with pytest.raises(DataError, match="row 3"):
        learn_dictionary(rows, 2, l0=1)
    with pytest.raises(DataError, match=r"shape \(4,\)"):
        learn_dictionary(np.ones(4), 1, l0=1)
