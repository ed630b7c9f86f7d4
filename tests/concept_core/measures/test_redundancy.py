from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_core.errors import DataError
from concept_core.measures.redundancy import effective_rank, redundancy
from tests.problems import problem


def test_redundancy_by_hand() -> None:
    # The first two are .8 from each other; the third is .6 from the second, 0 from the first.
    atoms = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]])
    assert redundancy(atoms, (0.5, 0.7, 0.9)) == pytest.approx((1.0, 2 / 3, 0.0))


def test_a_threshold_is_passed_not_reached() -> None:
    atoms = np.array([[1.0, 0.0], [0.8, 0.6]])
    assert redundancy(atoms, (0.8, 0.799)) == (0.0, 1.0)


def test_one_all_equal_and_all_different() -> None:
    assert redundancy(np.eye(1, 4), (0.0, 0.9)) == (0.0, 0.0)
    assert redundancy(np.tile(np.eye(1, 4), (5, 1)), (0.9,)) == (1.0,)
    assert redundancy(np.eye(4), (0.0, 0.9)) == (0.0, 0.0)
    # An opposite neighbour is none.
    assert redundancy(np.array([[1.0, 0.0], [-1.0, 0.0]]), (0.0,)) == (0.0,)


def test_tiles_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    _, atoms = problem(0, 1, 50, 4)
    cosines = atoms @ atoms.T - 2 * np.eye(50)
    expected = tuple(float(np.mean(cosines.max(axis=1) > at)) for at in (0.5, 0.8))
    monkeypatch.setattr("concept_core.measures.rows.TILE", 8)
    assert redundancy(atoms, (0.5, 0.8)) == pytest.approx(expected)


def test_effective_rank_by_hand() -> None:
    # Two equal atoms and one across: singular values sqrt 2 and 1.
    atoms = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    p = np.array([np.sqrt(2), 1.0]) / (1 + np.sqrt(2))
    assert effective_rank(atoms) == pytest.approx(np.exp(-(p * np.log(p)).sum()))


def test_effective_rank_of_one_equal_and_orthonormal_atoms() -> None:
    assert effective_rank(np.eye(1, 4)) == pytest.approx(1)
    assert effective_rank(np.tile(np.eye(1, 4), (6, 1))) == pytest.approx(1)
    assert effective_rank(np.eye(4)) == pytest.approx(4)


@given(st.integers(0, 99), st.integers(1, 9), st.integers(2, 6))
def test_effective_rank_stays_in_range_and_ignores_order(seed: int, k: int, d: int) -> None:
    _, atoms = problem(seed, 1, k, d)
    found = effective_rank(atoms)
    assert 1 - 1e-9 <= found <= min(k, d) + 1e-9
    assert effective_rank(atoms[::-1]) == pytest.approx(found)


def test_no_atoms() -> None:
    for measure in (lambda atoms: redundancy(atoms, (0.9,)), effective_rank):
        with pytest.raises(DataError, match="atoms has no rows"):
            measure(np.zeros((0, 3)))
