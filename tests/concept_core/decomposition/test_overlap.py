from __future__ import annotations

import numpy as np

from concept_core.decomposition.decomposing import decompose
from concept_core.decomposition.overlap import overlaps


def test_by_hand() -> None:
    one = decompose([[0.8, 0.6, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]], np.eye(4), l0=2)
    other = decompose([[0.6, 0, 0.8, 0], [0.6, 0.8, 0, 0], [0, 0, 0, 0]], np.eye(4), l0=2)
    # Of the first row the first alone is in both; the second has one concept for two.
    np.testing.assert_array_equal(overlaps(one, other, 2), [0.5, 0.5, np.nan])
    # The most prominent alone: another in the first row, and in the second.
    np.testing.assert_array_equal(overlaps(one, other, 1), [0.0, 0.0, np.nan])
    np.testing.assert_array_equal(overlaps(one, one, 2), [1.0, 1.0, np.nan])


def test_a_row_that_has_none_any_more_shares_nothing() -> None:
    one, none = (decompose(row, np.eye(2), l0=1) for row in ([[1, 0]], [[-1, 0]]))
    assert overlaps(one, none, 3).tolist() == [0.0]
