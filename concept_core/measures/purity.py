"""Class purity: does a concept stand for one class of clips, or for anything?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from concept_core.errors import UsageError
from concept_core.measures.classes import ClipClasses
from concept_core.solvers.base import Array

if TYPE_CHECKING:
    from concept_core.solvers.base import Weights

_SHUFFLES = 20


@dataclass(frozen=True, slots=True, eq=False)
class Purity:
    """How pure concepts are.

    Attributes
    ----------
    mean : float or None
        Over concepts, each counted by its weight, in [1/C, 1] where a clip has one class; None
        where nothing fires on a clip with a class.
    chance : float or None
        The same with the classes shuffled among the clips, the mean of 20 shuffles: a concept
        that fires once is pure whatever it stands for.
    of_concept : (K,) float64
        NaN where a concept fires on no clip that has a class.
    classes : (K,) int64
        Each concept's most frequent class, by weight; the first among equals, -1 for none.
    """

    mean: float | None
    chance: float | None
    of_concept: Array = field(repr=False)
    classes: Array = field(repr=False)


def purity(weights: Weights, classes: ClipClasses, rng: np.random.Generator) -> Purity:
    """Weight share of each concept's most frequent class among the clips that fire it.

    Source: the purity of clusters, Manning, Raghavan, Schütze: "Introduction to Information
    Retrieval" (2008), section 16.3, doi:10.1017/CBO9780511809071, with weights for members.

    Parameters
    ----------
    weights : (n, K) csr_array
    classes : ClipClasses
        Of the same n clips.
    rng : numpy.random.Generator
        Of the shuffles.

    Raises
    ------
    UsageError
        Another number of clips.
    """
    check_clips(weights, classes)
    members = classes.members()
    labelled = np.flatnonzero(np.diff(members.indptr))
    members, fired = members[labelled], weights[labelled]
    all_of: Array = np.asarray(fired.sum(axis=0)).ravel()
    shares = np.asarray((fired.T @ members).todense())
    best = shares.max(axis=1, initial=0.0)
    fires = all_of > 0
    of_concept = np.divide(best, all_of, out=np.full(len(all_of), np.nan), where=fires)
    likeliest = np.where(fires, shares.argmax(axis=1), -1) if fires.any() else -np.ones(len(fires))
    if not fires.any():
        return Purity(None, None, of_concept, likeliest.astype(np.int64))
    shuffled = [
        (fired.T @ members[rng.permutation(len(labelled))]).max(axis=1).sum()
        for _ in range(_SHUFFLES)
    ]
    total = float(all_of.sum())
    return Purity(
        float(best.sum()) / total,
        float(np.mean(shuffled)) / total,
        of_concept,
        likeliest.astype(np.int64),
    )


def check_clips(weights: Weights, classes: ClipClasses) -> None:
    """See that weights and classes are those of as many clips."""
    if weights.shape[0] != len(classes):
        raise UsageError(
            f"classes of {len(classes)} clips for the weights of {weights.shape[0]}; give those of"
            " the clips that were decomposed"
        )
