"""The pursuit for one block of rows, compiled; needs numba on import.

Which atom correlates most with a residual is screened with the int8 Gram matrix, and decided in
float64 among those that the screen's error leaves possible: the answer is that of the definition.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from concept_core.solvers.kernels import (
    STEP,
    compiled,
    dot32,
    dot64,
    factorise,
    strided_maxima,
    take_off,
)
from concept_core.solvers.support import settle
from concept_core.solvers.workspace import (
    ATOM,
    FORWARD,
    IN,
    PLACE,
    TARGET,
    TILE,
    WEIGHT,
    Float32,
    Float64,
    Int8,
    Int32,
    PursuitAtoms,
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

_DEPENDENT = 1e-10
"""Squared distance of an atom from the span of the support below which it adds nothing."""


class Correlations(NamedTuple):
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
    atoms: PursuitAtoms,
    support: Support,
    screen: Correlations,
    size: int,
    entered: int,
    norm: float,
) -> int:
    """The atom that correlates most with the residual, the first among equals; -1 if none does."""
    error = np.float32(_take_off(support, screen, atoms.gram, size, entered))
    return _best_within(atoms, screen, error, norm)


@compiled
def _best_within(atoms: PursuitAtoms, screen: Correlations, error: np.float32, norm: float) -> int:
    """The same, where every entry of ``nearly`` is off by at most the error."""
    nearly, peaks, found = screen.nearly, screen.peaks, screen.found
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
def _decide(atoms: PursuitAtoms, screen: Correlations, n: int, norm: float) -> int:
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
def _take_off(support: Support, screen: Correlations, gram: Int8, size: int, entered: int) -> float:
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


def pursuit_workspace(limit: int, k: int, d: int) -> tuple[Support, Correlations]:
    """Arrays for supports of up to ``limit`` atoms, over k atoms of dimension d."""
    s, entries = limit + 1, 8 * limit + 8
    support = Support(
        np.empty((0, 0), np.float32),
        np.empty((s, s)),
        np.empty((s, s)),
        np.zeros((5, s)),
        np.zeros((3, s), np.int32),
    )
    screen = Correlations(
        np.empty(k, np.float32),
        np.empty(max(k // 32, 1), np.float32),
        np.empty(k, np.int32),
        np.empty(k, np.float32),
        np.empty(d),
        np.empty(d, np.float32),
        np.empty(entries, np.int32),
        np.empty(entries),
        np.empty(entries, np.int32),
        np.empty(entries),
        np.empty(entries, np.int8),
    )
    return support, screen


@compiled
def pursue_block(
    x: Float64,
    c: Float32,
    limit: int,
    atoms: PursuitAtoms,
    work: tuple[Support, Correlations],
    index: Int32,
    weight: Float64,
    count: Int32,
) -> None:
    """At most ``limit`` atoms for each row x (n, d) with correlations c (n, K).

    ``index``, ``weight`` (n, limit) and ``count`` (n,) take the answers.
    """
    support, screen = work
    for row in range(len(count)):
        size = _pursue(x[row], c[row], limit, atoms, support, screen)
        for a in range(size):
            index[row, a] = support.who[ATOM, a]
            weight[row, a] = support.values[WEIGHT, a]
        count[row] = size


@compiled
def _pursue(
    x: Float64,
    c: Float32,
    limit: int,
    atoms: PursuitAtoms,
    support: Support,
    screen: Correlations,
) -> int:
    """The pursuit for one row; returns the size of the support."""
    nearly, residual = screen.nearly, screen.residual
    norm = math.sqrt(dot64(x, x))
    for j in range(len(c)):
        nearly[j] = c[j]
    for k in range(len(x)):
        residual[k] = x[k]
    size, entered = 0, 0
    while size < limit and entered < len(screen.entry):
        atom = best_atom(atoms, support, screen, size, entered, norm)
        if atom < 0 or not _append(x, atoms.double, atom, support, size):
            break
        size, entered = _refit(x, atoms.double, atom, support, screen, size, entered, norm)
    return size


@compiled
def pursue_step(
    x: Float64,
    limit: int,
    atoms: PursuitAtoms,
    support: Support,
    screen: Correlations,
    sizes: Int32,
) -> bool:
    """One more atom for a row, by correlations in ``nearly`` that were multiplied out anew.

    ``sizes`` (2,) are those of the support and of what has entered. Returns whether to go on.
    """
    size, entered = sizes[0], sizes[1]
    norm = math.sqrt(dot64(x, x))
    atom = _best_within(atoms, screen, np.float32(_ROUNDING), norm)
    if atom < 0 or not _append(x, atoms.double, atom, support, size):
        return False
    size, entered = _refit(x, atoms.double, atom, support, screen, size, entered, norm)
    sizes[0], sizes[1] = size, entered
    return size < limit and entered < len(screen.entry)


@compiled
def _refit(
    x: Float64,
    atoms: Float64,
    atom: int,
    support: Support,
    screen: Correlations,
    size: int,
    entered: int,
    norm: float,
) -> tuple[int, int]:
    """Weights and residual with the atom just appended; the sizes after it."""
    entered = _book(atom, support, screen, size, entered)
    size = settle(support, screen.state, size + 1)
    _residual(x, atoms, support, screen.residual, size)
    return _return(x, atoms, support, screen, size, entered, norm)


@compiled
def _append(x: Float64, atoms: Float64, atom: int, support: Support, size: int) -> bool:
    """Put an atom at the end of the support, unless it lies in the span of those before it."""
    gram, values, added = support.gram, support.values, atoms[atom]
    for a in range(size):
        gram[size, a] = gram[a, size] = dot64(added, atoms[support.who[ATOM, a]])
    gram[size, size] = dot64(added, added)
    values[TARGET, size] = dot64(added, x)
    support.who[ATOM, size] = atom
    rows = factorise(
        support.factor, gram, values[FORWARD], values[TARGET], size, size + 1, _DEPENDENT
    )
    return rows > size


@compiled
def _book(atom: int, support: Support, screen: Correlations, size: int, entered: int) -> int:
    """Enter the atom just appended, with no weight yet; returns how many have entered."""
    support.values[WEIGHT, size] = 0.0
    support.who[PLACE, size] = entered
    screen.entry[entered] = atom
    screen.taken[entered] = 0.0
    screen.state[entered] = IN
    return entered + 1


@compiled
def _residual(x: Float64, atoms: Float64, support: Support, residual: Float64, size: int) -> None:
    for k in range(len(x)):
        residual[k] = x[k]
    for a in range(size):
        weight, atom = support.values[WEIGHT, a], atoms[support.who[ATOM, a]]
        for k in range(len(x)):
            residual[k] -= weight * atom[k]


@compiled
def _return(
    x: Float64,
    atoms: Float64,
    support: Support,
    screen: Correlations,
    size: int,
    entered: int,
    norm: float,
) -> tuple[int, int]:
    """Take back atoms that have left too early: the fit is the best on all that it started from."""
    e = 0
    while e < entered and entered < len(screen.entry):
        atom = screen.entry[e]
        left = screen.state[e] != IN
        if (
            left
            and dot64(atoms[atom], screen.residual) > UNCORRELATED * norm
            and _append(x, atoms, atom, support, size)
        ):
            screen.state[e] = IN
            entered = _book(atom, support, screen, size, entered)
            size = settle(support, screen.state, size + 1)
            _residual(x, atoms, support, screen.residual, size)
            e = -1
        e += 1
    # Whether they come back later, the pursuit decides.
    for e in range(entered):
        screen.state[e] = IN
    return size, entered
