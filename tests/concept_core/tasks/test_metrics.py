from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import (
    label_ranking_average_precision_score,
    recall_score,
)

from concept_core.errors import DataError
from concept_core.tasks.metrics import (
    NO_CLASS,
    class_accuracies,
    classify,
    cosines,
    indicators,
    label_ranking_precisions,
)
from tests.problems import problem


def test_the_nearest_class_whatever_the_length() -> None:
    classes = np.eye(3)
    x = np.array([[0.0, 5.0, 1.0], [1e-9, 0.0, 2e-9], [-1.0, -2.0, -3.0]])
    assert classify(x, classes).tolist() == [1, 2, 0]


def test_a_zero_row_has_no_class_and_is_wrong() -> None:
    predicted = classify(np.array([[0.0, 0.0], [1.0, 0.0]]), np.eye(2))
    assert predicted.tolist() == [NO_CLASS, 0]
    assert class_accuracies(np.array([0, 0]), predicted) == {0: 0.5}


def test_ties_go_to_the_first_class() -> None:
    x, classes = problem(0, 50, 3, 17)
    # Every class three times over, in a layout where products are rounded by their place.
    assert classify(x, np.tile(classes, (3, 1))).max() < 3
    assert classify(np.array([[0.0, 0.0, 1.0]]), np.eye(3)[:2]).tolist() == [0]


def test_no_rows() -> None:
    assert classify(np.zeros((0, 4)), np.eye(4)).tolist() == []
    with pytest.raises(DataError, match="no clips to score"):
        class_accuracies(np.zeros(0, np.int64), np.zeros(0, np.int64))


def test_against_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    truth, predicted = rng.integers(0, 6, 200), rng.integers(-1, 6, 200)
    truth[truth == 4] = 3  # a class that does not occur
    occurring = [0, 1, 2, 3, 5]
    expected = recall_score(truth, predicted, labels=occurring, average=None)
    found = class_accuracies(truth, predicted)
    assert list(found) == occurring
    np.testing.assert_allclose(list(found.values()), expected)


def test_by_hand() -> None:
    truth, predicted = np.array([0, 0, 0, 2]), np.array([0, 1, 0, 2])
    assert class_accuracies(truth, predicted) == {0: pytest.approx(2 / 3), 2: 1.0}


def test_lengths_that_differ() -> None:
    with pytest.raises(DataError, match="2 true classes beside 3 predictions"):
        class_accuracies(np.array([0, 1]), np.array([0, 1, 1]))


def test_cosines_of_a_zero_row_are_the_lowest() -> None:
    found = cosines(np.array([[3.0, 4.0], [0.0, 0.0]]), np.eye(2))
    np.testing.assert_allclose(found, [[0.6, 0.8], [-1.0, -1.0]])


def test_indicators() -> None:
    assert indicators(np.array([1, NO_CLASS]), 3).tolist() == [[False, True, False], [False] * 3]


@pytest.mark.parametrize("seed", range(5))
def test_label_ranking_is_that_of_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    targets = rng.random((40, 4)) < 0.4  # rows with no class and with all are among them
    scores = rng.integers(0, 4, (40, 4)) / 3
    found = label_ranking_precisions(targets, scores)
    assert found.mean() == pytest.approx(label_ranking_average_precision_score(targets, scores))


def test_label_ranking_by_hand() -> None:
    targets = np.array([[True, False, True], [True, False, False], [False, False, False]])
    scores = np.array([[3.0, 2.0, 1.0], [0.5, 0.5, 0.5], [1.0, 2.0, 3.0]])
    # (1/1 + 2/3) / 2; tied with all: 1/3; no class: 1.
    assert label_ranking_precisions(targets, scores) == pytest.approx([5 / 6, 1 / 3, 1.0])
