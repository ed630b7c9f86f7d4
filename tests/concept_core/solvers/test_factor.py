"""The Cholesky factor that grows and shrinks, against numpy's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concept_core.solvers.factor import extend, remove, solve_backward, solve_forward
from tests.problems import Array, problem


def grown(gram: Array, target: Array) -> tuple[Array, Array]:
    """The factor, with room, and the forward solution, row by row."""
    size = len(gram)
    factor, forward = np.full((size + 1, size + 3), np.nan), np.full(size + 1, np.nan)
    for i in range(size):
        assert extend(factor, gram[i, : i + 1], forward, target[i], i, 1e-12)
    return factor, forward


def lower(factor: Array, size: int) -> Array:
    """The factor with its diagonal instead of the reciprocals."""
    found = np.tril(factor[:size, :size])
    np.fill_diagonal(found, 1 / np.diag(found))
    return found


def matrix(seed: int, size: int) -> tuple[Array, Array]:
    _, atoms = problem(seed, 1, size, 2 * size + 1)
    return atoms @ atoms.T, np.random.default_rng(seed).standard_normal(size)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 8, 50, 203])
def test_it_grows_into_the_factor_of_numpy(size: int) -> None:
    gram, target = matrix(0, size)
    factor, forward = grown(gram, target)
    expected = np.linalg.cholesky(gram)
    np.testing.assert_allclose(lower(factor, size), expected, atol=1e-12)
    np.testing.assert_allclose(forward[:size], np.linalg.solve(expected, target), atol=1e-12)
    out = target.copy()
    solve_forward(factor, size, out, out)
    solve_backward(factor, size, out, out)
    np.testing.assert_allclose(out, np.linalg.solve(gram, target), atol=1e-11)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1), size=st.integers(1, 40))
def test_it_shrinks_into_the_factor_without_those_atoms(
    data: st.DataObject, seed: int, size: int
) -> None:
    gram, target = matrix(seed, size)
    factor, forward = grown(gram, target)
    left = list(range(size))
    for _ in range(data.draw(st.integers(1, size))):
        out = data.draw(st.integers(0, len(left) - 1))
        remove(factor, forward, out, len(left), np.empty(size), np.empty(size))
        del left[out]
    rest = np.linalg.cholesky(gram[np.ix_(left, left)])
    np.testing.assert_allclose(lower(factor, len(left)), rest, atol=1e-10)
    np.testing.assert_allclose(
        forward[: len(left)], np.linalg.solve(rest, target[left]), atol=1e-10
    )


def test_an_atom_in_the_span_of_those_before_it_is_refused() -> None:
    gram, target = matrix(1, 12)
    factor, forward = grown(gram, target)
    share = np.random.default_rng(1).standard_normal(12)
    entries = np.append(gram @ share, share @ gram @ share)
    assert not extend(factor, entries, forward, 0.0, 12, 1e-9)
    out = np.empty(12)
    solve_backward(factor, 12, factor[12], out)
    np.testing.assert_allclose(out, share, atol=1e-10)
