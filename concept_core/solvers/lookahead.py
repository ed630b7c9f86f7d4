"""What a pursuit knows of all K correlations, for a few steps at a time; needs numba on import.

A row of the int8 Gram matrix costs more to convert than to add, so that a few steps share it. A
pursuit goes on with the few atoms that correlated most a while ago; then the correlations of all
atoms are bounded at each of these steps, and the first step at which another atom was better is
where it goes on from. The answer is that of a pursuit that looks at all atoms at each step.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from concept_core.solvers.kernels import (
    FINE,
    STEP,
    collect,
    compiled,
    dot32,
    dot64,
    strided_maxima,
)
from concept_core.solvers.workspace import (
    ATOM,
    WEIGHT,
    Float32,
    Float64,
    Int8,
    Int32,
    PursuitAtoms,
    Support,
)

STEPS = 4
"""Steps that share a row of the Gram matrix."""

_TIE = 1e-12
"""Correlations that are equal, relative to the row's length."""

ROUNDING = 1e-5
"""Bound on the rounding of float32 correlations."""

EACH = 1.2e-7
"""Bound on the rounding of what is taken off them for each atom of the support."""

_CANDIDATES = 128
"""Atoms among which the next steps are looked for."""

_BELOW = 1e-7
"""What float32 takes from a bound."""

_SPAN = 2048
"""Atoms whose correlations at all steps stay in the first cache together."""

_APART = _SPAN + 256
"""From one step's to the next's: loads would wait for stores that are 4,096 bytes apart."""

_LOOK = 8
"""What it takes to look at an atom, d values far away, beside d int8 entries of a row."""


class Sight(NamedTuple):
    """Correlations of all K atoms at the last state that is certain, and at the steps since.

    ``about``: by how much ``nearly`` may be off, how many atoms were looked at since it was made
    anew, and the share of the greatest correlation down to which atoms are candidates.
    """

    nearly: Float32  # (K,)
    lines: Float32  # (STEPS, K) the same after each step
    tiles: Float32  # (STEPS * _APART,)
    peaks: Float32  # (K / 32,)
    found: Int32  # (K,) atoms that may correlate most
    single: Float32  # (K,) correlations of those found
    residual: Float64  # (d,)
    residuals: Float64  # (STEPS, d) after each step
    shadow: Float32  # (d,) a residual again
    candidate: Int32  # (_CANDIDATES,)
    near: Float32  # (2 S, _CANDIDATES) their int8 Gram entries with the atoms of ``atom``
    spent: Float64  # (S,) the weights that ``nearly`` is for, of the atoms in ``taken``
    taken: Int32  # (S,)
    atom: Int32  # (2 S,) atoms whose weights have changed since
    change: Float32  # (STEPS, 2 S) by how much, at each step
    weights: Float64  # (STEPS, S) of the support at each step
    errors: Float64  # (STEPS,) by how much ``lines`` may be off
    choice: Int32  # (STEPS,) the candidate that correlates most after each step, or -1
    best: Float64  # (STEPS,) its correlation
    about: Float64  # (3,)


ERROR, LOOKED, SHARE = range(3)


def sight(s: int, k: int, d: int) -> Sight:
    """Arrays for supports of up to ``s`` atoms, over k atoms of dimension d."""
    wide = 2 * s + 4
    return Sight(
        nearly=np.empty(k, np.float32),
        lines=np.empty((STEPS, k), np.float32),
        tiles=np.empty(STEPS * _APART, np.float32),
        peaks=np.empty(max(k // 32, 1), np.float32),
        found=np.empty(k, np.int32),
        single=np.empty(k, np.float32),
        residual=np.empty(d),
        residuals=np.empty((STEPS, d)),
        shadow=np.empty(d, np.float32),
        candidate=np.empty(_CANDIDATES, np.int32),
        near=np.empty((wide, _CANDIDATES), np.float32),
        spent=np.empty(s),
        taken=np.empty(s, np.int32),
        atom=np.empty(wide, np.int32),
        change=np.empty((STEPS, wide), np.float32),
        weights=np.empty((STEPS, s)),
        errors=np.empty(STEPS),
        choice=np.empty(STEPS, np.int32),
        best=np.empty(STEPS),
        about=np.empty(3),
    )


@compiled
def candidates(view: Sight) -> int:
    """Fill ``candidate`` with atoms whose entry of ``nearly`` is large; returns how many."""
    values, peaks, room = view.nearly, view.peaks, len(view.candidate)
    strided_maxima(values, len(peaks), peaks)
    high = peaks[0]
    for b in range(len(peaks)):
        high = max(high, peaks[b])
    n = 0
    for _ in range(4):
        n = collect(values, peaks, high * (1.0 - view.about[SHARE]), view.candidate)
        if n <= room:
            break
        view.about[SHARE] *= 0.75
    if n < room // 2:
        view.about[SHARE] = min(1.25 * view.about[SHARE], 0.75)
    return min(n, room)


@compiled
def note(support: Support, view: Sight, taken: int, step: int, size: int) -> int:
    """By how much weights have changed at a step since ``nearly``; returns how many have.

    Atoms stay in order, as those that leave and come back do so at the end.
    """
    who, weight = support.who[ATOM], support.values[WEIGHT]
    if step == 0:
        for j in range(len(view.change)):
            for i in range(view.change.shape[1]):
                view.change[j, i] = 0
    place, change = 0, view.change[step]
    for i in range(taken):
        view.atom[i] = view.taken[i]
        if place < size and who[place] == view.taken[i]:
            change[i] = weight[place] - view.spent[i]
            place += 1
        else:
            change[i] = -view.spent[i]
    n = taken
    while place < size:
        view.atom[n] = who[place]
        change[n] = weight[place]
        place += 1
        n += 1
    for a in range(size):
        view.weights[step, a] = weight[a]
    return n


@compiled
def guess(gram: Int8, view: Sight, few: int, known: int, changed: int, step: int) -> int:
    """Candidates that may correlate most after a step, in ``found``; returns how many.

    Their Gram entries with the first ``known`` atoms that have changed are in ``near``.
    """
    change, near, single = view.change[step], view.near, view.single
    for a in range(known, changed):
        row, line = gram[view.atom[a]], near[a]
        for i in range(few):
            line[i] = np.float32(row[view.candidate[i]])
    for i in range(few):
        single[i] = view.nearly[view.candidate[i]]
    total = 0.0
    for a in range(changed):
        line, w = near[a], change[a] * STEP
        total += abs(change[a])
        for i in range(few):
            single[i] -= w * line[i]
    high = np.float32(-1.0)
    for i in range(few):
        high = max(high, single[i])
    # Far less than the bound: what a guess leaves out is found afterwards.
    least = high - np.float32(0.125 * (view.about[ERROR] + total * 0.5 * STEP))
    n = 0
    for i in range(few):
        if single[i] >= least:
            view.found[n] = view.candidate[i]
            n += 1
    return n


@compiled
def within(view: Sight, values: Float32, error: np.float32) -> tuple[int, float]:
    """The atoms that may be the best, where ``values`` are off by at most the error.

    In ``found``; returns how many, and the largest value.
    """
    peaks = view.peaks
    strided_maxima(values, len(peaks), peaks)
    high = peaks[0]
    for b in range(len(peaks)):
        high = max(high, peaks[b])
    least = max(high - 2 * error, np.float32(-1.0) * error)
    return collect(values, peaks, least - _BELOW, view.found), high


@compiled
def decide(
    atoms: PursuitAtoms,
    view: Sight,
    residual: Float64,
    n: int,
    norm: float,
    chosen: int,
    best: float,
) -> tuple[int, float]:
    """The best of an atom chosen before, or none (-1), and the first ``n`` found.

    In float64 where float32 is not enough. Also its correlation with the residual.
    """
    found = view.found
    for k in range(len(view.shadow)):
        view.shadow[k] = np.float32(residual[k])
    high = np.float32(best)
    for i in range(n):
        view.single[i] = dot32(atoms.single[found[i]], view.shadow)
        high = max(high, view.single[i])
    for i in range(n):
        if view.single[i] < high - ROUNDING or found[i] == chosen:
            continue
        value = dot64(atoms.double[found[i]], residual)
        tied = abs(value - best) <= _TIE * norm
        if value > best + _TIE * norm or (tied and 0 <= found[i] < chosen):
            chosen = found[i]
            best = max(best, value)
    return chosen, best


@compiled
def look(
    c: Float32,
    atoms: PursuitAtoms,
    support: Support,
    view: Sight,
    changed: int,
    steps: int,
    first: int,
) -> None:
    """Fill ``lines`` and ``errors`` for so many steps, the support of the first of ``first`` atoms.

    From ``nearly``; from ``c``, where looking at single atoms has taken as long as that.
    """
    fine, size = len(atoms.finer) > 0, first + steps - 1
    start, half, error = view.nearly, float(STEP) / 2, view.about[ERROR]
    if view.about[LOOKED] * _LOOK * len(view.shadow) > size * len(c):
        finest = float(FINE) / 2 if fine else half
        total = 0.0
        for a in range(size):
            total += view.weights[steps - 1, a]
        if error > 2 * total * finest:
            start, half, error, changed = c, finest, ROUNDING, size
            _from_nothing(support, view, steps, first)
            view.about[LOOKED] = 0.0
    both = fine and half < float(STEP) / 2
    for a in range(changed, changed + 3):
        view.atom[a] = 0
        for j in range(STEPS):
            view.change[j, a] = 0
    for j in range(steps):
        total = 0.0
        for a in range(changed):
            total += abs(view.change[j, a])
        view.errors[j] = error + total * half + changed * EACH
    _take_off_steps(atoms, start, view, changed, steps, both)


@compiled
def _from_nothing(support: Support, view: Sight, steps: int, first: int) -> None:
    """The changes from no weights at all."""
    for a in range(first + steps - 1):
        view.atom[a] = support.who[ATOM, a]
        for j in range(STEPS):
            known = j < steps and a < first + j
            view.change[j, a] = np.float32(view.weights[j, a]) if known else np.float32(0)


@compiled
def _take_off_steps(
    atoms: PursuitAtoms, start: Float32, view: Sight, changed: int, steps: int, both: bool
) -> None:
    """``lines`` = start less what the changes explain, span by span."""
    lines, tiles, atom, change = view.lines, view.tiles, view.atom, view.change
    k = len(start)
    for low in range(0, k, _SPAN):
        high = min(k, low + _SPAN)
        for j in range(steps):
            _copy(start[low:high], tiles[j * _APART : (j + 1) * _APART])
        for a in range(0, changed, 4):
            if steps > 1:
                _four_steps(atoms.gram, STEP, tiles, atom, change, a, low, high)
            else:
                _one_step(atoms.gram, STEP, tiles, atom, change, a, low, high)
        if both:
            for a in range(0, changed, 4):
                _four_steps(atoms.finer, FINE, tiles, atom, change, a, low, high)
        for j in range(steps):
            line = lines[j, low:high]
            _copy(tiles[j * _APART : j * _APART + len(line)], line)


@compiled
def _copy(source: Float32, target: Float32) -> None:
    for i in range(len(source)):
        target[i] = source[i]


@compiled
def _one_step(
    gram: Int8,
    step: np.float32,
    tiles: Float32,
    atom: Int32,
    change: Float32,
    a: int,
    low: int,
    high: int,
) -> None:
    """Four atoms, one step."""
    g0, g1 = gram[atom[a], low:high], gram[atom[a + 1], low:high]
    g2, g3 = gram[atom[a + 2], low:high], gram[atom[a + 3], low:high]
    w0, w1 = change[0, a] * step, change[0, a + 1] * step
    w2, w3 = change[0, a + 2] * step, change[0, a + 3] * step
    for i in range(len(g0)):
        tiles[i] -= (
            w0 * np.float32(g0[i])
            + w1 * np.float32(g1[i])
            + w2 * np.float32(g2[i])
            + w3 * np.float32(g3[i])
        )


@compiled
def _four_steps(
    gram: Int8,
    step: np.float32,
    tiles: Float32,
    atom: Int32,
    change: Float32,
    a: int,
    low: int,
    high: int,
) -> None:
    """Four atoms, four steps: what is converted once is used four times."""
    g0, g1 = gram[atom[a], low:high], gram[atom[a + 1], low:high]
    g2, g3 = gram[atom[a + 2], low:high], gram[atom[a + 3], low:high]
    p0, p1 = change[0, a] * step, change[0, a + 1] * step
    p2, p3 = change[0, a + 2] * step, change[0, a + 3] * step
    q0, q1 = change[1, a] * step, change[1, a + 1] * step
    q2, q3 = change[1, a + 2] * step, change[1, a + 3] * step
    r0, r1 = change[2, a] * step, change[2, a + 1] * step
    r2, r3 = change[2, a + 2] * step, change[2, a + 3] * step
    s0, s1 = change[3, a] * step, change[3, a + 1] * step
    s2, s3 = change[3, a + 2] * step, change[3, a + 3] * step
    for i in range(len(g0)):
        v0, v1 = np.float32(g0[i]), np.float32(g1[i])
        v2, v3 = np.float32(g2[i]), np.float32(g3[i])
        tiles[i] -= p0 * v0 + p1 * v1 + p2 * v2 + p3 * v3
        tiles[i + _APART] -= q0 * v0 + q1 * v1 + q2 * v2 + q3 * v3
        tiles[i + 2 * _APART] -= r0 * v0 + r1 * v1 + r2 * v2 + r3 * v3
        tiles[i + 3 * _APART] -= s0 * v0 + s1 * v1 + s2 * v2 + s3 * v3


@compiled
def first_wrong(atoms: PursuitAtoms, view: Sight, steps: int, norm: float) -> tuple[int, int]:
    """The best atom after the first step where it is not the chosen, or the last; and that step."""
    atom = step = -1
    while step + 1 < steps:
        step += 1
        line, error, chosen = view.lines[step], view.errors[step], view.choice[step]
        if chosen < 0:
            n, _ = within(view, line, np.float32(error))
        else:
            n = collect(line, view.peaks, view.best[step] - error - _BELOW, view.found)
        view.about[LOOKED] += n
        atom, _ = decide(atoms, view, view.residuals[step], n, norm, chosen, view.best[step])
        if atom != chosen:
            break
    return atom, step


@compiled
def keep(support: Support, view: Sight, step: int, size: int) -> int:
    """Go on from a step whose support has ``size`` atoms; returns how many candidates there are."""
    for i in range(len(view.nearly)):
        view.nearly[i] = view.lines[step, i]
    for a in range(size):
        view.taken[a], view.spent[a] = support.who[ATOM, a], view.weights[step, a]
    view.about[ERROR] = view.errors[step]
    return candidates(view)
