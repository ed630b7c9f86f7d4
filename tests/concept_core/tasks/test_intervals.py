from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import bootstrap

from concept_core.tasks.intervals import (
    LEVEL,
    RESAMPLES,
    bootstrap_means,
    fold_draws,
    interval,
    number_of,
    resample,
    share_interval,
    unit_draws,
)
from concept_core.tasks.metrics import ratio


def intervals(values: np.ndarray, seed: int = 0) -> list[tuple[float, float]]:
    drawn = bootstrap_means(values, np.arange(len(values)), np.random.default_rng(seed))
    return [interval(column, len(values)) for column in drawn.T]


def test_against_scipy() -> None:
    rng = np.random.default_rng(1)
    values = (rng.random((240, 2)) < [0.6, 0.9]).astype(float)
    for column, found in zip(values.T, intervals(values), strict=True):
        expected = bootstrap(
            (column,),
            np.mean,
            n_resamples=RESAMPLES,
            confidence_level=LEVEL,
            method="percentile",
            rng=np.random.default_rng(2),
        ).confidence_interval
        np.testing.assert_allclose(found, expected, atol=0.01)


def test_columns_are_paired() -> None:
    first = (np.arange(100) % 3 == 0).astype(float)
    low, high = intervals(np.stack([first, first, first - first], axis=1))[2]
    assert low == high == 0.0
    one, two, _ = intervals(np.stack([first, first, first - first], axis=1))
    assert one == two


def test_the_seed_decides() -> None:
    values = (np.arange(50) % 2).astype(float)[:, None]
    assert intervals(values, 3) == intervals(values, 3)
    values = np.random.default_rng(0).random((50, 1))
    assert intervals(values, 3) != intervals(values, 4)


@pytest.mark.parametrize(("n", "value"), [(1, 0.0), (1, 1.0), (2, 1.0), (30, 0.0)])
def test_values_that_do_not_differ(n: int, value: float) -> None:
    assert intervals(np.full((n, 1), value)) == [(value, value)]


def test_two_clips() -> None:
    assert intervals(np.array([[0.0], [1.0]])) == [(0.0, 1.0)]


def test_folds_are_drawn_with_their_clips() -> None:
    folds = ["1"] * 3 + ["2"] * 5
    counts = np.concatenate(
        list(fold_draws(folds, np.arange(len(folds)), np.random.default_rng(0)))
    )
    assert counts.shape == (RESAMPLES, 8)
    drawn = np.stack([counts[:, :3].sum(axis=1) / 3, counts[:, 3:].sum(axis=1) / 5], axis=1)
    # Whole folds, two in all: both once, or one of them twice.
    assert {tuple(row) for row in drawn} == {(1.0, 1.0), (2.0, 0.0), (0.0, 2.0)}
    assert np.mean(drawn[:, 0] == 1.0) == pytest.approx(0.5, abs=0.05)


def test_folds_that_differ_widen_the_interval() -> None:
    right = np.concatenate([np.ones(50), np.zeros(50)])
    statistics = {"accuracy": ratio(right)}
    clips = resample(statistics, unit_draws(np.arange(100), np.random.default_rng(0)))["accuracy"]
    folds = ["1"] * 50 + ["2"] * 50
    groups = resample(
        statistics, fold_draws(folds, np.arange(len(folds)), np.random.default_rng(0))
    )["accuracy"]
    assert interval(groups, 100) == (0.0, 1.0)
    assert interval(clips, 100)[0] > 0.35


def test_resamples_without_a_value_are_left_out() -> None:
    assert interval(np.array([np.nan, 0.25, np.nan, 0.25]), 4) == (0.25, 0.25)


def test_the_same_draws_for_all_statistics() -> None:
    values = np.random.default_rng(0).random(30)
    found = resample(
        {"one": ratio(values), "two": ratio(values + 1)},
        unit_draws(np.arange(30), np.random.default_rng(1)),
    )
    np.testing.assert_allclose(found["two"] - found["one"], 1.0)


def test_recordings_are_drawn_with_all_their_clips() -> None:
    units = np.array([0, 1, 0, 2, 2, 2])
    counts = np.concatenate(list(unit_draws(units, np.random.default_rng(0))))
    assert counts.shape == (RESAMPLES, 6)
    assert (counts[:, 0] == counts[:, 2]).all() and (counts[:, 3] == counts[:, 5]).all()
    assert (counts[:, [0, 1, 3]].sum(axis=1) == 3).all()
    assert number_of(units) == 3


def test_clips_that_are_recordings_are_drawn_as_clips_were() -> None:
    found = next(unit_draws(np.arange(30), np.random.default_rng(7)))
    before = np.random.default_rng(7).multinomial(30, np.full(30, 1 / 30), size=len(found))
    assert np.array_equal(found, before)


def test_a_mean_is_over_the_clips_of_a_resample() -> None:
    # One recording of one clip that is right, one of three that are wrong: 1, 1/4 or 0.
    drawn = bootstrap_means(
        np.array([[1.0], [0.0], [0.0], [0.0]]), np.array([0, 1, 1, 1]), np.random.default_rng(0)
    )
    assert set(drawn.ravel()) == {0.0, 0.25, 1.0}


def test_recordings_in_folds_are_drawn_whole() -> None:
    folds, units = ["1"] * 4 + ["2"] * 2, np.array([0, 0, 1, 1, 2, 3])
    counts = np.concatenate(list(fold_draws(folds, units, np.random.default_rng(0))))
    assert (counts[:, 0] == counts[:, 1]).all() and (counts[:, 2] == counts[:, 3]).all()
    # Of the first fold, drawn once, two recordings; of the second two.
    assert set(counts[:, [0, 2]].sum(axis=1)) == set(counts[:, 4:].sum(axis=1)) == {0.0, 2.0, 4.0}


def test_clips_of_one_recording_widen_the_interval() -> None:
    right = np.repeat(np.arange(30) % 3 > 0, 8).astype(float)[:, None]
    units = np.repeat(np.arange(30), 8)
    by_recording, by_clip = (
        interval(bootstrap_means(right, one, np.random.default_rng(0))[:, 0], number_of(one))
        for one in (units, np.arange(240))
    )
    width = (by_recording[1] - by_recording[0]) / (by_clip[1] - by_clip[0])
    assert width == pytest.approx(8**0.5, rel=0.15)


def test_the_tails_are_those_of_student() -> None:
    samples = np.random.default_rng(0).standard_normal(RESAMPLES) * (9 / 10) ** 0.5
    # A bootstrap of ten deviates by sqrt(9/10) of their standard error.
    low, high = interval(samples, 10)
    assert (low, high) == pytest.approx((-2.262, 2.262), abs=0.25)
    assert interval(samples, 100_000) == pytest.approx(
        tuple(np.percentile(samples, [2.5, 97.5])), abs=1e-3
    )


@pytest.mark.parametrize(("right", "number"), [(0.0, 20), (1.0, 20), (1.0, 1)])
def test_all_right_or_all_wrong_has_the_interval_of_wilson(right: float, number: int) -> None:
    from scipy.stats import binomtest

    expected = binomtest(int(right) * number, number).proportion_ci(LEVEL, method="wilson")
    found = share_interval(np.full(RESAMPLES, right), right, number)
    assert found == pytest.approx((expected.low, expected.high), abs=1e-12)
    samples = np.random.default_rng(0).random(RESAMPLES)
    assert share_interval(samples, 0.5, number) == interval(samples, number)
