from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import bootstrap

from concept_core.tasks.intervals import (
    LEVEL,
    RESAMPLES,
    bootstrap_means,
    clip_draws,
    fold_draws,
    interval,
    resample,
)
from concept_core.tasks.metrics import ratio


def intervals(values: np.ndarray, seed: int = 0) -> list[tuple[float, float]]:
    return bootstrap_means(values, np.random.default_rng(seed))


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
    counts = np.concatenate(list(fold_draws(folds, np.random.default_rng(0))))
    assert counts.shape == (RESAMPLES, 8)
    drawn = np.stack([counts[:, :3].sum(axis=1) / 3, counts[:, 3:].sum(axis=1) / 5], axis=1)
    # Whole folds, two in all: both once, or one of them twice.
    assert {tuple(row) for row in drawn} == {(1.0, 1.0), (2.0, 0.0), (0.0, 2.0)}
    assert np.mean(drawn[:, 0] == 1.0) == pytest.approx(0.5, abs=0.05)


def test_folds_that_differ_widen_the_interval() -> None:
    right = np.concatenate([np.ones(50), np.zeros(50)])
    statistics = {"accuracy": ratio(right)}
    clips = resample(statistics, clip_draws(100, np.random.default_rng(0)))["accuracy"]
    folds = ["1"] * 50 + ["2"] * 50
    groups = resample(statistics, fold_draws(folds, np.random.default_rng(0)))["accuracy"]
    assert interval(groups) == (0.0, 1.0)
    assert interval(clips)[0] > 0.35


def test_resamples_without_a_value_are_left_out() -> None:
    assert interval(np.array([np.nan, 0.25, np.nan, 0.25])) == (0.25, 0.25)


def test_the_same_draws_for_all_statistics() -> None:
    values = np.random.default_rng(0).random(30)
    found = resample(
        {"one": ratio(values), "two": ratio(values + 1)}, clip_draws(30, np.random.default_rng(1))
    )
    np.testing.assert_allclose(found["two"] - found["one"], 1.0)
