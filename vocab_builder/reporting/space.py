"""Concepts in the encoder's space: a map of two axes, and nearest neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from concept_core.encoders.base import FloatArray

NEIGHBOURS = 5
ENDS = 3
"""Concepts that name an end of an axis."""

_BLOCK = 512
# Cosines differ by about 1e-7 from one processor to the next; what is compared is rounded.
_DIGITS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    """Where concepts stand.

    Attributes
    ----------
    places : (n, 2) float64
        On the two principal axes.
    explained : tuple of 2 float
        The share of the variance that each axis carries.
    ends : tuple of 2 pairs of tuples of str
        Of each axis the labels that stand farthest at its low and at its high end, the farthest
        first; no label is at both.
    """

    places: NDArray[np.float64] = field(repr=False)
    explained: tuple[float, float]
    ends: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]


def make_map(atoms: FloatArray, labels: Sequence[str]) -> Map:
    """Lay concepts out on their two principal axes.

    An axis has the sign that makes its largest entry positive, so that equal vocabularies give
    equal maps. It is named by the concepts at its ends; one along which all concepts stand at the
    same place has none.

    Parameters
    ----------
    atoms : (n, d), unit rows, n >= 1, d >= 2
    labels : sequence of n str, all different
    """
    centred = atoms.astype(np.float64) - atoms.mean(axis=0, dtype=np.float64)
    values, vectors = np.linalg.eigh(centred.T @ centred)
    axes = vectors[:, [-1, -2]]
    axes *= np.where(axes[np.abs(axes).argmax(axis=0), [0, 1]] < 0, -1.0, 1.0)
    total = max(float(values.sum()), 1e-12)
    shares = (float(max(values[-1], 0.0)) / total, float(max(values[-2], 0.0)) / total)
    places = centred @ axes
    return Map(places, shares, tuple(_ends(axis, labels) for axis in places.T))


def _ends(
    axis: NDArray[np.float64], labels: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    places = np.round(axis, _DIGITS)
    if places.min() == places.max():
        return (), ()
    order = np.argsort(places, kind="stable")
    count = min(ENDS, len(order) // 2)
    return tuple(labels[at] for at in order[:count]), tuple(
        labels[at] for at in order[: -count - 1 : -1]
    )


def neighbours(atoms: FloatArray) -> tuple[NDArray[np.intp], FloatArray]:
    """The nearest other atoms of each atom, the nearest first, and their cosines.

    Parameters
    ----------
    atoms : (n, d), unit rows

    Returns
    -------
    places : (n, m) intp, m at most ``NEIGHBOURS``
    cosines : (n, m) float32
    """
    count = min(NEIGHBOURS, len(atoms) - 1)
    places = np.zeros((len(atoms), count), np.intp)
    cosines = np.zeros((len(atoms), count), np.float32)
    for start in range(0, len(atoms), _BLOCK):
        block = slice(start, start + _BLOCK)
        scores = np.round(atoms[block] @ atoms.T, _DIGITS)
        rows = np.arange(len(scores))
        scores[rows, start + rows] = -np.inf
        for place in range(count):
            # One pass a neighbour costs less than a sort; among equals the earlier concept.
            best = scores.argmax(axis=1)
            places[block, place], cosines[block, place] = best, scores[rows, best]
            scores[rows, best] = -np.inf
    return places, cosines


def nearest(
    one: FloatArray, other: FloatArray
) -> tuple[tuple[NDArray[np.intp], FloatArray], tuple[NDArray[np.intp], FloatArray]]:
    """The nearest atom of the other dictionary to each atom, with its cosine: there, and back.

    Parameters
    ----------
    one, other : (n, d) and (m, d), unit rows
    """
    there, there_cosine = np.zeros(len(one), np.intp), np.zeros(len(one), np.float32)
    back, back_cosine = np.zeros(len(other), np.intp), np.full(len(other), -np.inf, np.float32)
    for start in range(0, len(one), _BLOCK):
        block = slice(start, start + _BLOCK)
        scores = np.round(one[block] @ other.T, _DIGITS)
        there[block] = scores.argmax(axis=1)
        there_cosine[block] = scores.max(axis=1)
        better = scores.max(axis=0) > back_cosine
        back[better] = start + scores.argmax(axis=0)[better]
        back_cosine[better] = scores.max(axis=0)[better]
    return (there, there_cosine), (back, back_cosine)
