"""The pursuit for one block of rows, compiled; needs numba on import.

Which atom correlates most with a residual is screened with a Gram matrix, and decided in
float64 among those that the screen's error leaves possible: the answer is that of the definition.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from concept_core.solvers.factor import extend
from concept_core.solvers.kernels import (
    FINE,
    STEP,
    compiled,
    dot32,
    dot64,
    strided_maxima,
    take_off_all,
)
from concept_core.solvers.support import settle
from concept_core.solvers.workspace import (
    ATOM,
    FORWARD,
    IN,
    PLACE,
    TARGET,
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

_ROUNDING = 1e-5
"""Bound on the rounding of float32 correlations."""

_FEW = 12
"""Atoms of a support up to which the int8 Gram matrix leaves little choice without its finer part.

Beyond, to look at what it leaves takes longer than to thin it out.
"""

_EACH = 1.2e-7
"""Bound on the rounding of what is taken off them for each atom of the support."""

_DEPENDENT = 1e-10
"""Squared distance of an atom from the span of the support below which it adds nothing."""


class Correlations(NamedTuple):
    """Correlations of all K atoms with the residual, nearly, and what has entered."""

    nearly: Float32  # (K,)
    peaks: Float32  # (K / 32,)
    found: Int32  # (K,) atoms that may correlate most
    single: Float32  # (K,) correlations of those found
    residual: Float64  # (d,)
    shadow: Float32  # (d,) the residual again
    entry: Int32  # (E,) the atoms that have entered, in order
    state: Int8  # (E,) IN, or what `settle` says of one that has left


@compiled
def best_atom(
    x: Float64,
    c: Float32,
    atoms: PursuitAtoms,
    support: Support,
    screen: Correlations,
    size: int,
    norm: float,
) -> int:
    """The atom that correlates most with the residual, the first among equals; -1 if none does.

    The residual is made only where the screen leaves a choice.
    """
    who, weight, total = support.who[ATOM, :size], support.values[WEIGHT, :size], 0.0
    for a in range(size):
        total += weight[a]
    rounding = _ROUNDING + size * _EACH
    nearly = screen.nearly
    for k in range(len(c)):
        nearly[k] = c[k]
    if len(atoms.exact):
        take_off_all(atoms.exact, np.float32(1), nearly, who, weight)
        error = np.float32(total * _ROUNDING + rounding)
    else:
        take_off_all(atoms.gram, STEP, nearly, who, weight)
        error = np.float32(total * 0.5 * STEP + rounding)
        if size > _FEW and len(atoms.finer):
            take_off_all(atoms.finer, FINE, nearly, who, weight)
            error = np.float32(total * 0.5 * FINE + rounding)
    n, high = _within(screen, error)
    if n == 1 and high > error + UNCORRELATED * norm:
        return int(screen.found[0])
    _residual(x, atoms.double, support, screen.residual, size)
    return _decide(atoms, screen, n, norm)


@compiled
def _within(screen: Correlations, error: np.float32) -> tuple[int, float]:
    """The atoms that may be the best, where ``nearly`` is off by at most the error.

    In ``found``; returns how many, and the largest entry of ``nearly``.
    """
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
    return n, high


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


def pursuit_workspace(limit: int, k: int, d: int) -> tuple[Support, Correlations]:
    """Arrays for supports of up to ``limit`` atoms, over k atoms of dimension d."""
    s, entries = limit + 1, 8 * limit + 8
    support = Support(
        np.empty((0, 0), np.float32),
        np.empty((1, s)),
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
    norm = math.sqrt(dot64(x, x))
    size, entered = 0, 0
    while size < limit and entered < len(screen.entry):
        atom = best_atom(x, c, atoms, support, screen, size, norm)
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
    atom = _decide(atoms, screen, _within(screen, np.float32(_ROUNDING))[0], norm)
    if atom < 0 or not _append(x, atoms.double, atom, support, size):
        return False
    size, entered = _refit(x, atoms.double, atom, support, screen, size, entered, norm)
    _residual(x, atoms.double, support, screen.residual, size)
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
    """Weights with the atom just appended; the sizes after it."""
    entered = _book(atom, support, screen, size, entered)
    size = settle(support, screen.state, size + 1)
    return _return(x, atoms, support, screen, size, entered, norm)


@compiled
def _append(x: Float64, atoms: Float64, atom: int, support: Support, size: int) -> bool:
    """Put an atom at the end of the support, unless it lies in the span of those before it."""
    entries, values, added = support.entries[0], support.values, atoms[atom]
    for a in range(size):
        entries[a] = dot64(added, atoms[support.who[ATOM, a]])
    entries[size] = dot64(added, added)
    target = dot64(added, x)
    values[TARGET, size] = target
    support.who[ATOM, size] = atom
    return extend(support.factor, entries, values[FORWARD], target, size, _DEPENDENT)


@compiled
def _book(atom: int, support: Support, screen: Correlations, size: int, entered: int) -> int:
    """Enter the atom just appended, with no weight yet; returns how many have entered."""
    support.values[WEIGHT, size] = 0.0
    support.who[PLACE, size] = entered
    screen.entry[entered] = atom
    screen.state[entered] = IN
    return entered + 1


@compiled
def _residual(x: Float64, atoms: Float64, support: Support, residual: Float64, size: int) -> None:
    weight, who = support.values[WEIGHT], support.who[ATOM]
    for k in range(len(x)):
        residual[k] = x[k]
    for a in range(size):
        w, atom = weight[a], atoms[who[a]]
        for k in range(len(x)):
            residual[k] -= w * atom[k]


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
    left = 0
    for e in range(entered):
        left += 1 if screen.state[e] != IN else 0
    if left == 0:
        return size, entered
    _residual(x, atoms, support, screen.residual, size)
    e = 0
    while e < entered and entered < len(screen.entry):
        atom = screen.entry[e]
        if (
            screen.state[e] != IN
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
