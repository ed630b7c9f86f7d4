from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from concept_core.errors import DataError, UsageError
from concept_core.measures import ClipClasses
from concept_core.measures.purity import purity

NAMES = ("dog", "rain", "siren")
# Clips: dog, dog, rain, rain.
WEIGHTS = csr_array(np.array([[3.0, 1.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 2.0, 0.0]]))
TRUTH = np.array([0, 0, 1, 1])


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_by_hand() -> None:
    found = purity(WEIGHTS, ClipClasses(TRUTH, NAMES), rng())
    # Of the first concept's weight 4 of 5 is on dogs, of the second's 3 of 4 on rain.
    np.testing.assert_allclose(found.of_concept, [4 / 5, 3 / 4, np.nan])
    assert found.classes.tolist() == [0, 1, -1]
    assert found.mean == pytest.approx(7 / 9)


def test_several_classes_a_clip() -> None:
    truth = np.array([[1, 1, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0]], dtype=bool)
    found = purity(WEIGHTS, ClipClasses(truth, NAMES), rng())
    # Rain is on the first clip too: all of the second concept.
    np.testing.assert_allclose(found.of_concept, [4 / 5, 1.0, np.nan])


def test_clips_without_a_class_are_left_out() -> None:
    found = purity(WEIGHTS, ClipClasses(np.array([0, -1, 1, -1]), NAMES), rng())
    np.testing.assert_allclose(found.of_concept, [3 / 4, 1 / 2, np.nan])
    assert found.classes.tolist() == [0, 0, -1]
    nothing = purity(WEIGHTS, ClipClasses(np.full(4, -1), NAMES), rng())
    assert nothing.mean is None and nothing.chance is None
    assert np.isnan(nothing.of_concept).all() and nothing.classes.tolist() == [-1, -1, -1]


def test_a_concept_a_clip_is_pure_by_chance_alone() -> None:
    found = purity(csr_array(np.eye(4)), ClipClasses(TRUTH, NAMES), rng())
    assert (found.mean, found.chance) == (pytest.approx(1), pytest.approx(1))


def test_one_class_is_always_pure_and_one_concept_never_purer_than_the_largest_class() -> None:
    one = purity(WEIGHTS, ClipClasses(np.zeros(4, int), NAMES), rng())
    assert (one.mean, one.chance) == (pytest.approx(1), pytest.approx(1))
    same = purity(csr_array(np.ones((4, 1))), ClipClasses(np.array([0, 1, 1, 2]), NAMES), rng())
    assert (same.mean, same.chance) == (pytest.approx(1 / 2), pytest.approx(1 / 2))


def test_concepts_that_follow_classes_are_purer_than_chance() -> None:
    truth = np.repeat(np.arange(3), 20)
    weights = csr_array(np.eye(3)[truth])
    found = purity(weights, ClipClasses(truth, NAMES), rng())
    assert found.mean == pytest.approx(1)
    assert 1 / 3 < (found.chance or 0) < 0.6


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_clips(n: int) -> None:
    found = purity(csr_array(np.ones((n, 2))), ClipClasses(np.zeros(n, int), NAMES), rng())
    assert found.mean == (pytest.approx(1) if n else None)


def test_another_number_of_clips() -> None:
    with pytest.raises(UsageError, match="classes of 4 clips for the weights of 3"):
        purity(WEIGHTS[:3], ClipClasses(TRUTH, NAMES), rng())


@pytest.mark.parametrize(
    ("truth", "message"),
    [
        (np.array([0, 3]), "class number 3: there are 3 names"),
        (np.array([-2, 0]), "class number -2"),
        (np.array([0.0, 1.0]), "classes of shape (2,) and type float64"),
        (np.zeros((2, 2), bool), "classes of shape (2, 2) and type bool"),
        (np.zeros((2, 3), int), "classes of shape (2, 3) and type int64"),
    ],
)
def test_wrong_classes(truth: np.ndarray, message: str) -> None:
    with pytest.raises(DataError) as caught:
        ClipClasses(truth, NAMES)
    assert message in str(caught.value)


def test_synonyms_of_no_class() -> None:
    with pytest.raises(UsageError, match="unknown class 'dgo'"):
        ClipClasses(TRUTH, NAMES, {"dgo": ("hound",)})
