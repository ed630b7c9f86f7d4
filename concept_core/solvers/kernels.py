"""Compiled linear algebra that the working set and the pursuit share; needs numba on import.

Only modules that are themselves compiled import this one, and those only inside functions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np
from numba import njit

from concept_core.solvers.workspace import TILE, Float32, Float64, Int8, Int32

_P = ParamSpec("_P")
_R = TypeVar("_R")

STEP = np.float32(1 / 127)
"""What one unit of the int8 Gram matrix stands for."""

FINE = np.float32(1 / (127 * 254))
"""What one unit of its finer part stands for."""


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile with sums in any order (vectors need that), without the interpreter's lock."""
    # Neither "nnan" nor "ninf": what is not finite must stay so.
    fast = {"contract", "reassoc", "nsz", "arcp"}
    # No kernel makes an array. Without numba's runtime for that, no views of arrays are counted:
    # counting takes a third of the time.
    # Whatever a kernel calls is inlined. Otherwise it is compiled twice, by itself and in each
    # kernel that calls it, each time with sums in another order, and which one is called depends
    # on what was loaded first: a process that compiles answers in other digits than later ones.
    # Neither option is in numba's stubs.
    decorate = cast(Any, njit)(
        nogil=True,
        cache=True,
        fastmath=fast,
        error_model="numpy",
        forceinline=True,
        _nrt=False,
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
def _take_off(
    gram: Int8 | Float32, step: np.float32, tile: Float32, start: int, atom: Int32, weight: Float64
) -> None:
    """Take off ``tile``, correlations of the atoms from ``start``, what weighted atoms explain.

    Nearly: a Gram matrix in steps is off by at most half a step for each unit of weight.
    """
    n, size = len(tile), len(atom)
    stop = start + n
    a = 0
    while a + 4 <= size:
        g0 = gram[atom[a], start:stop]
        g1 = gram[atom[a + 1], start:stop]
        g2 = gram[atom[a + 2], start:stop]
        g3 = gram[atom[a + 3], start:stop]
        w0, w1 = np.float32(weight[a]) * step, np.float32(weight[a + 1]) * step
        w2, w3 = np.float32(weight[a + 2]) * step, np.float32(weight[a + 3]) * step
        for k in range(n):
            tile[k] -= (
                w0 * np.float32(g0[k])
                + w1 * np.float32(g1[k])
                + w2 * np.float32(g2[k])
                + w3 * np.float32(g3[k])
            )
        a += 4
    while a < size:
        g0, w0 = gram[atom[a], start:stop], np.float32(weight[a]) * step
        for k in range(n):
            tile[k] -= w0 * np.float32(g0[k])
        a += 1


@compiled
def take_off_all(
    gram: Int8 | Float32, step: np.float32, nearly: Float32, atom: Int32, weight: Float64
) -> None:
    """Take off ``nearly``, correlations of all atoms, what weighted atoms explain.

    In tiles, which stay in the first cache.
    """
    for start in range(0, len(nearly), TILE):
        _take_off(gram, step, nearly[start : start + TILE], start, atom, weight)


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
def collect(values: Float32, peaks: Float32, above: float, out: Int32) -> int:
    """The atoms whose value is above, in ``out``; returns how many, beyond its room too."""
    n, room, found = len(values), len(out), 0
    runs, limit = min(max(n // 32, 1), len(peaks)), np.float32(above)
    strided_maxima(values, runs, peaks)
    for b in range(runs):
        if peaks[b] > limit:
            for k in range(b, n, runs):
                if values[k] > limit:
                    if found < room:
                        out[found] = k
                    found += 1
    return found
