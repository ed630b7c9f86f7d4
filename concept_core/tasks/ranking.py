"""Metrics of retrieval: ranks by cosine, recall at k, average precision at k.

Ties count against: what belongs to a query stands below all else of equal cosine, so that a
representation that tells nothing apart retrieves nothing. A zero row points nowhere: it is
below every other, and retrieves nothing itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from concept_core.tasks.metrics import TIE, Array, Embeddings, unit_rows

_BLOCK = 256
_LAST = np.iinfo(np.int64).max


def ranks(
    queries: Embeddings, targets: Embeddings, own: Sequence[NDArray[np.intp]]
) -> list[NDArray[np.int64]]:
    """The ranks, from 1 and ascending, of what belongs to each query.

    Parameters
    ----------
    queries : (q, d)
        Any length.
    targets : (t, d)
    own : sequence of q (r,) intp
        Places in ``targets`` of what belongs to a query, at least one.

    Returns
    -------
    list of q (r,) int64
        The greatest int64 for a query that points nowhere.
    """
    rows, asks = unit_rows(queries)
    columns, there = unit_rows(targets)
    found: list[NDArray[np.int64]] = []
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK] @ columns.T
        # Below the lowest cosine.
        block[:, ~there] = -2.0
        for place, cosine in enumerate(block, start):
            found.append(_ranks_of(cosine, own[place], bool(asks[place])))
    return found


def _ranks_of(cosine: Array, own: NDArray[np.intp], asks: bool) -> NDArray[np.int64]:
    if not asks:
        return np.full(len(own), _LAST, dtype=np.int64)
    mine = np.sort(cosine[own])[::-1]
    above = (cosine >= mine[:, None] - TIE).sum(axis=1)
    # Among them is what belongs to the query too: the j-th of it is preceded by j - 1 of its own.
    own_above = (mine >= mine[:, None] - TIE).sum(axis=1)
    return np.asarray(above - own_above + 1 + np.arange(len(mine)), dtype=np.int64)


def recall_at(found: Sequence[NDArray[np.int64]], k: int) -> Array:
    """1 for each query that has anything of its own among the first k, else 0: (q,)."""
    return np.array([float(mine[0] <= k) for mine in found])


def average_precision_at(found: Sequence[NDArray[np.int64]], k: int) -> Array:
    """Average precision of each query over the first k: (q,) in [0, 1].

    ``AP@k = sum_j [rank_j <= k] j / rank_j / min(r, k)`` over the r that belong to the query:
    with one, the reciprocal rank; with five captions, all five at the top are needed for 1.
    """
    scores = np.empty(len(found))
    for place, mine in enumerate(found):
        precision = np.arange(1, len(mine) + 1) / mine
        scores[place] = precision[mine <= k].sum() / min(len(mine), k)
    return scores
