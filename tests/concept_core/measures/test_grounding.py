from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from concept_core import decompose
from concept_core.decomposition.decomposing import Decomposition
from concept_core.errors import DataError, UsageError
from concept_core.measures.grounding import firings, grounding
from tests.problems import problem


def made(weights: list[list[float]], atoms: np.ndarray) -> Decomposition:
    """A decomposition with these weights, whatever the rows."""
    found = csr_array(np.array(weights, dtype=np.float64))
    n = found.shape[0]
    l0 = np.diff(found.indptr).astype(np.int64)
    return Decomposition(
        found, np.full(n, np.nan), l0, np.ones(n), np.zeros(n), np.full(n, "k-sparse"),
        "l0", 2, np.asarray(atoms, np.float64),
    )  # fmt: skip


# Clips at growing angles from the first axis: the encoder's order for it is theirs.
ANGLES = np.radians([0, 20, 40, 60, 80])
X = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)
AXES = np.eye(2)


def test_by_hand() -> None:
    # The first concept fires on clips 0, 2, 4, the second on none: the encoder's three are 0, 1, 2.
    result = made([[3, 0], [0, 0], [2, 0], [0, 0], [1, 0]], AXES)
    assert firings(result.weights).tolist() == [3, 0]
    found = grounding(X, result)
    np.testing.assert_allclose(found.overlap, [2 / 3, np.nan])
    np.testing.assert_allclose(found.chance, [3 / 5, np.nan])


def test_only_the_most_prominent_count() -> None:
    result = made([[1, 0], [3, 0], [2, 0], [0, 0], [4, 0]], AXES)
    # Of four firings the first two are clips 4 and 1; the encoder's are 0 and 1.
    found = grounding(X, result, top=2)
    assert found.overlap[0] == pytest.approx(1 / 2)
    assert found.chance[0] == pytest.approx(2 / 5)


def test_lengths_of_clips_play_no_part() -> None:
    result = made([[1, 0], [1, 0], [0, 0], [0, 0], [0, 0]], AXES)
    scaled = X * np.array([[0.1], [1], [5], [9], [1]])
    assert grounding(scaled, result).overlap[0] == 1.0


def test_ties_go_to_the_earlier_clip() -> None:
    same = np.tile([[1.0, 0.0]], (4, 1))
    assert grounding(same, made([[1], [1], [0], [0]], AXES[:1])).overlap[0] == 1.0
    assert grounding(same, made([[0], [1], [1], [0]], AXES[:1])).overlap[0] == 0.5
    assert grounding(same, made([[0], [0], [1], [1]], AXES[:1])).overlap[0] == 0.0
    # Equal prominence too: of three that fire equally, the first two count.
    assert grounding(same, made([[1], [1], [0], [1]], AXES[:1]), top=2).overlap[0] == 1.0


def test_none_one_and_two_clips() -> None:
    none = made(np.zeros((0, 2)).tolist() or np.zeros((0, 2)), AXES)
    assert np.isnan(grounding(np.zeros((0, 2)), none).overlap).all()
    one = grounding(X[:1], made([[1, 0]], AXES))
    assert (one.overlap[0], one.chance[0]) == (1.0, 1.0)
    two = grounding(X[:2], made([[1, 0], [0, 1]], AXES))
    assert two.overlap.tolist() == [1.0, 1.0]


@given(st.integers(0, 99), st.integers(1, 12))
def test_against_sorting(seed: int, top: int) -> None:
    x, atoms = problem(seed, 20, 8, 5)
    result = decompose(x, atoms, l0=3)
    found = grounding(x, result, top=top)
    dense = result.weights.toarray()
    for concept in range(8):
        fired = [i for i in np.argsort(-dense[:, concept], kind="stable") if dense[i, concept] > 0]
        chosen = set(fired[:top])
        if not chosen:
            assert np.isnan(found.overlap[concept])
            continue
        best = set(np.argsort(-(x @ atoms[concept]), kind="stable")[: len(chosen)])
        assert found.overlap[concept] == pytest.approx(len(chosen & best) / len(chosen))


def test_blocks_of_concepts_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x, atoms = problem(3, 40, 30, 6)
    result = decompose(x, atoms, l0=4)
    whole = grounding(x, result)
    monkeypatch.setattr("concept_core.measures.grounding._CELLS", 100)
    np.testing.assert_array_equal(grounding(x, result).overlap, whole.overlap)


def test_wrong_calls() -> None:
    result = made([[1, 0]], AXES)
    with pytest.raises(UsageError, match="top is a number of clips, 1 or more; got 0"):
        grounding(X[:1], result, top=0)
    with pytest.raises(DataError, match="x has 5 rows, the decomposition 1"):
        grounding(X, result)
