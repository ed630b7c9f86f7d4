"""Retrieval: captions by clip and clips by caption, with the clips as sums of concepts.

The cosine of a clip's reconstruction with every caption, both ways. ``a2t`` asks with a clip and
ranks all captions (any of its own counts), ``t2a`` asks with each caption and ranks all clips; a
clip's score of the latter is the mean over its captions. Where there are captions and no clips,
the first caption of each stands for the clip (it is decomposed), the others are its captions,
and the metrics are named ``c2c`` and ``c2c-back``.

Ties count against: what belongs to a query stands below all else of equal cosine, so that a
representation that tells nothing apart retrieves nothing. A zero row points nowhere: it is
below every other, and retrieves nothing itself.

Source: arXiv 2504.14076, retrieval (R@1 and mAP@10, both ways).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from concept_core.encoders.base import FloatArray
from concept_core.tasks.items import Captioned
from concept_core.tasks.metrics import TIE, Array, Embeddings, ratio, unit_rows
from concept_core.tasks.task import Answer, Representation, Task

NAME = "retrieval"
FIRST = (1, 5, 10)
DEPTH = 10
SOUNDS = ("a2t", "t2a")
CAPTIONS_ONLY = ("c2c", "c2c-back")

Places = NDArray[np.intp]
Ranks = NDArray[np.int64]

# What cards keep of each clip: the paper's metrics.
_KEPT = ("r@1", f"map@{DEPTH}")

_BLOCK = 256
_LAST = np.iinfo(np.int64).max
# Below the lowest cosine.
_NOWHERE = -2.0


@dataclass(frozen=True, slots=True, eq=False)
class Retrieval(Task):
    """The task over n clips and their m captions.

    Attributes
    ----------
    captions : (m, d) float32, unit rows
    own : tuple of n (r,) intp
        Places of each clip's captions.
    directions : (str, str)
        What the two ways are called.
    """

    captions: FloatArray = field(repr=False)
    own: tuple[Places, ...] = field(repr=False)
    directions: tuple[str, str] = SOUNDS

    def answer(self, representation: Representation) -> Answer:
        """R@1, R@5, R@10 and mAP@10, both ways."""
        rows = representation.rows
        number = np.array([len(places) for places in self.own], dtype=np.float64)
        answer = Answer(statistics={}, scores={})
        forward, back = self.directions
        by_clip, by_caption = ranks(rows, self.captions, self.own)
        for name, scores in _measured(by_clip).items():
            answer.statistics[f"{forward}-{name}"] = ratio(scores)
            if name in _KEPT:
                answer.scores[f"{forward}-{name}"] = scores
        for name, scores in _measured(by_caption[:, None]).items():
            sums = np.array([scores[places].sum() for places in self.own])
            answer.statistics[f"{back}-{name}"] = ratio(sums, number)
            if name in _KEPT:
                answer.scores[f"{back}-{name}"] = sums / number
        return answer


def _measured(found: Sequence[Ranks] | Ranks) -> dict[str, Array]:
    recalls = {f"r@{k}": recall_at(found, k) for k in FIRST}
    return {**recalls, f"map@{DEPTH}": average_precision_at(found, DEPTH)}


def prepare(data: Captioned) -> Retrieval:
    """The task, ready for any vocabulary."""
    ends = np.cumsum([len(own) for own in data.texts])
    directions = SOUNDS if data.heard else CAPTIONS_ONLY
    return Retrieval(
        name=NAME,
        items=data.items,
        rows=data.x,
        scored=np.arange(len(data.x)),
        classes=(),
        truth=None,
        main_metric=f"{directions[0]}-r@1",
        parameters={},
        captions=data.captions,
        own=tuple(
            np.arange(end - len(own), end) for end, own in zip(ends, data.texts, strict=True)
        ),
        directions=directions,
    )


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
    for place, captions_of in enumerate(own):
        owner[captions_of] = place
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
    own_cosines = np.sort(cosine[own])[::-1]
    above = (cosine >= own_cosines[:, None] - TIE).sum(axis=1)
    # Among them is what belongs to the query too: the j-th of it is preceded by j - 1 of its own.
    own_above = (own_cosines >= own_cosines[:, None] - TIE).sum(axis=1)
    return np.asarray(above - own_above + 1 + np.arange(len(own_cosines)), dtype=np.int64)


def recall_at(found: Sequence[Ranks] | Ranks, k: int) -> Array:
    """1 for each query that has anything of its own among the first k, else 0: (q,)."""
    return np.array([float(of_query[0] <= k) for of_query in found])


def average_precision_at(found: Sequence[Ranks] | Ranks, k: int) -> Array:
    """Average precision of each query over the first k: (q,) in [0, 1].

    ``AP@k = sum_j [rank_j <= k] j / rank_j / min(r, k)`` over the r that belong to the query:
    with one, the reciprocal rank; with five captions, all five at the top are needed for 1.
    """
    scores = np.empty(len(found))
    for place, of_query in enumerate(found):
        precision = np.arange(1, len(of_query) + 1) / of_query
        scores[place] = precision[of_query <= k].sum() / min(len(of_query), k)
    return scores
