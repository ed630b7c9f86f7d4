"""Whether a clip is out of a vocabulary's depth: explained worse than others, or as by chance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from concept_core.decomposition.decomposing import Decomposition, decompose
from concept_core.decomposition.dictionary import Dictionary
from concept_core.solvers.registry import FEW_ROWS
from concept_core.values import Value

FEWEST = 20
"""Clips of a reference below which a percentile says nothing."""

FAR = 95.0
"""From this percentile on an explanation says that others are explained better."""

DRAWS = 10
"""Random dictionaries, whose mean cosine is meant."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Depth(Value):
    """How well a clip is explained, beside other clips and beside random directions.

    Attributes
    ----------
    cosine : float
        Of the embedding with the sum of the clip's concepts.
    random_cosine : float or None
        The same with as many of as many random directions as the vocabulary has concepts, at the
        clip's own number of concepts, mean of ``DRAWS`` draws; None for a clip without concepts.
    reference : str
        What the clip is set beside: ``reference clips``, ``other clips`` of the same call, or
        empty where there are fewer than ``FEWEST``.
    clips : int
        How many there are.
    greater_cosine, smaller_residual : float or None
        Per cent of these that are explained better: with a greater cosine, and with less of the
        embedding left. None without a reference.
    """

    cosine: float
    random_cosine: float | None
    reference: str = ""
    clips: int = 0
    greater_cosine: float | None = None
    smaller_residual: float | None = None

    @property
    def as_random(self) -> bool:
        """Whether random directions explain the clip as well."""
        return self.random_cosine is not None and self.random_cosine >= self.cosine

    @property
    def note(self) -> str:
        """A sentence where the clip is out of the vocabulary's depth; else empty."""
        parts = []
        if self.greater_cosine is not None and self.greater_cosine >= FAR:
            share = math.floor(self.greater_cosine)
            parts.append(f"less well explained than {share} % of {self.clips} {self.reference}")
        if self.as_random:
            parts.append("random directions do as well")
        return "; ".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """The value as JSON-ready data, with its sentence."""
        found = super(Depth, self).to_dict()
        return {**found, "as_random": self.as_random, "note": self.note}


def depths(
    x: ArrayLike,
    result: Decomposition,
    dictionary: Dictionary,
    reference: Decomposition | None = None,
    *,
    device: str = "auto",
) -> list[Depth]:
    """The depth of each clip.

    Parameters
    ----------
    x : (n, d)
        What was decomposed.
    result : Decomposition
    dictionary : Dictionary
        What it is a decomposition over; keeps the random directions for the next call.
    reference : Decomposition, optional
        Of reference clips, over the same dictionary in the same mode; without it each clip is
        set beside the other clips of ``result``.
    device : str
        As for ``decompose``.
    """
    random = _random_cosines(np.asarray(x), result, dictionary, device)
    beside = result if reference is None else reference
    name = "other clips" if reference is None else "reference clips"
    found = []
    for row, cosine in enumerate(result.cosine.tolist()):
        by_chance = float(random[row]) if result.l0[row] else None
        others = np.arange(len(beside.l0)) != (row if reference is None else -1)
        if len(beside.l0) < FEWEST:
            found.append(Depth(cosine, by_chance))
            continue
        found.append(
            Depth(
                cosine,
                by_chance,
                name,
                int(others.sum()),
                _percent(beside.cosine[others] > cosine),
                _percent(beside.residual[others] < result.residual[row]),
            )
        )
    return found


def _percent(there: NDArray[np.bool_]) -> float:
    return 100.0 * float(np.mean(there))


def _random_cosines(
    x: NDArray[Any], result: Decomposition, dictionary: Dictionary, device: str
) -> Numbers:
    """Of each row the mean cosine with sums of as many random directions; 0 of rows with none."""
    found = np.zeros(len(result.l0))
    limits = np.unique(result.l0[result.l0 > 0]).tolist()
    for kept in dictionary.random(DRAWS) if limits else ():
        # Gram matrices, which many rows are solved with, are too large to keep ten of.
        directions = kept if len(x) <= FEW_ROWS else kept.bare()
        # Prepared once for all limits.
        for limit in limits:
            rows = np.flatnonzero(result.l0 == limit)
            found[rows] += decompose(x[rows], directions, l0=limit, device=device).cosine / DRAWS
    return found
