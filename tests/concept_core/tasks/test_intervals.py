from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import bootstrap

from concept_core.tasks.intervals import LEVEL, RESAMPLES, bootstrap_means


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
