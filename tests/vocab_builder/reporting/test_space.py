from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocab_builder.reporting.space import ENDS, NEIGHBOURS, make_map, nearest, neighbours


def rows(n: int, d: int = 8, seed: int = 0) -> np.ndarray:
    x = np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def test_the_first_axis_is_that_of_the_greatest_spread() -> None:
    atoms = np.array([[1, 0, 0], [-1, 0, 0], [0, 0.5, 0], [0, -0.5, 0]], np.float32)
    chart = make_map(atoms, ["a", "b", "c", "d"])
    np.testing.assert_allclose(chart.places, atoms[:, :2], atol=1e-6)
    np.testing.assert_allclose(chart.explained, (0.8, 0.2), atol=1e-6)


def test_axes_have_one_sign() -> None:
    atoms = rows(30)
    one = make_map(atoms, [str(at) for at in range(30)])
    turned = make_map(atoms[::-1].copy(), [str(at) for at in range(30)])
    np.testing.assert_allclose(one.places, turned.places[::-1], atol=1e-5)


@pytest.mark.parametrize("n", [1, 2, 3, 40])
def test_any_number_of_concepts(n: int) -> None:
    chart = make_map(rows(n), [f"label {at}" for at in range(n)])
    assert chart.places.shape == (n, 2)
    assert np.isfinite(chart.places).all()
    assert len(chart.ends[0][0]) == min(ENDS, n // 2)
    for low, high in chart.ends:
        assert len(low) == len(high)
        assert not set(low) & set(high)


def test_an_axis_along_which_nothing_differs_has_no_ends() -> None:
    chart = make_map(np.repeat(rows(1), 12, axis=0), [str(at) for at in range(12)])
    assert chart.ends == (((), ()), ((), ()))
    assert not chart.places.round(6).any()


def test_an_axis_is_named_by_the_concepts_at_its_ends() -> None:
    angles = np.linspace(0, np.pi, 9)
    atoms = np.stack([np.cos(angles), 0.1 * np.sin(angles), np.zeros(9)], axis=1)
    chart = make_map(atoms.astype(np.float32), [f"at {at}" for at in range(9)])
    assert chart.ends[0] == (("at 8", "at 7", "at 6"), ("at 0", "at 1", "at 2"))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 20), st.integers(0, 99))
def test_neighbours_are_the_nearest_others(n: int, seed: int) -> None:
    atoms = rows(n, seed=seed)
    places, cosines = neighbours(atoms)
    exact = atoms @ atoms.T
    np.fill_diagonal(exact, -2)
    assert places.shape == (n, min(NEIGHBOURS, n - 1))
    np.testing.assert_allclose(cosines, -np.sort(-exact, axis=1)[:, : places.shape[1]], atol=1e-5)
    assert not (places == np.arange(n)[:, None]).any()


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 700), st.integers(1, 20), st.integers(0, 99))
def test_nearest_there_and_back(n: int, m: int, seed: int) -> None:
    one, other = rows(n, seed=seed), rows(m, seed=seed + 100)
    (there, cosine), (back, cosine_back) = nearest(one, other)
    exact = one @ other.T
    np.testing.assert_allclose(cosine, exact.max(axis=1), atol=1e-5)
    np.testing.assert_allclose(cosine_back, exact.max(axis=0), atol=1e-5)
    np.testing.assert_allclose(exact[np.arange(n), there], cosine, atol=1e-5)
    np.testing.assert_allclose(exact[back, np.arange(m)], cosine_back, atol=1e-5)
