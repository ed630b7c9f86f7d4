from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_core.errors import DataError, UsageError
from concept_core.measures.coverage import best_cosines, coverage_curve, curve_sizes
from tests.problems import problem

AXES = np.eye(3)


def test_by_hand() -> None:
    # (3, 4, 0) is .6 from the first axis and .8 from the second; its length plays no part.
    x = np.array([[3.0, 4.0, 0.0], [0.0, 0.0, 2.0], [0.0, 0.0, 0.0]])
    np.testing.assert_allclose(best_cosines(x, AXES[:2]), [0.8, 0.0, 0.0], atol=1e-12)
    assert coverage_curve(x, AXES, (1, 2, 3)) == pytest.approx((0.2, 0.8 / 3, 0.6))


def test_opposite_is_minus_one() -> None:
    assert best_cosines(-AXES[:1], AXES[:1]) == pytest.approx([-1.0])


def test_sizes_in_any_order_and_twice() -> None:
    x, atoms = problem(0, 7, 9, 4)
    ordered = coverage_curve(x, atoms, (2, 5, 9))
    assert coverage_curve(x, atoms, (9, 2, 5, 2)) == (*ordered[::-2], ordered[1], ordered[0])


@given(st.integers(0, 99), st.integers(1, 12), st.integers(1, 12))
def test_a_prefix_never_covers_more_than_the_whole(seed: int, n: int, k: int) -> None:
    x, atoms = problem(seed, n, k, 5)
    curve = coverage_curve(x, atoms, range(1, k + 1))
    assert list(curve) == sorted(curve)
    assert curve[-1] == pytest.approx(float((x @ atoms.T).max(axis=1).mean()))


def test_tiles_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x, atoms = problem(1, 50, 40, 6)
    whole = coverage_curve(x, atoms, (7, 40))
    monkeypatch.setattr("concept_core.measures.rows.TILE", 8)
    assert coverage_curve(x, atoms, (7, 40)) == pytest.approx(whole)


def test_half_precision_is_computed_in_single() -> None:
    x, atoms = problem(2, 9, 9, 6)
    half = best_cosines(x.astype(np.float16), atoms)
    np.testing.assert_allclose(half, best_cosines(x, atoms), atol=2e-3)


def test_no_rows() -> None:
    assert best_cosines(np.zeros((0, 3)), AXES).shape == (0,)
    with pytest.raises(DataError, match="x has no rows; coverage is a mean"):
        coverage_curve(np.zeros((0, 3)), AXES, (1,))


def test_wrong_calls() -> None:
    for size in (0, 4):
        with pytest.raises(UsageError, match=f"size {size}: a prefix of 3 concepts"):
            coverage_curve(AXES, AXES, (2, size))
    with pytest.raises(DataError, match="x has 2 columns, the atoms 3"):
        best_cosines(AXES[:, :2], AXES)
    with pytest.raises(DataError, match="row 1 has length 2"):
        best_cosines(AXES, AXES * [[1], [2], [1]])


@pytest.mark.parametrize(
    ("k", "sizes"),
    [
        (1, (1,)),
        (10, (10,)),
        (11, (10, 11)),
        (630, (10, 20, 50, 100, 200, 500, 630)),
        (2000, (10, 20, 50, 100, 200, 500, 1000, 2000)),
    ],
)
def test_sizes_of_a_curve(k: int, sizes: tuple[int, ...]) -> None:
    assert curve_sizes(k) == sizes
