from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from concept_core.errors import DataError, UsageError
from concept_core.measures import ClipClasses
from concept_core.measures.naming import nameable, naming, naming_places, plurals, words

NAMES = ("dog", "crying baby", "bus")
SYNONYMS = {"dog": ("bark", "barking"), "crying baby": ("baby cry",)}


@pytest.mark.parametrize(
    ("label", "forms", "named"),
    [
        ("dog", ["dog"], True),
        ("Dogs", ["dog"], True),
        ("dog", ["dogs"], True),
        ("dog barking", ["dog"], True),
        ("big_dog", ["dog"], True),
        ("dogwood", ["dog"], False),
        ("dog's bowl", ["dog"], False),
        ("buses", ["bus"], True),
        ("bus", ["buses"], True),
        ("horses", ["horse"], True),
        ("fly", ["flies"], True),
        ("flies", ["fly"], True),
        ("toys", ["toy"], True),
        ("watches", ["watch"], True),
        ("bass", ["bas"], False),
        ("crying babies", ["crying baby"], True),
        ("a crying baby laughs", ["crying baby"], True),
        ("baby crying", ["crying baby"], False),
        ("crying little baby", ["crying baby"], False),
        ("crying", ["crying baby"], False),
        ("baby", ["nothing", "baby"], True),
        ("café", ["CAFÉ"], True),
        ("dog", [], False),
        ("dog", ["", "!"], False),
        ("🐶", ["dog"], False),
    ],
)
def test_what_names_what(label: str, forms: list[str], named: bool) -> None:
    assert naming([label], [forms]).toarray().tolist() == [[float(named)]]


def test_words_and_plurals() -> None:
    assert words("Rock 'n' Roll: T-Rex's_roar") == ("rock", "n", "roll", "t", "rex's", "roar")
    assert [plurals(one)[0] for one in ("dog", "bus", "fox", "fly", "toy", "church")] == [
        "dogs", "buses", "foxes", "flies", "toys", "churches",
    ]  # fmt: skip


def test_many_labels_and_classes() -> None:
    classes = ClipClasses(np.zeros(0, int), NAMES, SYNONYMS)
    found = naming(["bark", "babies cry", "bus driver", "wind"], classes.forms()).toarray()
    assert found.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]]


LABELS = ("wind", "bark", "baby cry", "hum")


def test_places_by_hand() -> None:
    weights = csr_array(
        np.array(
            [
                [0.5, 0.9, 0.0, 0.0],  # a dog, barking first
                [0.9, 0.5, 0.1, 0.0],  # a dog, wind first
                [0.3, 0.2, 0.1, 0.4],  # a baby, told last
                [0.3, 0.2, 0.0, 0.4],  # a baby, not told
                [0.3, 0.2, 0.1, 0.4],  # a bus, which no concept names
                [0.0, 0.0, 0.0, 0.0],  # a dog, told nothing
                [0.0, 0.9, 0.0, 0.0],  # of no class
            ]
        )
    )
    classes = ClipClasses(np.array([0, 0, 1, 1, 2, 0, -1]), NAMES, SYNONYMS)
    places = naming_places(weights, LABELS, classes)
    assert places[:6].tolist() == [1, 2, 4, np.inf, np.inf, np.inf]
    assert np.isnan(places[6])
    assert nameable(LABELS, classes).tolist() == [True] * 4 + [False, True, False]


def test_equals_stand_in_the_order_of_the_vocabulary() -> None:
    classes = ClipClasses(np.array([0]), NAMES, SYNONYMS)
    assert naming_places(csr_array(np.ones((1, 4))), LABELS, classes).tolist() == [2]


def test_any_of_several_classes_counts() -> None:
    weights = csr_array(np.array([[3.0, 2.0, 1.0, 0.0], [3.0, 2.0, 1.0, 0.0]]))
    truth = np.array([[0, 1, 1], [1, 1, 0]], dtype=bool)
    assert naming_places(weights, LABELS, ClipClasses(truth, NAMES, SYNONYMS)).tolist() == [3, 2]


def test_no_clips_and_no_weights() -> None:
    for n in (0, 1, 2):
        classes = ClipClasses(np.zeros(n, int), NAMES)
        assert naming_places(csr_array((n, 4)), LABELS, classes).tolist() == [np.inf] * n


def test_wrong_numbers() -> None:
    classes = ClipClasses(np.zeros(2, int), NAMES)
    with pytest.raises(UsageError, match="classes of 2 clips for the weights of 1"):
        naming_places(csr_array((1, 4)), LABELS, classes)
    with pytest.raises(DataError, match="4 labels for the weights of 3 concepts"):
        naming_places(csr_array((2, 3)), LABELS, classes)
