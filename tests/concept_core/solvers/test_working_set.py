"""One test body for the working sets: on numba, and on torch for the CPU and for CUDA."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from concept_core.solvers import rounds, working_set, workspace
from concept_core.solvers.base import GAP_TOLERANCE, Solution, Solver
from concept_core.solvers.certificate import relative_gap
from concept_core.solvers.few_rows import FewRows
from concept_core.solvers.lasso import Lasso
from concept_core.solvers.many_atoms import PreparedManyAtoms
from concept_core.solvers.working_set import PreparedWorkingSet, WorkingSet
from concept_core.solvers.working_set_torch import WorkingSetTorch
from tests.problems import Array, gap_problem, problem, unit


class ManyAtoms(WorkingSet):
    """As if there were too many atoms for a Gram matrix."""

    def prepare(self, atoms: Array) -> PreparedWorkingSet | PreparedManyAtoms:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(working_set, "GRAM_ATOMS", 0)
            return super().prepare(atoms)


SOLVERS: dict[str, Callable[[float], Solver]] = {
    "numba": WorkingSet,
    "many": ManyAtoms,
    "few": FewRows,
    "torch": WorkingSetTorch,
    "cuda": lambda l1: WorkingSetTorch(l1, "cuda"),
}
EVERY = pytest.mark.parametrize(
    "name",
    [
        "numba",
        "many",
        "few",
        "torch",
        pytest.param(
            "cuda",
            marks=pytest.mark.skipif(
                not torch.cuda.is_available(), reason="torch finds no CUDA device on this machine"
            ),
        ),
    ],
)
SEEDS = st.integers(0, 2**32 - 1)


def solve(name: str, x: Array, atoms: Array, l1: float) -> Solution:
    return SOLVERS[name](l1).prepare(atoms).solve(x)


def check(x: Array, atoms: Array, l1: float, solution: Solution) -> Array:
    """The weights, once they are known to be what a solver may answer, with the true gap."""
    w = solution.weights
    assert w.shape == (len(x), len(atoms)) and w.dtype == np.float64
    assert w.has_sorted_indices and (w.nnz == 0 or w.data.min() > 0)
    assert solution.gap.dtype == np.float64
    assert solution.gap.max(initial=0.0) <= GAP_TOLERANCE
    true = relative_gap(np.asarray(x, np.float64), atoms, w, l1)
    np.testing.assert_allclose(solution.gap, true, atol=1e-8)
    return w.toarray()


@EVERY
@pytest.mark.parametrize(
    ("decay", "l1", "l0"),
    [
        (0.0, 0.12, 7.8),
        (0.0, 0.1, 23.6),
        (0.0, 0.065, 92.8),
        (0.5, 0.2, 7.8),
        (0.5, 0.12, 23.2),
        (0.5, 0.05, 83.6),
        (1.0, 0.2, 9.2),
        (1.0, 0.05, 22.0),
        (1.0, 0.008, 83.4),
    ],
)
def test_against_the_lasso(name: str, decay: float, l1: float, l0: float) -> None:
    x, atoms = gap_problem(0, 5, 2000, 512, decay)
    w = check(x, atoms, l1, solve(name, x, atoms, l1))
    expected = Lasso(l1).prepare(atoms).solve(x).weights.toarray()
    np.testing.assert_allclose(w, expected, atol=1e-5)
    np.testing.assert_array_equal(w > 1e-5, expected > 1e-5)
    assert (w > 0).sum() / 5 == pytest.approx(l0, abs=1)


@pytest.mark.parametrize(
    ("k", "decay", "l1", "l0"),
    [
        (2000, 0.5, 0.08, 44.0),
        (2000, 0.5, 0.042, 110.7),
        (2000, 0.5, 0.02, 216.7),
        (2000, 1.0, 0.006, 107.3),
        (5000, 0.5, 0.08, 61.7),
        (5000, 0.5, 0.042, 128.3),
        (5000, 0.5, 0.02, 267.3),
        (5000, 1.0, 0.006, 133.3),
    ],
)
def test_large_supports(k: int, decay: float, l1: float, l0: float) -> None:
    x, atoms = gap_problem(13, 3, k, 512, decay)
    w = check(x, atoms, l1, solve("numba", x, atoms, l1))
    assert (w > 0).sum() / 3 == pytest.approx(l0, abs=1)
    expected = Lasso(l1).prepare(atoms).solve(x).weights.toarray()
    np.testing.assert_allclose(w, expected, atol=1e-5)


@pytest.mark.parametrize("apart", [0.0, 1e-7, 1e-3])
@pytest.mark.parametrize("l1", [0.07, 0.042, 0.011])
def test_large_supports_among_atoms_that_come_twice(l1: float, apart: float) -> None:
    x, once = gap_problem(14, 6, 1500, 512)
    other = problem(15, 1, 1500, 512)[1]
    atoms = np.vstack([once, unit(once + apart * other)])
    w = check(x, atoms, l1, solve("numba", x, atoms, l1))
    single = check(x, once, l1, solve("numba", x, once, l1))
    assert (single > 0).sum(axis=1).mean() > 40
    # The second copy adds next to nothing that the first cannot do.
    np.testing.assert_allclose(w[:, :1500] + w[:, 1500:], single, atol=1e-6 if apart < 1e-3 else 1)


def test_large_supports_need_no_matrix_beyond_the_int8_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x, atoms = gap_problem(16, 20, 1000, 256)
    expected = check(x, atoms, 0.02, solve("numba", x, atoms, 0.02))
    assert (expected > 0).sum(axis=1).mean() > 60
    monkeypatch.setattr(workspace, "EXACT_ATOMS", 0)
    np.testing.assert_allclose(
        solve("numba", x, atoms, 0.02).weights.toarray(), expected, atol=1e-8
    )
    monkeypatch.setattr(workspace, "FINER_ATOMS", 0)
    np.testing.assert_allclose(
        solve("numba", x, atoms, 0.02).weights.toarray(), expected, atol=1e-8
    )


@EVERY
def test_two_thousand_atoms_half_of_them_twice(name: str) -> None:
    x, once = gap_problem(1, 40, 1000, 64)
    order = np.random.default_rng(1).permutation(2000)
    atoms = np.vstack([once, once])[order]
    w = check(x, atoms, 0.05, solve(name, x, atoms, 0.05))
    assert (w > 0).sum(axis=1).mean() > 20
    both = np.zeros((40, 1000))
    np.add.at(both.T, order % 1000, w.T)
    np.testing.assert_allclose(both, solve(name, x, once, 0.05).weights.toarray(), atol=1e-8)
    # All weight is on the first of a pair.
    assert not any(w[:, np.flatnonzero(order % 1000 == a)[1]].any() for a in range(1000))


@EVERY
@pytest.mark.parametrize("apart", [1e-2, 1e-4, 1e-6, 1e-8, 1e-10])
def test_atoms_that_are_all_but_equal(name: str, apart: float) -> None:
    x, once = problem(2, 8, 80, 32)
    near = [once + apart * problem(seed, 8, 80, 32)[1] for seed in (3, 4)]
    atoms = np.vstack([once, *map(unit, near)])
    for l1 in (0.1, 0.01):
        check(x, atoms, l1, solve(name, x, atoms, l1))


@EVERY
@pytest.mark.parametrize("d", [1, 2, 3, 8, 20])
def test_many_more_atoms_than_dimensions(name: str, d: int) -> None:
    x, atoms = problem(5, 20, 200, d)
    for l1 in (0.1, 1e-2, 1e-4):
        w = check(x, atoms, l1, solve(name, x, atoms, l1))
        assert (w > 0).sum(axis=1).max() <= d + (d == 1)


@EVERY
def test_smooth_bumps_of_which_hundreds_overlap(name: str) -> None:
    at = np.linspace(0, 1, 60)
    atoms = unit(np.exp(-((at - np.linspace(0, 1, 300)[:, None]) ** 2) / 0.005))
    rng = np.random.default_rng(6)
    x = unit(np.abs(rng.standard_normal((6, 10))) @ atoms[::30] + 0.01 * rng.standard_normal(60))
    for l1 in (0.1, 0.001):
        check(x, atoms, l1, solve(name, x, atoms, l1))


@EVERY
def test_supports_as_large_as_the_space(name: str) -> None:
    # The row lies inside the cone of all atoms, and the penalty is next to nothing.
    _, atoms = problem(7, 1, 150, 150)
    x = unit(np.random.default_rng(7).uniform(0.5, 1.0, (3, 150)) @ atoms)
    w = check(x, atoms, 1e-5, solve(name, x, atoms, 1e-5))
    assert (w > 0).sum(axis=1).min() == 150


def test_two_hundred_thousand_atoms_ask_for_no_gram_matrix() -> None:
    x, atoms = problem(0, 20, 200_000, 6)
    tracemalloc.start()
    prepared = WorkingSet(0.01).prepare(atoms)
    solution = prepared.solve(x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**28
    check(x, atoms, 0.01, solution)


def test_products_are_made_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    x, atoms = gap_problem(13, 40, 300, 32)
    whole = ManyAtoms(0.05).prepare(atoms).solve(x)
    monkeypatch.setattr(rounds, "_PRODUCT", 1000)
    parts = ManyAtoms(0.05).prepare(atoms).solve(x)
    np.testing.assert_allclose(parts.weights.toarray(), whole.weights.toarray(), atol=1e-9)


def test_rows_that_rounds_leave_open_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    x, atoms = gap_problem(14, 6, 900, 48)
    monkeypatch.setattr(rounds, "_ROUNDS", 1)
    monkeypatch.setattr(rounds, "_CANDIDATES", 3)
    for solver in (FewRows(0.02), ManyAtoms(0.02)):
        check(x, atoms, 0.02, solver.prepare(atoms).solve(x))


@EVERY
def test_by_hand(name: str) -> None:
    x = np.array([[0.6, 0.0, 0.8], [0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, -1.0]])
    expected = [[0.5, 0.0, 0.7], [0.0, 0.0, 0.0], [0.0, 0.9, 0.0], [0.0, 0.0, 0.0]]
    solution = solve(name, x, np.eye(3), 0.1)
    np.testing.assert_allclose(check(x, np.eye(3), 0.1, solution), expected, atol=1e-12)
    assert solution.gap[1] == solution.gap[3] == 0.0


@EVERY
@pytest.mark.parametrize("n", [0, 1, 2])
@pytest.mark.parametrize("k", [1, 2, 47, 48, 49])
def test_few_rows_and_few_atoms(name: str, n: int, k: int) -> None:
    x, atoms = problem(8, n, k, 5)
    solution = solve(name, x, atoms, 0.05)
    check(x, atoms, 0.05, solution)
    assert solution.gap.shape == (n,)


@EVERY
def test_a_penalty_above_every_correlation_leaves_nothing(name: str) -> None:
    x, atoms = problem(9, 5, 100, 16)
    highest = float(np.max(x @ atoms.T))
    for l1 in (highest + 1e-9, 1.0, 1e300):
        solution = solve(name, x, atoms, l1)
        assert solution.weights.nnz == 0
        np.testing.assert_array_equal(solution.gap, 0.0)
    weights = solve(name, x, atoms, highest - 1e-5).weights
    assert weights.nnz == 1
    assert weights.data[0] == pytest.approx(1e-5, rel=1e-3)


@EVERY
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_any_float_type_and_a_memmap(name: str, dtype: type, tmp_path: Path) -> None:
    x, atoms = gap_problem(10, 700, 100, 16)
    stored = np.memmap(tmp_path / "x.bin", dtype, "w+", shape=x.shape)
    stored[:] = x
    stored.flush()
    mapped = np.memmap(tmp_path / "x.bin", dtype, "r", shape=x.shape)
    w = check(mapped, atoms, 0.1, solve(name, mapped, atoms, 0.1))
    exact = solve(name, x.astype(dtype).astype(np.float64), atoms, 0.1).weights.toarray()
    np.testing.assert_array_equal(w, exact)


@EVERY
@pytest.mark.parametrize("scale", [1e-200, 1e-30, 3.0, 1e30, 1e200])
def test_rows_of_any_scale(name: str, scale: float) -> None:
    x, atoms = gap_problem(11, 6, 200, 32)
    straight = solve(name, x, atoms, 0.05).weights.toarray()
    scaled = solve(name, x * scale, atoms, 0.05 * scale)
    np.testing.assert_allclose(scaled.weights.toarray() / scale, straight, atol=1e-9)
    assert scaled.gap.max() <= 1e-9


@EVERY
def test_a_row_does_not_depend_on_its_batch(name: str) -> None:
    x, atoms = gap_problem(12, 700, 300, 48)
    prepared = SOLVERS[name](0.05).prepare(atoms)
    together = prepared.solve(x).weights.toarray()
    order = np.random.default_rng(12).permutation(700)
    shuffled = prepared.solve(x[order]).weights.toarray()
    np.testing.assert_allclose(shuffled, together[order], atol=1e-9)
    for part in (slice(0, 1), slice(5, 7), slice(300, 433), slice(511, 513)):
        alone = prepared.solve(x[part]).weights.toarray()
        np.testing.assert_allclose(alone, together[part], atol=1e-9)


@EVERY
@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, l1=st.sampled_from([0.02, 0.1, 0.3]))
def test_permuting_atoms_permutes_weights(name: str, seed: int, l1: float) -> None:
    x, atoms = problem(seed, 3, 70, 24)
    order = np.random.default_rng(seed).permutation(70)
    straight, permuted = solve(name, x, atoms, l1), solve(name, x, atoms[order], l1)
    np.testing.assert_allclose(
        permuted.weights.toarray(), straight.weights.toarray()[:, order], atol=1e-8
    )


@EVERY
@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, more=st.integers(1, 60))
def test_more_atoms_never_raise_the_objective(name: str, seed: int, more: int) -> None:
    x, atoms = problem(seed, 3, 20 + more, 8)

    def objective(atoms: Array) -> Array:
        w = solve(name, x, atoms, 0.1).weights
        return 0.5 * ((x - w @ atoms) ** 2).sum(axis=1) + 0.1 * w.sum(axis=1)

    assert np.all(objective(atoms) <= objective(atoms[:20]) + 1e-9)


@EVERY
@settings(max_examples=30, deadline=None)
@given(
    seed=SEEDS,
    n=st.integers(1, 5),
    k=st.integers(1, 90),
    d=st.integers(1, 12),
    l1=st.floats(0.01, 1.5),
)
def test_every_row_is_certified(name: str, seed: int, n: int, k: int, d: int, l1: float) -> None:
    x, atoms = problem(seed, n, k, d)
    check(x, atoms, l1, solve(name, x, atoms, l1))
