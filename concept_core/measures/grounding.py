"""Grounding and dead concepts: do the clips that fire a concept sound like it?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from concept_core.decomposition.decomposing import Decomposition
from concept_core.errors import DataError, UsageError
from concept_core.measures.rows import unit_tile
from concept_core.solvers.base import Array, Rows
from concept_core.solvers.validate import check_rows

if TYPE_CHECKING:
    from concept_core.solvers.base import Weights

_CELLS = 1 << 23
_DIGITS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Grounding:
    """Of each concept; NaN for those that never fire.

    Attributes
    ----------
    overlap : (K,) float64
        Share of its clips that are the encoder's own choice for its label, in [0, 1].
    chance : (K,) float64
        The overlap that as many clips drawn at random would have.
    """

    overlap: Array = field(repr=False)
    chance: Array = field(repr=False)


def firings(weights: Weights) -> NDArray[np.int64]:
    """How many of the n clips fire each concept: (K,). A concept with none is dead.

    Dead on these clips at this sparsity: n clips of at most l0 concepts fire at most n times l0.

    Parameters
    ----------
    weights : (n, K) csr_array, no stored zeros
    """
    return np.bincount(weights.indices, minlength=weights.shape[1]).astype(np.int64)


def grounding(x: ArrayLike, decomposition: Decomposition, *, top: int = 100) -> Grounding:
    """Overlap of the clips that fire a concept with those that the encoder ranks first for it.

    For a concept that fires on f clips, m = min(top, f): the m clips in which it is the most
    prominent, and the m clips whose embeddings have the greatest cosine with its atom. Of fewer
    than ``top`` firings there are just so many, on both sides, so that a rare concept is not
    helped by a long list; its chance is m / n. A concept that fires on every one of n <= top
    clips overlaps by 1, and so does its chance: read the two beside each other. Ties go to the
    earlier clip. The rank by cosine is the encoder's claim about a label; the decomposition
    keeps it or not, since concepts compete for a clip.

    Source: the top-activating images of a concept, as Oikarinen, Weng: "CLIP-Dissect" (ICLR
    2023), arXiv 2204.10965, section 3, compares them; the equal lengths are ours.

    Parameters
    ----------
    x : (n, d)
        What was decomposed.
    decomposition : Decomposition
    top : int
        At most this many clips a concept, at least 1.

    Raises
    ------
    UsageError
        ``top`` below 1.
    DataError
        x does not fit the decomposition.
    """
    if top < 1:
        raise UsageError(f"top is a number of clips, 1 or more; got {top}")
    weights, atoms = decomposition.weights, decomposition.atoms
    rows = check_rows(x, atoms.shape[1])
    if len(rows) != weights.shape[0]:
        raise DataError(
            f"x has {len(rows)} rows, the decomposition {weights.shape[0]}; give the rows that"
            " were decomposed"
        )
    n, k = weights.shape
    overlap, chance = np.full(k, np.nan), np.full(k, np.nan)
    alive = np.flatnonzero(firings(weights))
    columns = weights.tocsc()
    unit = unit_tile(rows, slice(None))
    step = max(_CELLS // max(n, 1), 1)
    for start in range(0, len(alive), step):
        part = alive[start : start + step]
        cosines = _rank_values(unit, atoms[part])
        for place, concept in enumerate(part):
            span = slice(columns.indptr[concept], columns.indptr[concept + 1])
            order = np.argsort(-columns.data[span], kind="stable")[:top]
            fired = columns.indices[span][order]
            overlap[concept] = _shared(cosines[place], fired) / len(fired)
            chance[concept] = len(fired) / n
    return Grounding(overlap, chance)


def _rank_values(unit: Rows, atoms: Array) -> Rows:
    """Cosines (concepts, n), rounded, so that equal clips tie on every machine."""
    cosines: Rows = (atoms.astype(unit.dtype) @ unit.T).round(_DIGITS)
    return cosines


def _shared(values: Rows, fired: NDArray[np.int32]) -> int:
    """How many of the m clips ``fired`` are among the m of the greatest values."""
    m = len(fired)
    least = np.partition(values, len(values) - m)[len(values) - m]
    ties = np.flatnonzero(values == least)[: m - int(np.sum(values > least))]
    return int(np.sum(values[fired] > least)) + len(np.intersect1d(ties, fired))
