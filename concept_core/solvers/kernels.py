"""Compiled linear algebra that the working set and the pursuit share; needs numba on import.

Only modules that are themselves compiled import this one, and those only inside functions.

A support of s atoms is kept in arrays with one row an atom: its Gram entries with the others, and
its row of the Cholesky factor, whose diagonal holds reciprocals.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numpy as np
from numba import njit

from concept_core.solvers.workspace import Float32, Float64, Int8, Int32

_P = ParamSpec("_P")
_R = TypeVar("_R")

_INSIDE = 1e-6
"""Squared distance of an atom from the span of the support below which it counts as inside."""

STEP = np.float32(1 / 127)
"""What one unit of the int8 Gram matrix stands for."""


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile with sums in any order (vectors need that), without the interpreter's lock."""
    # Neither "nnan" nor "ninf": what is not finite must stay so.
    fast = {"contract", "reassoc", "nsz", "arcp"}
    decorate = njit(nogil=True, cache=True, fastmath=fast, error_model="numpy")
    return cast(Callable[_P, _R], decorate(function))


@compiled
def dot32(a: Float32, b: Float32, d: int) -> float:
    """Inner product in float32."""
    total = np.float32(0)
    for i in range(d):
        total += a[i] * b[i]
    return total


@compiled
def dot64(a: Float32, b: Float64, d: int) -> float:
    """Inner product with float64 sums."""
    total = 0.0
    for i in range(d):
        total += np.float64(a[i]) * b[i]
    return total


@compiled
def factorise(
    factor: Float64, gram: Float64, forward: Float64, target: Float64, first: int, size: int
) -> int:
    """Rows ``first`` to ``size`` of the Cholesky factor, and of the forward solution for target.

    Returns the number of rows that are good: below ``size`` if an atom lies in the span of those
    before it.
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
        if pivot < _INSIDE:
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
def screen(
    gram: Int8,
    correlation: Float32,
    support: Int32,
    weight: Float64,
    size: int,
    tile: Float32,
    start: int,
    stop: int,
) -> None:
    """``tile`` = correlations with the residual of atoms ``start`` to ``stop``, nearly.

    The int8 Gram matrix is off by at most half a step for each unit of weight.
    """
    n = stop - start
    for k in range(n):
        tile[k] = correlation[start + k]
    a = 0
    while a + 4 <= size:
        g0 = gram[support[a], start:stop]
        g1 = gram[support[a + 1], start:stop]
        g2 = gram[support[a + 2], start:stop]
        g3 = gram[support[a + 3], start:stop]
        w0 = np.float32(weight[a]) * STEP
        w1 = np.float32(weight[a + 1]) * STEP
        w2 = np.float32(weight[a + 2]) * STEP
        w3 = np.float32(weight[a + 3]) * STEP
        for k in range(n):
            tile[k] -= (
                w0 * np.float32(g0[k])
                + w1 * np.float32(g1[k])
                + w2 * np.float32(g2[k])
                + w3 * np.float32(g3[k])
            )
        a += 4
    while a < size:
        g0 = gram[support[a], start:stop]
        w0 = np.float32(weight[a]) * STEP
        for k in range(n):
            tile[k] -= w0 * np.float32(g0[k])
        a += 1


@compiled
def collect(tile: Float32, n: int, start: int, above: float, out: Int32, found: int) -> int:
    """Append the atoms whose entry of ``tile`` is above; returns how many there are by now.

    ``found`` counts on beyond the room of ``out``.
    """
    room = len(out)
    limit = np.float32(above)
    for begin in range(0, n, 32):
        end = min(n, begin + 32)
        best = tile[begin]
        for k in range(begin, end):
            best = max(best, tile[k])
        if best > limit:
            for k in range(begin, end):
                if tile[k] > limit:
                    if found < room:
                        out[found] = start + k
                    found += 1
    return found
