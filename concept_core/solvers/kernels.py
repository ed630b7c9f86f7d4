"""Compiled linear algebra that the working set and the pursuit share; needs numba on import.

Only modules that are themselves compiled import this one, and those only inside functions.

A support of s atoms is kept in arrays with one row an atom: its Gram entries with the others, and
its row of the Cholesky factor, whose diagonal holds reciprocals.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np
from numba import njit

from concept_core.solvers.workspace import Float32, Float64, Int8, Int32

_P = ParamSpec("_P")
_R = TypeVar("_R")

STEP = np.float32(1 / 127)
"""What one unit of the int8 Gram matrix stands for."""


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile with sums in any order (vectors need that), without the interpreter's lock."""
    # Neither "nnan" nor "ninf": what is not finite must stay so.
    fast = {"contract", "reassoc", "nsz", "arcp"}
    # No kernel makes an array. Without numba's runtime for that, no views of arrays are counted:
    # counting takes a third of the time. The option is not in numba's stubs.
    decorate = cast(Any, njit)(
        nogil=True, cache=True, fastmath=fast, error_model="numpy", _nrt=False
    )
    return cast(Callable[_P, _R], decorate(function))


@compiled
def dot32(a: Float32, b: Float32) -> np.float32:
    """Inner product in float32."""
    total = np.float32(0)
    for k in range(len(a)):
        total += a[k] * b[k]
    return total


@compiled
def dot64(a: Float32 | Float64, b: Float64) -> float:
    """Inner product summed in float64."""
    total = 0.0
    for k in range(len(a)):
        total += np.float64(a[k]) * b[k]
    return total


@compiled
def factorise(
    factor: Float64,
    gram: Float64,
    forward: Float64,
    target: Float64,
    first: int,
    size: int,
    inside: float,
) -> int:
    """Rows ``first`` to ``size`` of the Cholesky factor, and of the forward solution for target.

    Returns the number of rows that are good: below ``size`` if the square of an atom's distance
    from the span of those before it is below ``inside``.
    """
    for i in range(first, size):
        row = factor[i]
        squares = 0.0
        for j in range(i):
            other = factor[j]
            value = gram[i, j]
            for k in range(j):
                value -= row[k] * other[k]
            value *= other[j]
            row[j] = value
            squares += value * value
        pivot = gram[i, i] - squares
        if pivot < inside:
            return i
        row[i] = 1.0 / math.sqrt(pivot)
        value = target[i]
        for k in range(i):
            value -= row[k] * forward[k]
        forward[i] = value * row[i]
    return size


@compiled
def solve_forward(factor: Float64, size: int, target: Float64, out: Float64) -> None:
    """Solve L out = target."""
    for i in range(size):
        row = factor[i]
        value = target[i]
        for k in range(i):
            value -= row[k] * out[k]
        out[i] = value * row[i]


@compiled
def solve_backward(factor: Float64, size: int, forward: Float64, out: Float64) -> None:
    """Solve L^T out = forward."""
    for i in range(size):
        out[i] = forward[i]
    for i in range(size - 1, -1, -1):
        row = factor[i]
        value = out[i] * row[i]
        out[i] = value
        for k in range(i):
            out[k] -= row[k] * value


@compiled
def take_off(gram: Int8, tile: Float32, start: int, atom: Int32, weight: Float64) -> None:
    """Take off ``tile``, correlations of the atoms from ``start``, what weighted atoms explain.

    Nearly: the int8 Gram matrix is off by at most half a step for each unit of weight.
    """
    n, size = len(tile), len(atom)
    stop = start + n
    a = 0
    while a + 4 <= size:
        g0 = gram[atom[a], start:stop]
        g1 = gram[atom[a + 1], start:stop]
        g2 = gram[atom[a + 2], start:stop]
        g3 = gram[atom[a + 3], start:stop]
        w0, w1 = np.float32(weight[a]) * STEP, np.float32(weight[a + 1]) * STEP
        w2, w3 = np.float32(weight[a + 2]) * STEP, np.float32(weight[a + 3]) * STEP
        for k in range(n):
            tile[k] -= (
                w0 * np.float32(g0[k])
                + w1 * np.float32(g1[k])
                + w2 * np.float32(g2[k])
                + w3 * np.float32(g3[k])
            )
        a += 4
    while a < size:
        g0, w0 = gram[atom[a], start:stop], np.float32(weight[a]) * STEP
        for k in range(n):
            tile[k] -= w0 * np.float32(g0[k])
        a += 1


@compiled
def strided_maxima(values: Float32, runs: int, out: Float32) -> None:
    """``out[b]`` = the largest of values b, b + runs, b + 2 runs ...

    Strided, since element by element maxima run in vectors and a reduction of floats does not.
    """
    n = len(values)
    for b in range(runs):
        out[b] = values[b]
    for start in range(runs, n, runs):
        part = values[start : min(n, start + runs)]
        for b in range(len(part)):
            out[b] = part[b] if part[b] > out[b] else out[b]


@compiled
def collect(tile: Float32, peaks: Float32, start: int, above: float, out: Int32, found: int) -> int:
    """Append the atoms whose entry of ``tile`` is above; returns how many there are by now.

    ``found`` counts on beyond the room of ``out``.
    """
    n, room = len(tile), len(out)
    runs, limit = min(n, len(peaks)), np.float32(above)
    strided_maxima(tile, runs, peaks)
    for b in range(runs):
        if peaks[b] > limit:
            for k in range(b, n, runs):
                if tile[k] > limit:
                    if found < room:
                        out[found] = start + k
                    found += 1
    return found
