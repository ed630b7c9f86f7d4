from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score

from concept_core.tasks.metrics import (
    average_precision,
    indicators,
    macro_f1,
    mean_average_precision,
    micro_f1,
    ratio,
    value,
)


def rows(seed: int, n: int, classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Targets, decisions, scores with ties, and counts of five resamples."""
    rng = np.random.default_rng(seed)
    targets = rng.random((n, classes)) < 0.3
    decided = rng.random((n, classes)) < 0.3
    scores = rng.integers(-4, 5, (n, classes)) / 4
    counts = rng.multinomial(n, np.full(n, 1 / n), size=5).astype(float)
    return targets, decided, scores, counts


cases = given(st.integers(0, 10_000), st.integers(1, 30), st.integers(1, 5))


@cases
@settings(max_examples=60, deadline=None)
def test_f1_is_that_of_scikit_learn_with_the_counts_as_weights(
    seed: int, n: int, classes: int
) -> None:
    # One column would be read as classes 0 and 1.
    targets, decided, _, counts = rows(seed, n, classes + 1)
    for drawn, macro, micro in zip(
        counts, macro_f1(targets, decided)(counts), micro_f1(targets, decided)(counts), strict=True
    ):
        there = np.flatnonzero(drawn @ targets > 0)
        options = {"sample_weight": drawn, "zero_division": 0.0}
        if not len(there):
            assert np.isnan(macro)
            continue
        expected = f1_score(targets, decided, labels=there, average="macro", **options)
        assert macro == pytest.approx(expected)
        assert micro == pytest.approx(f1_score(targets, decided, average="micro", **options))


@cases
@settings(max_examples=60, deadline=None)
def test_average_precision_is_that_of_scikit_learn_with_the_counts_as_weights(
    seed: int, n: int, classes: int
) -> None:
    targets, _, scores, counts = rows(seed, n, classes)
    found = np.stack(
        [average_precision(targets[:, c], scores[:, c])(counts) for c in range(classes)]
    )
    for place, drawn in enumerate(counts):
        for c in range(classes):
            if drawn @ targets[:, c] == 0:
                assert np.isnan(found[c, place])
                continue
            there = drawn > 0
            expected = average_precision_score(
                targets[there, c], scores[there, c], sample_weight=drawn[there]
            )
            assert found[c, place] == pytest.approx(expected)
    means = mean_average_precision(targets, scores)(counts)
    with warnings.catch_warnings():
        # A resample without any positive has no mean.
        warnings.simplefilter("ignore", RuntimeWarning)
        np.testing.assert_allclose(means, np.nanmean(found, axis=0))


def test_single_labels_with_a_missing_class_and_no_answer() -> None:
    truth, predicted = np.array([0, 0, 1, 1, 3]), np.array([0, 2, 1, -1, 1])
    statistic = macro_f1(indicators(truth, 4), indicators(predicted, 4))
    # a: 2/3; b: one hit, two true, two found: 1/2; d: none. Class c never occurs.
    assert value(statistic, 5) == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    expected = f1_score(truth, predicted, labels=[0, 1, 3], average="macro", zero_division=0)
    assert value(statistic, 5) == pytest.approx(expected)


def test_average_precision_by_hand() -> None:
    positive = np.array([True, False, True, False])
    assert value(average_precision(positive, np.array([4.0, 3, 2, 1])), 4) == pytest.approx(5 / 6)
    # One step for all: as precise as there are positives.
    assert value(average_precision(positive, np.zeros(4)), 4) == 0.5
    # Rounding of equal scores makes no steps.
    close = np.array([0.3, 0.1 + 0.2, 0.3, 0.1 + 0.2])
    assert value(average_precision(positive, close), 4) == 0.5
    assert np.isnan(value(average_precision(np.zeros(4, np.bool_), np.arange(4.0)), 4))


def test_a_class_without_a_clip_is_left_out_of_the_mean() -> None:
    targets = np.array([[True, False], [False, False]])
    scores = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert value(mean_average_precision(targets, scores), 2) == 1.0


def test_a_ratio_draws_clips_with_all_their_queries() -> None:
    # One clip with one query that hits, one with three that do not.
    statistic = ratio(np.array([1.0, 0.0]), np.array([1.0, 3.0]))
    counts = np.array([[1.0, 1.0], [2.0, 0.0], [0.0, 2.0]])
    np.testing.assert_allclose(statistic(counts), [0.25, 1.0, 0.0])
    assert value(ratio(np.array([1.0, 0.0, 0.0])), 3) == pytest.approx(1 / 3)
