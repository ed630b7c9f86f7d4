from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concept_core.tasks.ranking import average_precision_at, ranks, recall_at


def at(*places: int) -> np.ndarray:
    return np.array(places, dtype=np.intp)


def test_ranks_by_hand() -> None:
    targets = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [-1.0, 0.0]])
    found = ranks(np.array([[2.0, 0.0], [0.0, 0.1]]), targets, [at(0, 2), at(3, 1)])
    # Cosines 1, .8, 0, -1 and 0, .6, 1, 0: the tie of the second counts against it.
    assert [mine.tolist() for mine in found] == [[1, 3], [2, 4]]


def test_ties_count_against() -> None:
    same = np.tile([[0.6, 0.8]], (5, 1))
    found = ranks(np.array([[1.0, 0.0]]), same, [at(1, 3)])
    assert found[0].tolist() == [4, 5]
    assert recall_at(found, 3).tolist() == [0.0]
    # All that there is belongs to the query: nothing is above it.
    assert ranks(np.array([[1.0, 0.0]]), same, [at(0, 1, 2, 3, 4)])[0].tolist() == [1, 2, 3, 4, 5]


def test_zero_rows_retrieve_nothing_and_stand_below_all() -> None:
    targets = np.array([[0.0, 0.0], [-1.0, 0.0]])
    # The empty target belongs to the first query; the second asks with nothing.
    found = ranks(np.array([[1.0, 0.0], [0.0, 0.0]]), targets, [at(0), at(1)])
    assert found[0].tolist() == [2]
    assert found[1][0] > 10**9
    assert recall_at(found, 10).tolist() == [1.0, 0.0]
    assert average_precision_at(found, 10).tolist() == [0.5, 0.0]


def test_scores_by_hand() -> None:
    found = [np.array([1, 3]), np.array([2]), np.array([11]), np.array([2, 4, 20])]
    assert recall_at(found, 1).tolist() == [1.0, 0.0, 0.0, 0.0]
    assert recall_at(found, 10).tolist() == [1.0, 1.0, 0.0, 1.0]
    expected = [(1 + 2 / 3) / 2, 1 / 2, 0.0, (1 / 2 + 2 / 4) / 3]
    assert average_precision_at(found, 10) == pytest.approx(expected)
    # More own than places: the best that there is, is 1.
    assert average_precision_at([np.arange(1, 13)], 10) == pytest.approx([1.0])


@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(1, 12))
@settings(max_examples=50, deadline=None)
def test_ranks_are_places_in_a_sorted_list(seed: int, clips: int, each: int) -> None:
    rng = np.random.default_rng(seed)
    queries, targets = rng.standard_normal((clips, 5)), rng.standard_normal((clips * each, 5))
    own = [np.arange(i * each, (i + 1) * each) for i in range(clips)]
    for query, mine, found in zip(queries, own, ranks(queries, targets, own), strict=True):
        cosine = targets @ query / np.linalg.norm(targets, axis=1)
        order = np.argsort(-cosine)
        assert sorted(np.flatnonzero(np.isin(order, mine)) + 1) == found.tolist()


def test_blocks_do_not_matter() -> None:
    rng = np.random.default_rng(0)
    queries, targets = rng.standard_normal((600, 3)), rng.standard_normal((600, 3))
    own = [at(i) for i in range(600)]
    together = np.concatenate(ranks(queries, targets, own))
    apart = [ranks(queries[i : i + 1], targets, own[i : i + 1])[0][0] for i in range(600)]
    assert together.tolist() == apart
