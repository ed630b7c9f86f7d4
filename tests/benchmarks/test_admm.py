"""The ADMM solves our problem, and the cheaper formula takes the same way."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from benchmarks.admm import ITERATIONS, Admm
from benchmarks.problems import Float32
from concept_core.solvers.lasso import Lasso
from tests.problems import problem

L1 = 0.15


@pytest.fixture(scope="module")
def case() -> tuple[Float32, Float32]:
    x, atoms = problem(0, 12, 60, 24)
    return x.astype(np.float32), atoms.astype(np.float32)


@pytest.mark.parametrize("short", [False, True])
def test_agrees_with_the_oracle(short: bool, case: tuple[Float32, Float32]) -> None:
    x, atoms = case
    admm = Admm(atoms, short=short)
    found = admm.solve(x, L1)
    assert 1 < admm.iterations < ITERATIONS
    best = Lasso(L1).prepare(atoms.astype(np.float64)).solve(x).weights
    assert found.data.min() > 0
    np.testing.assert_allclose(found.toarray(), best.toarray(), atol=1e-4)


def test_short_has_the_same_iterates(case: tuple[Float32, Float32]) -> None:
    x, atoms = case
    long, short = (Admm(atoms, short=short).steps(x, L1) for short in (False, True))
    for (z, residual), (other_z, other) in itertools.islice(zip(long, short, strict=True), 20):
        np.testing.assert_allclose(z, other_z, atol=1e-5)
        np.testing.assert_allclose(residual, other, atol=1e-5)


def test_cut_short_is_not_yet_there(case: tuple[Float32, Float32]) -> None:
    x, atoms = case
    admm = Admm(atoms)
    cut = admm.solve(x, L1, iterations=5)
    assert admm.iterations == 5
    assert abs(cut - admm.solve(x, L1)).max() > 1e-3


def test_rows_do_not_touch_each_other(case: tuple[Float32, Float32]) -> None:
    x, atoms = case
    steps = Admm(atoms).steps(x, L1)
    alone = Admm(atoms).steps(x, L1)
    keep = np.arange(len(x)) % 3 == 0
    next(steps), next(alone)
    z, _ = next(steps)
    import torch

    left, _ = alone.send(torch.from_numpy(keep))
    np.testing.assert_allclose(left, z[:, keep], atol=1e-6)


def test_count_is_the_mean_over_batches(case: tuple[Float32, Float32]) -> None:
    x, atoms = case
    admm = Admm(atoms, short=True)
    each = [admm.count(x, L1, batch=len(x)), admm.count(x, L1, batch=1)]
    halves = admm.count(x, L1, batch=len(x) // 2)
    assert each[1] < halves <= each[0]
    admm.solve(x, L1)
    # The rule waits until all rows are there at once; products round by their shape.
    assert -2 <= admm.iterations - each[0] <= 0.2 * each[0]
