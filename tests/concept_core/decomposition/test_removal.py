from __future__ import annotations

import numpy as np
import pytest

from concept_core.decomposition.decomposing import Decomposition, decompose
from concept_core.decomposition.removal import (
    counts_at,
    first_alone,
    prominence_ranks,
    random_ranks,
    without_first,
)

X = np.array([[0.6, 0.0, 0.8], [0.0, 0.0, 0.0], [0.5, 0.5, 0.5], [0.48, 0.6, 0.64]])


@pytest.fixture(scope="module")
def result() -> Decomposition:
    return decompose(X, np.eye(3), l0=3)


def test_the_most_prominent_first_and_equals_in_order(result: Decomposition) -> None:
    assert result.l0.tolist() == [2, 0, 3, 3]
    left = without_first(result, prominence_ranks(result), 1).weights.toarray()
    expected = [[0.6, 0, 0], [0, 0, 0], [0, 0.5, 0.5], [0.48, 0.6, 0]]
    np.testing.assert_allclose(left, expected)


def test_what_is_taken_and_what_is_left_are_the_whole(result: Decomposition) -> None:
    ranks = random_ranks(result, np.random.default_rng(0))
    for counts in (0, 1, 3, np.array([2, 0, 1, 5])):
        left, taken = without_first(result, ranks, counts), first_alone(result, ranks, counts)
        np.testing.assert_array_equal(
            left.weights.toarray() + taken.weights.toarray(), result.weights.toarray()
        )
        assert (left.l0 + taken.l0).tolist() == [2, 0, 3, 3]
        assert left.weights.nnz == left.l0.sum()


def test_random_orders_are_orders_of_each_row(result: Decomposition) -> None:
    ranks = random_ranks(result, np.random.default_rng(0))
    assert [sorted(part.tolist()) for part in np.split(ranks, [2, 5])] == [
        [0, 1],
        [0, 1, 2],
        [0, 1, 2],
    ]
    drawn = {tuple(random_ranks(result, np.random.default_rng(seed))) for seed in range(20)}
    assert len(drawn) > 10


def test_shares_are_rounded_up_and_only_for_good_reason() -> None:
    result = decompose(np.ones((1, 10)), np.eye(10), l0=10)
    # 0.1 * 3 is 0.30000000000000004: of ten concepts these are three all the same.
    assert [int(counts_at(result, share)[0]) for share in (0, 0.1 * 3, 0.31, 1)] == [0, 3, 4, 10]
