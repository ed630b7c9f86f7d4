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
# Below the lowest cosine.
_NOWHERE = -2.0

Places = NDArray[np.intp]
Ranks = NDArray[np.int64]


def ranks(
    clips: Embeddings, captions: Embeddings, own: Sequence[Places]
) -> tuple[list[Ranks], Ranks]:
    """Ranks, from 1, of each clip's captions among all, and of each caption's clip among all.

    Parameters
    ----------
    clips : (n, d)
        Any length.
    captions : (m, d)
        None is zero.
    own : sequence of n (r,) intp
        Places of each clip's captions, at least one; each caption belongs to one clip.

    Returns
    -------
    list of n (r,) int64
        Ascending; the greatest int64 for a clip that points nowhere.
    (m,) int64
    """
    rows, there = unit_rows(clips)
    columns, _ = unit_rows(captions)
    owner = np.empty(len(columns), dtype=np.intp)
    for place, mine in enumerate(own):
        owner[mine] = place
    # Of each caption with its clip: what a clip must reach to stand above it.
    least = np.einsum("ij,ij->i", columns, rows[owner])
    least = np.where(there[owner], least, _NOWHERE) - TIE
    by_clip: list[Ranks] = []
    by_caption: Ranks = np.zeros(len(columns), dtype=np.int64)
    # One product serves both ways.
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK] @ columns.T
        block[~there[start : start + _BLOCK]] = _NOWHERE
        by_caption += (block >= least).sum(axis=0)
        for place, cosine in enumerate(block, start):
            by_clip.append(_ranks_of(cosine, own[place], bool(there[place])))
    return by_clip, by_caption


def _ranks_of(cosine: Array, own: Places, asks: bool) -> Ranks:
    if not asks:
        return np.full(len(own), _LAST, dtype=np.int64)
    mine = np.sort(cosine[own])[::-1]
    above = (cosine >= mine[:, None] - TIE).sum(axis=1)
    # Among them is what belongs to the query too: the j-th of it is preceded by j - 1 of its own.
    own_above = (mine >= mine[:, None] - TIE).sum(axis=1)
    return np.asarray(above - own_above + 1 + np.arange(len(mine)), dtype=np.int64)


def recall_at(found: Sequence[Ranks] | Ranks, k: int) -> Array:
    """1 for each query that has anything of its own among the first k, else 0: (q,)."""
    return np.array([float(mine[0] <= k) for mine in found])


def average_precision_at(found: Sequence[Ranks] | Ranks, k: int) -> Array:
    """Average precision of each query over the first k: (q,) in [0, 1].

    ``AP@k = sum_j [rank_j <= k] j / rank_j / min(r, k)`` over the r that belong to the query:
    with one, the reciprocal rank; with five captions, all five at the top are needed for 1.
    """
    scores = np.empty(len(found))
    for place, mine in enumerate(found):
        precision = np.arange(1, len(mine) + 1) / mine
        scores[place] = precision[mine <= k].sum() / min(len(mine), k)
    return scores
