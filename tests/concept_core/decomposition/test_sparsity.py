from __future__ import annotations

import numpy as np
import pytest

from concept_core import calibrate_l1, decompose, l1_path
from concept_core.decomposition.sparsity import l0_path
from concept_core.errors import DataError, UsageError
from tests.problems import assert_same_rows, gap_problem, problem

SOLVERS = ["working_set", "working_set_torch", "lasso"]


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_path_gives_what_each_penalty_gives_alone(solver: str) -> None:
    x, atoms = gap_problem(1, 60, 150, 24)
    penalties = [0.05, 0.4, 0.1, 0.02, 0.1]
    path = l1_path(x, atoms, penalties, solver=solver)
    assert [answer.value for answer in path] == penalties
    for l1, answer in zip(penalties, path, strict=True):
        alone = decompose(x, atoms, l1=l1, solver=solver)
        np.testing.assert_allclose(answer.weights.toarray(), alone.weights.toarray(), atol=1e-6)
        assert answer.gap.max() <= 1e-6
    means = [path[i].l0.mean() for i in (1, 2, 0, 3)]
    assert means == sorted(means) and means[0] < means[-1]


def test_a_path_of_a_row_does_not_depend_on_its_batch() -> None:
    x, atoms = gap_problem(2, 300, 150, 24)
    whole = l1_path(x, atoms, [0.1, 0.03])
    for row in (0, 255, 256, 299):
        for answer, one in zip(whole, l1_path(x[[row]], atoms, [0.1, 0.03]), strict=True):
            assert_same_rows(one.weights.toarray(), answer.weights[[row]].toarray())


def test_a_path_over_no_rows_and_over_no_penalties() -> None:
    _, atoms = problem(3, 1, 10, 4)
    assert [len(answer.l0) for answer in l1_path(np.empty((0, 4)), atoms, [0.1, 0.2])] == [0, 0]
    with pytest.raises(UsageError, match="no penalties"):
        l1_path(np.empty((0, 4)), atoms, [])
    with pytest.raises(UsageError, match="got -1"):
        l1_path(np.empty((0, 4)), atoms, [0.1, -1.0])


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("wanted", [0.5, 3, 15])
def test_calibrated_penalties_give_the_mean(solver: str, wanted: float) -> None:
    x, atoms = gap_problem(4, 200, 150, 24)
    l1 = calibrate_l1(x, atoms, mean_l0=wanted, solver=solver)
    found = decompose(x, atoms, l1=l1, solver=solver).l0.mean()
    assert found == pytest.approx(wanted, rel=0.021)


def test_a_mean_that_no_penalty_gives_is_an_error_with_the_nearest() -> None:
    x, atoms = problem(5, 1, 40, 8)
    with pytest.raises(DataError, match=r"within 2% of 2.5: it is 3 at l1 = .* and 2 at"):
        calibrate_l1(x, atoms, mean_l0=2.5)
    with pytest.raises(DataError, match="out of reach: even l1"):
        calibrate_l1(x, atoms, mean_l0=30)


@pytest.mark.parametrize("wanted", [0, -1, float("nan"), float("inf")])
def test_a_mean_that_is_none(wanted: float) -> None:
    x, atoms = problem(6, 2, 5, 4)
    with pytest.raises(UsageError, match="mean_l0 is a number"):
        calibrate_l1(x, atoms, mean_l0=wanted)


def test_rows_that_cannot_be_calibrated_on() -> None:
    _, atoms = problem(7, 1, 5, 4)
    with pytest.raises(DataError, match="no rows"):
        calibrate_l1(np.empty((0, 4)), atoms, mean_l0=2)
    with pytest.raises(DataError, match="no row correlates"):
        calibrate_l1(np.zeros((3, 4)), atoms, mean_l0=2)


def test_limits_together_give_what_each_gives_alone() -> None:
    x, atoms = gap_problem(3, 40, 60, 12)
    for limit, found in zip((7, 1, 3), l0_path(x, atoms, (7, 1, 3)), strict=True):
        alone = decompose(x, atoms, l0=limit)
        assert (found.mode, found.value) == ("l0", limit)
        assert np.array_equal(found.weights.toarray(), alone.weights.toarray())
        assert np.array_equal(found.cosine, alone.cosine)


def test_no_limits_and_one_out_of_range() -> None:
    x, atoms = problem(0, 3, 5, 4)
    assert l0_path(x, atoms, ()) == []
    with pytest.raises(UsageError, match="l0 is a whole number of concepts a row"):
        l0_path(x, atoms, (2, 0))
