"""What two vocabularies have in common: labels, and labels that say one thing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from concept_core.decomposition.dictionary import Dictionary
from concept_core.encoders.base import FloatArray
from concept_core.measures.coverage import best_cosines
from concept_core.measures.rows import tiles
from vocab_builder.comparison.model import NearPair, Overlap

_DIGITS = 6
"""Cosines are compared at so many digits: the last bits of a product differ between machines."""


def overlap(
    letters: tuple[str, str], first: Dictionary, second: Dictionary, near: float | None
) -> Overlap:
    """Shared labels, labels that only one has, and near-same pairs among the latter.

    Parameters
    ----------
    letters : (str, str)
    first, second : Dictionary
        Of one encoder.
    near : float or None
        Cosine above which two labels say one thing; None for no such cosine.
    """
    here, there = _places(first.labels), _places(second.labels)
    only_first = np.array([here[key] for key in here if key not in there], np.intp)
    only_second = np.array([there[key] for key in there if key not in here], np.intp)
    pairs = []
    if near is not None:
        pairs = pair_nearest(first.atoms[only_first], second.atoms[only_second], near)
    return Overlap(
        first=letters[0],
        second=letters[1],
        shared=len(here) - len(only_first),
        only_first=len(only_first),
        only_second=len(only_second),
        near=tuple(
            NearPair(first.labels[only_first[row]], second.labels[only_second[column]], cosine)
            for row, column, cosine in pairs
        ),
    )


def pair_nearest(
    first: FloatArray, second: FloatArray, near: float
) -> list[tuple[int, int, float]]:
    """Pair rows one to one: of the pairs above a cosine those with the greatest sum of cosines.

    Parameters
    ----------
    first : (n, d), unit rows
    second : (m, d), unit rows
    near : float

    Returns
    -------
    list of (row of first, row of second, cosine)
        The nearest first.

    Notes
    -----
    An assignment problem with few edges: Jonker, Volgenant (1987), doi:10.1007/BF02278710, as
    scipy solves it for sparse graphs. A row that is left alone takes a partner of its own that
    nobody else can take, so that an assignment of all rows is always there.
    """
    from scipy.sparse import coo_array, csr_array, hstack
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    rows, columns, cosines = _above(first, second, near)
    if not len(rows):
        return []
    there, place = np.unique(rows, return_inverse=True)
    # Costs are above zero: scipy takes a zero for no edge. Alone costs as much as a cosine of 0.
    costs = coo_array((2.0 - cosines, (place, columns)), shape=(len(there), len(second)))
    alone = coo_array((np.full(len(there), 2.0), (np.arange(len(there)),) * 2))
    graph = csr_array(hstack([costs, alone]))
    taken = zip(*min_weight_full_bipartite_matching(graph), strict=True)
    cosine_of = dict(zip(zip(rows.tolist(), columns.tolist(), strict=True), cosines, strict=True))
    pairs = [
        (int(there[row]), int(column), float(cosine_of[int(there[row]), int(column)]))
        for row, column in taken
        if column < len(second)
    ]
    return sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1]))


def alone(own: Dictionary, others: Sequence[Dictionary], near: float | None) -> tuple[str, ...]:
    """The labels that no other vocabulary has, nor one that is nearer than a cosine."""
    said = {label.casefold() for other in others for label in other.labels}
    if near is None:
        return tuple(label for label in own.labels if label.casefold() not in said)
    best = np.max([best_cosines(own.atoms, other.atoms) for other in others], axis=0)
    return tuple(
        label
        for label, cosine in zip(own.labels, best.round(_DIGITS).tolist(), strict=True)
        if cosine <= near and label.casefold() not in said
    )


def _places(labels: Sequence[str]) -> dict[str, int]:
    """The first place of each label, case ignored."""
    places: dict[str, int] = {}
    for place, label in enumerate(labels):
        places.setdefault(label.casefold(), place)
    return places


def _above(
    first: FloatArray, second: FloatArray, near: float
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Rows, columns and cosines of all pairs above a cosine."""
    found: list[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]] = []
    for tile in tiles(len(first)):
        for other in tiles(len(second)):
            cosines = (first[tile] @ second[other].T).round(_DIGITS)
            rows, columns = np.nonzero(cosines > near)
            values = cosines[rows, columns].astype(np.float64)
            found.append((rows + tile.start, columns + other.start, values))
    if not found:
        return np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0)
    rows, columns, values = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return rows, columns, values
