"""Compiled sums over what is left to gain; needs numba on import, so imported inside functions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from concept_core.solvers.kernels import compiled

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]


@compiled
def tile_gains(
    cosines: Float32, covered: Float32, weights: Float64, gains: Float64, counts: Int64
) -> None:
    """Of each candidate (row): the sum of weight * (cosine - covered) where that is positive,
    and how often it is.

    Parameters
    ----------
    cosines : (b, r) float32
    covered : (r,) float32
    weights : (r,) float64
    gains : (b,) float64, written
    counts : (b,) int64, written
    """
    for row in range(len(gains)):
        total = 0.0
        count = 0
        for column in range(len(covered)):
            more = cosines[row, column] - covered[column]
            if more > 0:
                total += weights[column] * np.float64(more)
                count += 1
        gains[row] = total
        counts[row] = count


@compiled
def tile_bounds(
    products: Int32,
    off: Int32,
    scale: Float32,
    error: Float32,
    atom_scale: Float32,
    atom_error: Float32,
    atom_length: Float32,
    covered: Float32,
    weights: Float64,
    bounds: Float64,
) -> None:
    """Of each candidate (row): an upper bound of ``tile_gains`` from products of whole numbers.

    Parameters
    ----------
    products : (b, r) int32
        Of the numbers of candidates and rows, ``off`` too large.
    off : (r,) int32
    scale, error : (r,) float32
        Of the rows; see ``screen``.
    atom_scale, atom_error, atom_length : (b,) float32
    covered : (r,) float32
    weights : (r,) float64
    bounds : (b,) float64, written
    """
    for row in range(len(bounds)):
        total = 0.0
        for column in range(len(covered)):
            number = np.float32(products[row, column] - off[column])
            cosine = number * (scale[column] * atom_scale[row])
            slack = atom_error[row] + atom_length[row] * error[column]
            more = cosine + slack - covered[column]
            if more > 0:
                total += weights[column] * np.float64(more)
        bounds[row] = total


@compiled
def extract(
    cosines: Float32, covered: Float32, has: Bool, first: int, places: Int32, values: Float32
) -> None:
    """The places (plus ``first``) and cosines above ``covered`` of the rows that ``has`` says.

    Parameters
    ----------
    cosines : (b, r) float32
    covered : (r,) float32
    has : (at most b,) bool
    places, values : (n,), written one row of ``cosines`` after the other
    """
    place = 0
    for row in range(len(has)):
        if not has[row]:
            continue
        for column in range(len(covered)):
            if cosines[row, column] > covered[column]:
                places[place] = first + column
                values[place] = cosines[row, column]
                place += 1


@compiled
def shrink(rows: Int32, values: Float32, covered: Float32, weights: Float64) -> tuple[float, int]:
    """The gain of a candidate from its stored entries; those that gain no more are left out.

    ``covered`` and ``weights`` are those of all rows. The entries that stay are moved to the
    front; their number is returned beside the gain.
    """
    total = 0.0
    stay = 0
    for place in range(len(rows)):
        more = values[place] - covered[rows[place]]
        if more > 0:
            total += weights[rows[place]] * np.float64(more)
            rows[stay] = rows[place]
            values[stay] = values[place]
            stay += 1
    return total, stay
