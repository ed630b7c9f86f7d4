"""Stability: would another sample of the reference give the same concepts?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from concept_core.errors import UsageError
from concept_core.measures.grounding import firings
from concept_core.solvers.base import Array

if TYPE_CHECKING:
    from concept_core.solvers.base import Weights


@dataclass(frozen=True, slots=True)
class Stability:
    """How far two halves of the reference agree.

    Attributes
    ----------
    overlap : float or None
        In [0, 1]; None for fewer than two clips, or where nothing fires.
    chance : float or None
        The overlap of two draws, of as many concepts, from those that fire at all.
    """

    overlap: float | None
    chance: float | None


def stability(
    weights: Weights, rng: np.random.Generator, *, top: int = 20, splits: int = 50
) -> Stability:
    """Overlap of the most prominent concepts of two halves of the reference.

    What is stable is the explanation of a set: its ``top`` concepts by mean prominence (the data
    set explanation of arXiv 2504.14076). The clips are split at random into two disjoint halves;
    the overlap is the number of concepts among the first of both, over the larger of the two
    numbers (a half that fires fewer than ``top`` has just those); the mean is over ``splits``
    splits. Halves share no clip, so that a resample does not agree with itself, as a bootstrap's
    would. A set of one kind is steadier than a motley one: compare vocabularies on the
    same clips.

    Source: complementary pairs, Shah, Samworth: "Variable selection with error control" (2013),
    doi:10.1111/j.1467-9868.2011.01034.x, section 2.

    Parameters
    ----------
    weights : (n, K) csr_array, no stored zeros
    rng : numpy.random.Generator
    top : int
        At least 1.
    splits : int
        At least 1.

    Raises
    ------
    UsageError
        ``top`` or ``splits`` below 1.
    """
    if min(top, splits) < 1:
        raise UsageError(f"top {top} and splits {splits}: both are numbers of 1 or more")
    n = weights.shape[0]
    half = n // 2
    firing = int(np.sum(firings(weights) > 0))
    if not half or not firing:
        return Stability(None, None)
    members = np.zeros((n, 2 * splits), np.float32)
    for split in range(splits):
        order = rng.permutation(n)
        members[order[:half], 2 * split] = 1
        members[order[half : 2 * half], 2 * split + 1] = 1
    # An odd clip out is another one in every split.
    prominence = np.asarray(weights.T @ members).T
    found = [
        _overlap(prominence[2 * split], prominence[2 * split + 1], top) for split in range(splits)
    ]
    there = [one for one in found if one is not None]
    # Two draws of m of the F concepts that fire share m * m / F on average.
    return Stability(float(np.mean(there)) if there else None, min(top, firing) / firing)


def _overlap(one: Array, other: Array, top: int) -> float | None:
    a, b = _first(one, top), _first(other, top)
    most = max(len(a), len(b))
    return len(np.intersect1d(a, b)) / most if most else None


def _first(prominence: Array, top: int) -> NDArray[np.intp]:
    """The most prominent concepts, the earlier among equals; those of no prominence are none."""
    order = np.argsort(-prominence, kind="stable")[:top]
    return order[prominence[order] > 0]
