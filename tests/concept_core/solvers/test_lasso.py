from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.optimize import nnls

from concept_core.solvers import lasso
from concept_core.solvers.lasso import Lasso
from tests.problems import problem


@pytest.mark.parametrize("l1", [0.01, 0.1, 0.3])
def test_the_conditions_of_optimality(l1: float) -> None:
    x, atoms = problem(0, 10, 60, 24)
    solution = Lasso(l1).prepare(atoms).solve(x)
    w = solution.weights.toarray()
    slope = (x - w @ atoms) @ atoms.T - l1
    assert w.min() >= 0 and w.max() > 0
    assert np.abs(slope[w > 0]).max() < 1e-6
    assert slope[w == 0].max() < 1e-6
    assert solution.gap.max() <= 1e-9


def test_against_non_negative_least_squares() -> None:
    # 1/2 w'Gw - (c - l1)'w with G = LL' is nnls on L'w = L^-1 (c - l1): another algorithm.
    x, atoms = problem(1, 8, 12, 20)
    lower = np.linalg.cholesky(atoms @ atoms.T)
    expected = [nnls(lower.T, np.linalg.solve(lower, atoms @ row - 0.05))[0] for row in x]
    found = Lasso(0.05).prepare(atoms).solve(x).weights.toarray()
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_both_ways_through_scikit_learn_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    x, atoms = problem(2, 6, 40, 16)
    with_gram = Lasso(0.1).prepare(atoms).solve(x).weights.toarray()
    monkeypatch.setattr(lasso, "_GRAM_ATOMS", 0)
    without = Lasso(0.1).prepare(atoms).solve(x).weights.toarray()
    np.testing.assert_allclose(with_gram, without, atol=1e-6)


def test_what_did_not_converge_shows_in_the_gap_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    x, atoms = problem(3, 5, 200, 16)
    monkeypatch.setattr(lasso, "_MAX_SWEEPS", 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        solution = Lasso(0.02).prepare(atoms).solve(x)
    assert solution.gap.max() > 1e-3


def test_a_row_does_not_depend_on_its_batch() -> None:
    x, atoms = problem(4, 300, 20, 8)
    together = Lasso(0.1).prepare(atoms).solve(x).weights.toarray()
    for row in (0, 255, 256, 299):
        alone = Lasso(0.1).prepare(atoms).solve(x[[row]]).weights.toarray()
        np.testing.assert_allclose(alone[0], together[row], atol=1e-9)
