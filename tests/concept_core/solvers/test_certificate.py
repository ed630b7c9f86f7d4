from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from concept_core.solvers.certificate import relative_gap
from concept_core.solvers.lasso import Lasso
from tests.problems import problem


def objective(x: np.ndarray, atoms: np.ndarray, w: np.ndarray, l1: float) -> np.ndarray:
    return 0.5 * ((x - w @ atoms) ** 2).sum(axis=1) + l1 * w.sum(axis=1)


def gap(x: list[list[float]], atoms: list[list[float]], w: list[list[float]], l1: float) -> float:
    return float(relative_gap(np.array(x), np.array(atoms), csr_array(np.array(w)), l1)[0])


def test_by_hand() -> None:
    # x = 1, one atom 1, l1 = .1: the optimum is w = .9 with objective .095.
    assert gap([[1.0]], [[1.0]], [[0.9]], 0.1) == pytest.approx(0.0, abs=1e-15)
    # w = .5: objective .125 + .05 = .175, so .08 too much; in one dimension the bound is exact.
    assert gap([[1.0]], [[1.0]], [[0.5]], 0.1) == pytest.approx(0.08 / 0.175)


@pytest.mark.parametrize(
    ("x", "w"),
    [
        ([[0.0, 0.0]], [[0.0, 0.0]]),  # a zero row
        ([[-1.0, -1.0]], [[0.0, 0.0]]),  # no atom points its way
        ([[0.05, 0.1]], [[0.0, 0.0]]),  # the penalty is at the greatest correlation
    ],
)
def test_no_weights_can_be_the_certified_answer(x: list[list[float]], w: list[list[float]]) -> None:
    assert gap(x, [[1.0, 0.0], [0.0, 1.0]], w, 0.1) == 0.0


def test_a_perfect_fit_is_not_the_optimum_of_the_penalised_problem() -> None:
    assert 0.0 < gap([[1.0]], [[1.0]], [[1.0]], 0.1) <= 1.0


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), l1=st.sampled_from([0.02, 0.1, 0.5]))
def test_the_gap_bounds_the_distance_from_the_optimum(seed: int, l1: float) -> None:
    x, atoms = problem(seed, 3, 12, 8)
    rng = np.random.default_rng(seed + 1)
    w = np.maximum(rng.standard_normal((3, 12)) - 1.0, 0.0) * 0.5
    best = objective(x, atoms, Lasso(l1).prepare(atoms).solve(x).weights.toarray(), l1)
    here = objective(x, atoms, w, l1)
    assert np.all(here - relative_gap(x, atoms, csr_array(w), l1) * here <= best + 1e-12)


def test_rows_beyond_one_block() -> None:
    x, atoms = problem(0, 600, 5, 4)
    w = csr_array(np.maximum(np.random.default_rng(1).standard_normal((600, 5)), 0.0))
    together = relative_gap(x, atoms, w, 0.1)
    alone = [relative_gap(x[[row]], atoms, w[[row]], 0.1)[0] for row in range(600)]
    np.testing.assert_allclose(together, alone, rtol=1e-12)
