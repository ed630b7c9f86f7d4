"""Fidelity: what a decomposition keeps of the embeddings, beyond what their mean alone keeps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from concept_core.decomposition.decomposing import Decomposition
from concept_core.errors import DataError
from concept_core.measures.rows import differ, tiles, unit_mean, unit_tile
from concept_core.solvers.base import Rows
from concept_core.solvers.validate import check_rows


@dataclass(frozen=True, slots=True)
class FidelityPoint:
    """One sparsity.

    Attributes
    ----------
    value : float
        The limit (l0) or the penalty (l1).
    l0_mean : float
        Concepts a row.
    cosine : float
        Mean cosine of a row with its reconstruction, in [-1, 1]. It flatters: the mean alone has
        `mean_only_cosine`.
    centred_cosine : float or None
        The same less the mean, in [-1, 1]; 0 is what the mean alone gives.
    explained_variance : float or None
        At most 1; 0 is what the mean alone gives. See ``Decomposition.explained_variance``.
        Both are None where the rows do not differ.
    """

    value: float
    l0_mean: float
    cosine: float
    centred_cosine: float | None
    explained_variance: float | None


def fidelity(x: ArrayLike, decomposition: Decomposition) -> FidelityPoint:
    """What a decomposition keeps.

    The centred cosine of a row is cos(u - m, v - m), with u the row and v its reconstruction at
    length 1, and m the mean of all rows at length 1; 0 for an empty reconstruction, which knows
    no more than m does. Tasks see directions alone, so that lengths play no part in it; explained
    variance counts them, and with them the shrinkage of the lasso.

    Source: Bhalla et al., "Interpreting CLIP with Sparse Linear Concept Embeddings" (NeurIPS
    2024), arXiv 2402.10376, reports the cosine without the mean taken off; with it here.

    Parameters
    ----------
    x : (n, d), n >= 1
        What was decomposed.
    decomposition : Decomposition

    Raises
    ------
    DataError
        No rows, or x does not fit the decomposition.
    """
    rows = _some_rows(x, decomposition.atoms.shape[1])
    variance = decomposition.explained_variance(rows)
    return FidelityPoint(
        value=float(decomposition.value),
        l0_mean=float(decomposition.l0.mean()),
        cosine=float(decomposition.cosine.mean()),
        centred_cosine=_centred(rows, decomposition),
        explained_variance=None if math.isnan(variance) else variance,
    )


def mean_only_cosine(x: ArrayLike) -> float:
    """Mean cosine of the rows with their mean: what a cosine shows that knows no row.

    In [0, 1]: the length of the mean of the rows at length 1. Below about .1 the plain cosine is
    honest; CLAP without centring has .5 and more.

    Parameters
    ----------
    x : (n, d), n >= 1

    Raises
    ------
    DataError
        No rows, or values that are not finite.
    """
    return float(np.linalg.norm(unit_mean(_some_rows(x, np.asarray(x).shape[-1]))))


def area(
    l0: Sequence[float], values: Sequence[float], over: tuple[float, float] | None = None
) -> float:
    """Area under a curve against l0, over the length of its base: a mean of its values.

    The trapezoidal rule over log l0: from 1 concept to 2 counts as much as from 10 to 20, since a
    person reads few. In the range of the values, and comparable between curves over the same l0
    alone. A single point is its own area.

    Parameters
    ----------
    l0 : sequence of float
        At least one, each above 0, in any order, none twice.
    values : sequence of float
        One an l0.
    over : (low, high), optional
        A part of the base instead of all of it; between points the curve is a line.

    Raises
    ------
    DataError
        No points, unequal lengths, an l0 that is not above 0 or given twice, or a part that the
        curve does not reach.
    """
    if not len(l0) or len(l0) != len(values):
        raise DataError(f"a curve of {len(l0)} l0 and {len(values)} values has no area")
    wrong = [one for one in l0 if not one > 0] or [one for one in l0 if list(l0).count(one) > 1]
    if wrong:
        raise DataError(f"l0 {wrong[0]:g}: an area needs different l0, each above 0")
    low, high = over or (min(l0), max(l0))
    if not min(l0) <= low <= high <= max(l0):
        raise DataError(
            f"l0 {low:g} to {high:g}: the curve goes from {min(l0):g} to {max(l0):g}; an area is"
            " over what is there"
        )
    order = np.argsort(l0)
    places, heights = np.log(np.asarray(l0))[order], np.asarray(values, np.float64)[order]
    ends = np.log([low, high])
    if ends[0] == ends[1]:
        return float(np.interp(ends[0], places, heights))
    inside = (places > ends[0]) & (places < ends[1])
    base = np.concatenate([ends[:1], places[inside], ends[1:]])
    return float(np.trapezoid(np.interp(base, places, heights), base) / (ends[1] - ends[0]))


def _some_rows(x: ArrayLike, dim: int) -> Rows:
    rows = check_rows(x, dim)
    if not len(rows):
        raise DataError("x has no rows; fidelity is a mean over clips or captions")
    return rows


def _centred(x: Rows, decomposition: Decomposition) -> float | None:
    mean = unit_mean(x)
    if not differ(x, mean):
        return None
    total = 0.0
    for tile in tiles(len(x)):
        found = np.asarray(decomposition.weights[tile] @ decomposition.atoms)
        empty = decomposition.l0[tile] == 0
        a = unit_tile(x, tile).astype(np.float64) - mean
        b = unit_tile(found, slice(None)) - mean
        lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
        good = (lengths > 0) & ~empty
        total += float(np.sum(np.einsum("ij,ij->i", a, b)[good] / lengths[good]))
    return total / len(x)
