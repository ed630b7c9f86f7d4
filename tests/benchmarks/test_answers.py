"""Penalties found for a sparsity; answers judged."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from benchmarks.answers import above_oracle, calibrated, mean_cosine
from benchmarks.peers import working_set
from concept_core.solvers.lasso import Lasso
from tests.problems import problem


@pytest.mark.parametrize("l0", [2, 8])
def test_calibrated_gives_the_sparsity(l0: float) -> None:
    x, atoms = (rows.astype(np.float32) for rows in problem(1, 300, 80, 32))
    l1 = calibrated(x, atoms, l0)
    assert working_set(atoms).solve(x, l1).nnz / len(x) == pytest.approx(l0, rel=0.021)


def test_above_oracle_is_a_share_of_the_objective() -> None:
    x, atoms = problem(2, 3, 20, 8)
    best = Lasso(0.1).prepare(atoms).solve(x).weights
    assert abs(above_oracle(x, atoms, best, 0.1)) < 1e-12
    nothing = csr_array((3, 20))
    found = above_oracle(x, atoms, nothing, 0.1)
    residual = x - best @ atoms
    objective = 0.5 * (residual**2).sum(axis=1) + 0.1 * best.sum(axis=1)
    assert found == pytest.approx(np.max(0.5 / objective - 1))


def test_mean_cosine_of_nothing_is_zero() -> None:
    x, _ = problem(3, 2, 1, 4)
    assert mean_cosine(x, 3 * x) == pytest.approx(1)
    assert mean_cosine(x, np.vstack([x[0], np.zeros(4)])) == pytest.approx(0.5)
