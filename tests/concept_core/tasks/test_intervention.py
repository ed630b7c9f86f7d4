from __future__ import annotations

import numpy as np
import pytest

from concept_core.decomposition.decomposing import decompose
from concept_core.errors import UsageError
from concept_core.tasks.intervention import remove
from tests.tasks_toy import bench, dictionary, embedded, unit, vocabulary

# Two classes on their axes, and a clip of the second that the first concept carries too.
X = [[1, 0, 0, 0], [0, 1, 0, 0], [0.8, 0.6, 0, 0]]
WORDS = vocabulary("Bark", "rain", "wind")


def scored(*without: str, x: object = X, labels: object = (0, 1, 1)):
    over = bench(embedded(x, labels, np.eye(4)[:2]), "intervention", without=without)
    return over.score(WORDS, dictionary(WORDS, np.eye(4)[:3]), l0=2)


def test_by_hand() -> None:
    found = scored("bark")
    # Before: a, b, a. Without barking: nothing, b, b.
    assert found.details["before"]["value"] == pytest.approx(2 / 3)
    assert found.main.value == pytest.approx(2 / 3)
    assert found.details["clips_with_it"] == 2
    assert found.details["changes"] == [
        {"clip": "clip-0.wav", "truth": "a", "before": "a", "after": None},
        {"clip": "clip-2.wav", "truth": "b", "before": "a", "after": "b"},
    ]
    assert found.details["by_class"] == {
        "a": {"before": 1.0, "after": 0.0},
        "b": {"before": 0.5, "after": 1.0},
    }
    # The only other concept in use is rain: without it the second clip has none.
    assert found.details["control"] == {"removals": 20, "difference": pytest.approx(-1 / 3)}
    assert found.parameters == {"without": ["bark"]}


def test_what_stays_does_not_move() -> None:
    rng = np.random.default_rng(0)
    x, atoms = unit(rng.standard_normal((20, 6))), unit(rng.standard_normal((9, 6)))
    before = decompose(x, atoms, l0=4)
    after = remove(before, np.array([2, 5]))
    expected = before.weights.toarray()
    expected[:, [2, 5]] = 0
    np.testing.assert_array_equal(after.weights.toarray(), expected)
    assert after.weights.nnz == np.count_nonzero(expected)
    assert before.weights.toarray()[:, [2, 5]].any(), "the first is left as it was"


def test_a_concept_that_no_clip_has() -> None:
    found = scored("wind")
    assert found.details["before"]["difference"] == 0.0
    assert (found.details["clips_with_it"], found.details["changes"]) == (0, [])


def test_all_concepts() -> None:
    found = scored("bark", "rain", "wind")
    assert (found.main.value, found.details["control"]["difference"]) == (0.0, None)


def test_unknown_concepts_and_none() -> None:
    with pytest.raises(UsageError, match=r"no concept 'barks' among the 3.*near it are 'bark'"):
        scored("barks")
    with pytest.raises(UsageError, match="no concept 'xyz' among the 3 of the vocabulary; name"):
        scored("xyz")
    with pytest.raises(UsageError, match="name at least one"):
        scored()


def test_several_classes_a_clip() -> None:
    targets = [[1, 0], [0, 1], [1, 1]]
    data = embedded(X, None, np.eye(4)[:2], targets=targets)
    found = bench(data, "intervention", without=("rain",)).score(
        WORDS, dictionary(WORDS, np.eye(4)[:3]), l0=2
    )
    assert found.main_metric == "map"
    assert found.details["before"]["value"] == 1.0
    assert found.main.value < 1.0
    assert found.details["changes"] == []
