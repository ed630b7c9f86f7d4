from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concept_core.tasks.retrieval import average_precision_at, ranks, recall_at


def at(*places: int) -> np.ndarray:
    return np.array(places, dtype=np.intp)


def test_ranks_by_hand() -> None:
    captions = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [-1.0, 0.0]])
    by_clip, by_caption = ranks(np.array([[2.0, 0.0], [0.0, 0.1]]), captions, [at(0, 2), at(3, 1)])
    # Cosines 1, .8, 0, -1 and 0, .6, 1, 0: the tie of the second counts against it.
    assert [mine.tolist() for mine in by_clip] == [[1, 3], [2, 4]]
    # Caption 1 is nearer to clip 0 (.8), 2 to clip 1, 3 to its own (0 against -1).
    assert by_caption.tolist() == [1, 2, 2, 1]


def test_ties_count_against() -> None:
    same = np.tile([[0.6, 0.8]], (5, 1))
    by_clip, by_caption = ranks(np.array([[1.0, 0.0], [1.0, 0.0]]), same, [at(1, 3), at(0, 2, 4)])
    assert [mine.tolist() for mine in by_clip] == [[4, 5], [3, 4, 5]]
    assert by_caption.tolist() == [2] * 5
    assert recall_at(by_clip, 3).tolist() == [0.0, 1.0]
    # All that there is belongs to the clip: nothing is above it.
    by_clip, by_caption = ranks(np.array([[1.0, 0.0]]), same, [at(0, 1, 2, 3, 4)])
    assert (by_clip[0].tolist(), by_caption.tolist()) == ([1, 2, 3, 4, 5], [1] * 5)


def test_zero_rows_retrieve_nothing_and_stand_below_all() -> None:
    clips = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 0.0]])
    captions = np.array([[-1.0, 0.0], [-1.0, 0.1], [1.0, 0.0]])
    by_clip, by_caption = ranks(clips, captions, [at(0), at(1), at(2)])
    assert by_clip[0][0] > 10**9 and by_clip[2][0] > 10**9
    assert by_clip[1].tolist() == [2]
    # Whatever the cosine of the clip that points somewhere: those that do not are tied below it.
    assert by_caption.tolist() == [3, 1, 3]
    assert recall_at(by_clip, 10).tolist() == [0.0, 1.0, 0.0]
    assert average_precision_at(by_clip, 10).tolist() == [0.0, 0.5, 0.0]


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
def test_ranks_are_places_in_sorted_lists(seed: int, n: int, each: int) -> None:
    rng = np.random.default_rng(seed)
    clips, captions = rng.standard_normal((n, 5)), rng.standard_normal((n * each, 5))
    # Captions of a clip need not stand together.
    own = list(rng.permutation(n * each).reshape(n, each))
    by_clip, by_caption = ranks(clips, captions, own)
    cosine = clips @ captions.T / np.linalg.norm(clips, axis=1)[:, None]
    for place, mine in enumerate(own):
        order = np.argsort(-cosine[place] / np.linalg.norm(captions, axis=1))
        assert sorted(np.flatnonzero(np.isin(order, mine)) + 1) == by_clip[place].tolist()
        for caption in mine:
            column = np.argsort(-cosine[:, caption]).tolist()
            assert column.index(place) + 1 == by_caption[caption]


def test_blocks_do_not_matter() -> None:
    rng = np.random.default_rng(0)
    clips, captions = rng.standard_normal((600, 3)), rng.standard_normal((600, 3))
    by_clip, by_caption = ranks(clips, captions, [at(i) for i in range(600)])
    cosine = clips @ captions.T / np.linalg.norm(clips, axis=1)[:, None]
    unit = cosine / np.linalg.norm(captions, axis=1)
    assert np.concatenate(by_clip).tolist() == (unit >= np.diag(unit)[:, None]).sum(axis=1).tolist()
    assert by_caption.tolist() == (cosine >= np.diag(cosine)).sum(axis=0).tolist()
