from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_core import decompose
from concept_core.errors import DataError
from concept_core.measures.fidelity import area, fidelity, mean_only_cosine
from tests.problems import problem, unit

AXES = np.eye(3)


def test_by_hand() -> None:
    # The rows share their third direction, which the two atoms lack: m = (.4, .4, .6).
    x = np.array([[0.8, 0.0, 0.6], [0.0, 0.8, 0.6]])
    point = fidelity(x, decompose(x, AXES[:2], l0=1))
    assert point.value == 1 and point.l0_mean == 1
    assert point.cosine == pytest.approx(0.8)
    # u - m = (.4, -.4, 0) and v - m = (.6, -.4, -.6): .4 over sqrt .32 and sqrt .88.
    assert point.centred_cosine == pytest.approx(0.4 / math.sqrt(0.32 * 0.88))
    # What is lost is .36 a row, the spread about the mean .32 a row.
    assert point.explained_variance == pytest.approx(1 - 0.36 / 0.32)
    assert mean_only_cosine(x) == pytest.approx(math.sqrt(0.68))


def test_perfect() -> None:
    point = fidelity(AXES, decompose(AXES, AXES, l0=1))
    assert point.cosine == pytest.approx(1)
    assert point.centred_cosine == pytest.approx(1)
    assert point.explained_variance == pytest.approx(1)


def test_the_plain_cosine_flatters_where_all_rows_lean_one_way() -> None:
    rng = np.random.default_rng(0)
    x = unit(0.3 * rng.standard_normal((200, 8)) + 3 * np.eye(1, 8))
    # One atom, the common direction, says nothing of any row.
    point = fidelity(x, decompose(x, unit(x.mean(axis=0, keepdims=True)), l0=1))
    assert point.cosine > 0.9
    assert abs(point.centred_cosine or 1) < 0.2
    assert mean_only_cosine(x) == pytest.approx(point.cosine, abs=0.01)


def test_an_empty_reconstruction_is_worth_the_mean() -> None:
    x = np.array([[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    result = decompose(x, AXES[:1], l0=1)
    assert result.l0.tolist() == [0, 0]
    point = fidelity(x, result)
    assert (point.l0_mean, point.cosine, point.centred_cosine) == (0, 0, 0)


def test_lengths_of_rows_play_no_part_in_cosines() -> None:
    x, atoms = problem(1, 12, 9, 5)
    scaled = x * np.linspace(0.5, 4, 12)[:, None]
    one, two = (fidelity(rows, decompose(rows, atoms, l0=2)) for rows in (x, scaled))
    assert one.centred_cosine == pytest.approx(two.centred_cosine)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_rows_that_do_not_differ_have_no_centred_measure(dtype: type) -> None:
    for n in (1, 2, 50):
        x = np.tile(unit(np.ones((1, 3))), (n, 1)).astype(dtype)
        point = fidelity(x, decompose(x, AXES, l0=2))
        assert point.centred_cosine is None and point.explained_variance is None
        assert mean_only_cosine(x) == pytest.approx(1, abs=1e-3)


@given(st.integers(0, 99))
def test_tiles_change_nothing(seed: int) -> None:
    x, atoms = problem(seed, 30, 12, 5)
    result = decompose(x, atoms, l0=3)
    whole = fidelity(x, result)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("concept_core.measures.rows.TILE", 7)
        part = fidelity(x, result)
    assert part.centred_cosine == pytest.approx(whole.centred_cosine)
    assert -1 <= (whole.centred_cosine or 0) <= 1


def test_no_rows() -> None:
    x = np.zeros((0, 3))
    with pytest.raises(DataError, match="x has no rows; fidelity"):
        fidelity(x, decompose(x, AXES, l0=1))
    with pytest.raises(DataError, match="x has no rows; fidelity"):
        mean_only_cosine(x)


def test_area_by_hand() -> None:
    # Over log2 the places are 0, 1 and 3: trapezia of 1 x .5 and 2 x .8, over 3.
    assert area([1, 2, 8], [0.4, 0.6, 1.0]) == pytest.approx((0.5 + 2 * 0.8) / 3)
    assert area([8, 1, 2], [1.0, 0.4, 0.6]) == pytest.approx((0.5 + 2 * 0.8) / 3)
    assert area([5], [0.3]) == 0.3
    assert area([1, 10, 20], [0.7] * 3) == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("l0", "values", "message"),
    [
        ([], [], "a curve of 0 l0 and 0 values"),
        ([1, 2], [1.0], "a curve of 2 l0 and 1 values"),
        ([0, 2], [1.0, 1.0], "l0 0: an area needs different l0, each above 0"),
        ([2, 2], [1.0, 1.0], "l0 2: an area needs different l0"),
    ],
)
def test_no_area(l0: list[float], values: list[float], message: str) -> None:
    with pytest.raises(DataError, match=message):
        area(l0, values)
