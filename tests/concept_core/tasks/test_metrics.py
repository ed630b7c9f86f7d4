from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, recall_score

from concept_core.errors import DataError
from concept_core.tasks.metrics import NO_CLASS, accuracy, class_accuracies, classify
from tests.problems import problem


def test_the_nearest_class_whatever_the_length() -> None:
    classes = np.eye(3)
    x = np.array([[0.0, 5.0, 1.0], [1e-9, 0.0, 2e-9], [-1.0, -2.0, -3.0]])
    assert classify(x, classes).tolist() == [1, 2, 0]


def test_a_zero_row_has_no_class_and_is_wrong() -> None:
    predicted = classify(np.array([[0.0, 0.0], [1.0, 0.0]]), np.eye(2))
    assert predicted.tolist() == [NO_CLASS, 0]
    assert accuracy(np.array([0, 0]), predicted) == 0.5


def test_ties_go_to_the_first_class() -> None:
    x, classes = problem(0, 50, 3, 17)
    # Every class three times over, in a layout where products are rounded by their place.
    assert classify(x, np.tile(classes, (3, 1))).max() < 3
    assert classify(np.array([[0.0, 0.0, 1.0]]), np.eye(3)[:2]).tolist() == [0]


def test_no_rows() -> None:
    assert classify(np.zeros((0, 4)), np.eye(4)).tolist() == []
    with pytest.raises(DataError, match="no clips to score"):
        accuracy(np.zeros(0, np.int64), np.zeros(0, np.int64))


def test_against_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    truth, predicted = rng.integers(0, 6, 200), rng.integers(-1, 6, 200)
    truth[truth == 4] = 3  # a class that does not occur
    assert accuracy(truth, predicted) == pytest.approx(accuracy_score(truth, predicted))
    occurring = [0, 1, 2, 3, 5]
    expected = recall_score(truth, predicted, labels=occurring, average=None)
    found = class_accuracies(truth, predicted)
    assert list(found) == occurring
    np.testing.assert_allclose(list(found.values()), expected)


def test_by_hand() -> None:
    truth, predicted = np.array([0, 0, 0, 2]), np.array([0, 1, 0, 2])
    assert accuracy(truth, predicted) == 0.75
    assert class_accuracies(truth, predicted) == {0: pytest.approx(2 / 3), 2: 1.0}


def test_lengths_that_differ() -> None:
    with pytest.raises(DataError, match="2 true classes beside 3 predictions"):
        accuracy(np.array([0, 1]), np.array([0, 1, 1]))
