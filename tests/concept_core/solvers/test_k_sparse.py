from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from concept_core.parallel import BLOCK
from concept_core.solvers import k_sparse, workspace
from concept_core.solvers.few_rows_pursuit import FewRowsKSparse
from concept_core.solvers.k_sparse import KSparse
from tests.problems import assert_same_rows, gap_problem, problem, unit

Pursuit = type[KSparse] | type[FewRowsKSparse]
BOTH = pytest.mark.parametrize("pursuit", [KSparse, FewRowsKSparse])


def plain_pursuit(row: np.ndarray, atoms: np.ndarray, limit: int) -> tuple[np.ndarray, int]:
    """The definition, atom by atom; also how many atoms fell out of the support again."""
    weights, left = np.zeros(len(atoms)), 0
    while np.count_nonzero(weights) < limit:
        residual = row - weights @ atoms
        gains = [float(atom @ residual) for atom in atoms]
        best = max(gains)
        if best <= 1e-9:
            break
        chosen = sorted({*np.flatnonzero(weights).tolist(), gains.index(best)})
        fitted, _ = nnls(atoms[chosen].T, row)
        trial = np.zeros(len(atoms))
        trial[chosen] = fitted
        if np.linalg.norm(row - trial @ atoms) >= np.linalg.norm(residual):
            break
        left += len(chosen) - np.count_nonzero(fitted)
        weights = trial
    return weights, left


@BOTH
@pytest.mark.parametrize("limit", [1, 3, 8])
def test_against_the_plain_definition(pursuit: Pursuit, limit: int) -> None:
    x, atoms = problem(0, 30, 80, 12)
    found = pursuit(limit).prepare(atoms).solve(x).weights.toarray()
    expected = [plain_pursuit(row, atoms, limit)[0] for row in x]
    np.testing.assert_allclose(found, expected, atol=1e-10)


@pytest.mark.parametrize("limit", [50, 100])
@pytest.mark.parametrize("decay", [0.0, 0.5, 1.0])
def test_large_limits_against_the_plain_definition(limit: int, decay: float) -> None:
    x, atoms = gap_problem(7, 3, 600, 256, decay)
    found = KSparse(limit).prepare(atoms).solve(x).weights.toarray()
    assert (found > 0).sum(axis=1).min() == limit
    expected = [plain_pursuit(row, atoms, limit)[0] for row in x]
    np.testing.assert_allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize("decay", [0.0, 1.0])
def test_large_limits_with_each_gram_matrix(monkeypatch: pytest.MonkeyPatch, decay: float) -> None:
    x, atoms = gap_problem(8, 20, 600, 256, decay)
    exact = KSparse(60).prepare(atoms)
    assert exact.atoms.exact.shape == (600, 600) and not len(exact.atoms.gram)
    expected = exact.solve(x).weights.toarray()
    monkeypatch.setattr(workspace, "EXACT_ATOMS", 0)
    both = KSparse(60).prepare(atoms)
    assert not len(both.atoms.exact) and both.atoms.finer.shape == (600, 600)
    monkeypatch.setattr(workspace, "FINER_ATOMS", 0)
    coarse = KSparse(60).prepare(atoms)
    assert len(coarse.atoms.gram) and not len(coarse.atoms.finer)
    for prepared in (both, coarse):
        np.testing.assert_allclose(prepared.solve(x).weights.toarray(), expected, atol=1e-12)


@BOTH
def test_atoms_that_fall_to_zero_do_not_count(pursuit: Pursuit) -> None:
    x, atoms = problem(0, 30, 80, 12)
    plain = [plain_pursuit(row, atoms, 8) for row in x]
    dropped = np.array([left > 0 for _, left in plain])
    assert dropped.any(), "the problem must have such rows"
    assert np.all(np.diff(pursuit(8).prepare(atoms).solve(x).weights.indptr)[dropped] == 8)


@BOTH
def test_one_atom_is_the_best_single_atom_of_all(pursuit: Pursuit) -> None:
    x, atoms = problem(1, 20, 50, 10)
    weights = pursuit(1).prepare(atoms).solve(x).weights.toarray()
    for row, found in zip(x, weights, strict=True):
        errors = [nnls(atom[:, None], row)[1] for atom in atoms]
        assert np.flatnonzero(found).tolist() == [int(np.argmin(errors))]
        assert np.linalg.norm(row - found @ atoms) == pytest.approx(min(errors))


@BOTH
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), k=st.integers(1, 20), d=st.integers(1, 12))
def test_without_a_limit_it_is_non_negative_least_squares(
    pursuit: Pursuit, seed: int, k: int, d: int
) -> None:
    x, atoms = problem(seed, 3, k, d)
    weights = pursuit(k).prepare(atoms).solve(x).weights
    residual = np.linalg.norm(x - weights @ atoms, axis=1)
    np.testing.assert_allclose(residual, [nnls(atoms.T, row)[1] for row in x], atol=1e-7)


@BOTH
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), limit=st.integers(1, 6))
def test_at_most_the_limit_and_no_stored_zero(pursuit: Pursuit, seed: int, limit: int) -> None:
    x, atoms = problem(seed, 4, 15, 6)
    weights = pursuit(limit).prepare(atoms).solve(x).weights
    assert np.diff(weights.indptr).max() <= limit
    assert np.all(weights.data > 0)
    assert weights.has_sorted_indices


@BOTH
def test_a_higher_limit_never_fits_worse(pursuit: Pursuit) -> None:
    x, atoms = problem(2, 40, 60, 16)
    errors = [
        np.linalg.norm(x - pursuit(limit).prepare(atoms).solve(x).weights @ atoms, axis=1)
        for limit in range(1, 9)
    ]
    assert np.all(np.diff(errors, axis=0) <= 1e-12)


@BOTH
@pytest.mark.parametrize("copies", [2, 37, 300])
def test_among_equal_atoms_the_first_is_taken(pursuit: Pursuit, copies: int) -> None:
    x, atoms = problem(3, 20, 7, 16)
    weights = pursuit(3).prepare(np.tile(atoms, (copies, 1))).solve(x).weights
    assert weights.indices.max() < 7
    np.testing.assert_allclose(
        weights.toarray()[:, :7], pursuit(3).prepare(atoms).solve(x).weights.toarray(), atol=1e-12
    )


@BOTH
def test_atoms_that_are_nearly_equal(pursuit: Pursuit) -> None:
    rng = np.random.default_rng(4)
    x, atoms = problem(4, 10, 5, 16)
    nearly = unit(np.repeat(atoms, 40, axis=0) + 1e-7 * rng.standard_normal((200, 16)))
    weights = pursuit(8).prepare(nearly).solve(x).weights
    assert np.diff(weights.indptr).max() <= 8
    residual = np.linalg.norm(x - weights @ nearly, axis=1)
    best = [nnls(atoms.T, row)[1] for row in x]
    np.testing.assert_allclose(residual, best, atol=1e-5)


@BOTH
@pytest.mark.parametrize("factor", [1e-6, 3.0, 1e6])
def test_scaling_a_row_scales_its_weights(pursuit: Pursuit, factor: float) -> None:
    x, atoms = problem(5, 6, 30, 8)
    once, scaled = (
        pursuit(4).prepare(atoms).solve(x).weights,
        pursuit(4).prepare(atoms).solve(factor * x).weights,
    )
    assert scaled.indices.tolist() == once.indices.tolist()
    np.testing.assert_allclose(scaled.data, factor * once.data, rtol=1e-9)


def test_a_row_does_not_depend_on_its_batch() -> None:
    x, atoms = problem(6, BLOCK + 40, 30, 8)
    together = KSparse(4).prepare(atoms).solve(x).weights.toarray()
    for row in (0, BLOCK - 1, BLOCK, BLOCK + 39):
        np.testing.assert_array_equal(
            KSparse(4).prepare(atoms).solve(x[[row]]).weights.toarray()[0], together[row]
        )


@pytest.fixture
def without_gram(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with more atoms than a Gram matrix is made of, in pieces of few rows."""
    monkeypatch.setattr(k_sparse, "GRAM_ATOMS", 0)
    monkeypatch.setattr(k_sparse, "_CORRELATIONS", 700)


def test_two_hundred_thousand_atoms_ask_for_no_gram_matrix(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = k_sparse.gram8

    def bounded(atoms: np.ndarray) -> np.ndarray:
        assert len(atoms) ** 2 <= 2**31, f"{len(atoms) ** 2 / 2**30:.0f} GiB"
        return made(atoms)

    monkeypatch.setattr(k_sparse, "gram8", bounded)
    x, atoms = problem(0, 3, 200_000, 6)
    tracemalloc.start()
    prepared = KSparse(2).prepare(atoms)
    weights = prepared.solve(x).weights
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**28
    for row, weight in zip(x, weights.toarray(), strict=True):
        first = int(np.argmax(atoms @ row))
        second = int(np.argmax(atoms @ (row - (atoms[first] @ row) * atoms[first])))
        assert set(np.flatnonzero(weight)) <= {first, second}
        assert np.linalg.norm(row - weight @ atoms) < np.linalg.norm(row)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(0, 9),
    k=st.integers(1, 300),
    d=st.integers(1, 12),
    limit=st.integers(1, 9),
)
def test_a_few_rows_have_the_same_answer(seed: int, n: int, k: int, d: int, limit: int) -> None:
    x, atoms = problem(seed, n, k, d)
    many, few = (solver(limit).prepare(atoms).solve(x) for solver in (KSparse, FewRowsKSparse))
    assert_same_rows(few.weights.toarray(), many.weights.toarray())
    assert np.isnan(few.gap).all()


@pytest.mark.parametrize("limit", [20, 90])
def test_a_few_rows_have_the_same_answer_with_many_concepts(limit: int) -> None:
    x, atoms = gap_problem(7, 8, 700, 128)
    x[3] = 0.0
    many, few = (solver(limit).prepare(atoms).solve(x) for solver in (KSparse, FewRowsKSparse))
    assert_same_rows(few.weights.toarray(), many.weights.toarray())


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(0, 9),
    k=st.integers(1, 300),
    d=st.integers(1, 12),
    limit=st.integers(1, 9),
)
def test_without_a_gram_matrix_the_answer_is_the_same(
    seed: int, n: int, k: int, d: int, limit: int
) -> None:
    x, atoms = problem(seed, n, k, d)
    with pytest.MonkeyPatch.context() as patch:
        with_gram = KSparse(limit).prepare(atoms).solve(x)
        patch.setattr(k_sparse, "GRAM_ATOMS", 0)
        patch.setattr(k_sparse, "_CORRELATIONS", 700)
        without = KSparse(limit).prepare(atoms).solve(x)
    np.testing.assert_allclose(
        without.weights.toarray(), with_gram.weights.toarray(), rtol=0, atol=1e-12
    )
    assert np.isnan(without.gap).all()


@pytest.mark.usefixtures("without_gram")
def test_without_a_gram_matrix_equal_atoms_and_zero_rows_are_as_with_one() -> None:
    x, atoms = problem(3, 20, 7, 16)
    x[4] = 0
    weights = KSparse(3).prepare(np.tile(atoms, (37, 1))).solve(x).weights
    assert weights.indices.max() < 7
    assert weights[[4]].nnz == 0


@pytest.mark.usefixtures("without_gram")
def test_without_a_gram_matrix_a_row_does_not_depend_on_its_batch() -> None:
    x, atoms = problem(6, BLOCK + 40, 30, 8)
    together = KSparse(4).prepare(atoms).solve(x).weights.toarray()
    for row in (0, BLOCK - 1, BLOCK, BLOCK + 39):
        alone = KSparse(4).prepare(atoms).solve(x[[row]]).weights.toarray()[0]
        np.testing.assert_array_equal(alone, together[row])
