"""Which atom correlates most with a residual, compiled; needs numba on import.

Screened with the int8 Gram matrix, and decided in float64 among those that the screen's error
leaves possible: the answer is that of the definition.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from concept_core.solvers.kernels import STEP, compiled, dot32, dot64, strided_maxima, take_off
from concept_core.solvers.workspace import (
    PLACE,
    TILE,
    WEIGHT,
    Dictionary,
    Float32,
    Float64,
    Int8,
    Int32,
    Support,
)

UNCORRELATED = 1e-9
"""A correlation that is none, relative to the row's length."""

_TIE = 1e-12
"""Correlations that are equal, relative to the row's length."""

_DRIFT = 5e-4
"""How far a weight may be from what the screen has taken off for it."""

_ROUNDING = 1e-5
"""Bound on the rounding of the screen's float32 sums."""


class Screen(NamedTuple):
    """Correlations of all K atoms with the residual, nearly, and what they are made of."""

    nearly: Float32  # (K,)
    peaks: Float32  # (K / 32,)
    found: Int32  # (K,) atoms that may correlate most
    single: Float32  # (K,) correlations of those found
    residual: Float64  # (d,)
    shadow: Float32  # (d,) the residual again
    entry: Int32  # (E,) the atoms that have entered, in order
    taken: Float64  # (E,) the weight of each that is in ``nearly``
    moved: Int32  # (E,) atoms whose weight has moved
    moves: Float64  # (E,) by how much
    state: Int8  # (E,) IN, or what `settle` says of one that has left


@compiled
def best_atom(
    atoms: Dictionary,
    support: Support,
    screen: Screen,
    size: int,
    entered: int,
    norm: float,
) -> int:
    """The atom that correlates most with the residual, the first among equals; -1 if none does."""
    nearly, peaks, found = screen.nearly, screen.peaks, screen.found
    error = np.float32(_take_off(support, screen, atoms.gram, size, entered))
    runs = len(peaks)
    strided_maxima(nearly, runs, peaks)
    high = peaks[0]
    for b in range(runs):
        high = max(high, peaks[b])
    limit = max(high - 2 * error, np.float32(-1.0) * error)
    n = 0
    for b in range(runs):
        if peaks[b] >= limit:
            for j in range(b, len(nearly), runs):
                if nearly[j] >= limit:
                    found[n] = j
                    n += 1
    return _decide(atoms, screen, n, norm)


@compiled
def _decide(atoms: Dictionary, screen: Screen, n: int, norm: float) -> int:
    """The best of the first ``n`` atoms found, in float64 where float32 is not enough."""
    found = screen.found
    for k in range(len(screen.shadow)):
        screen.shadow[k] = np.float32(screen.residual[k])
    high = np.float32(0)
    for i in range(n):
        screen.single[i] = dot32(atoms.single[found[i]], screen.shadow)
        high = max(high, screen.single[i])
    best, chosen = UNCORRELATED * norm, -1
    for i in range(n):
        if screen.single[i] < high - _ROUNDING:
            continue
        value = dot64(atoms.double[found[i]], screen.residual)
        tied = abs(value - best) <= _TIE * norm
        if value > best + _TIE * norm or (tied and 0 <= found[i] < chosen):
            chosen = found[i]
            best = max(best, value)
    return chosen


@compiled
def _take_off(support: Support, screen: Screen, gram: Int8, size: int, entered: int) -> float:
    """Bring ``nearly`` up to date where a weight has moved much; returns a bound on its error."""
    taken, who, moves = screen.taken, screen.moved, screen.moves
    error, at, n = 0.0, 0, 0
    for e in range(entered):
        now = 0.0
        # The support keeps the order of entry.
        if at < size and support.who[PLACE, at] == e:
            now = support.values[WEIGHT, at]
            at += 1
        move = now - taken[e]
        if abs(move) > _DRIFT:
            who[n], moves[n] = screen.entry[e], move
            n += 1
            taken[e] = now
            move = 0.0
        error += abs(move) + abs(taken[e]) * 0.5 * STEP
    for start in range(0, len(screen.nearly), TILE):
        part = screen.nearly[start : start + TILE]
        take_off(gram, part, start, who[:n], moves[:n])
    return error + _ROUNDING
