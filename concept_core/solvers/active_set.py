"""The certified working set for one block of rows, compiled; needs numba on import.

Per row: take the atoms that correlate most, solve the non-negative problem on them exactly
(Lawson and Hanson 1974, chapter 23, with the shift c - l1 for the penalty), bound what all other
atoms could still do, take in those that violate the bound, and go on from there.
"""

from __future__ import annotations

import numpy as np

from concept_core.solvers.bound import SLACK, certify, refine, screen, violating
from concept_core.solvers.kernels import collect, compiled, strided_maxima
from concept_core.solvers.support import append, descend, gram_entries, open_round, settle
from concept_core.solvers.workspace import (
    ATOM,
    PLACE,
    TOGETHER,
    WEIGHT,
    Atoms,
    Candidates,
    Float32,
    Float64,
    Int32,
    Screen,
    Support,
)

ROUNDS = 40
"""Rounds of solve and certify after which a row is given up; real rows need one to three."""


@compiled
def most_correlated(c: Float32, l1: float, out: Int32, screening: Screen) -> int:
    """Fill ``out`` with atoms of the largest correlations above l1; returns how many there are.

    A bound is taken from the maxima of short runs of atoms, so that few runs are looked into.
    The certificate finds what this leaves out.
    """
    k, room = len(c), len(out)
    runs = max(k // (16 if k <= 4096 else 32), 1)
    peaks = screening.peaks[:runs]
    strided_maxima(c, runs, peaks)
    # A little below, since correlations are rounded.
    limit, best = np.float32(l1 - 1e-6), np.float32(0)
    for b in range(runs):
        best = max(best, peaks[b])
    if best <= limit:
        return 0
    limit = _bound(peaks, limit, best, max((2 * room) // 3, 1), screening.counts)
    while True:
        m = 0
        for b in range(runs):
            if peaks[b] > limit:
                for j in range(b, k, runs):
                    if c[j] > limit:
                        if m < room:
                            out[m] = j
                        m += 1
        # Atoms that are all but equal: any of them.
        if m <= room or best - limit < np.float32(1e-6):
            return min(m, room)
        limit += np.float32(0.25) * (best - limit)


@compiled
def _bound(
    peaks: Float32, low: np.float32, high: np.float32, wanted: int, counts: Int32
) -> np.float32:
    """A value that about ``wanted`` peaks exceed, by a histogram."""
    bins = len(counts)
    for b in range(bins):
        counts[b] = 0
    scale = np.float32(bins) / (high - low) * np.float32(0.9999)
    for b in range(len(peaks)):
        if peaks[b] > low:
            counts[int((peaks[b] - low) * scale)] += 1
    taken, last = 0, bins
    while last > 0 and taken < wanted:
        last -= 1
        taken += counts[last]
    return low + np.float32(last) / scale


@compiled
def largest(values: Float64, n: int) -> float:
    """The largest of the first ``n`` values, 0 at least."""
    high = 0.0
    for i in range(n):
        high = max(high, values[i])
    return high


@compiled
def strongest(found: Int32, excess: Float64, violators: int, room: int) -> int:
    """Keep at most ``room`` violators, the strongest half of the room at least."""
    if violators <= room:
        return violators
    limit, n = largest(excess, violators), 0
    while n < room // 2:
        limit *= 0.7
        n = 0
        for i in range(violators):
            n += 1 if excess[i] > limit else 0
    kept = 0
    for i in range(violators):
        if excess[i] > limit and kept < room:
            found[kept] = found[i]
            excess[kept] = excess[i]
            kept += 1
    return kept


@compiled
def solve_block(
    x: Float64,
    c: Float32,
    penalties: Float64,
    atoms: Atoms,
    room: int,
    work: tuple[Support, Candidates, Screen],
    index: Int32,
    weight: Float64,
    count: Int32,
    gap: Float64,
) -> None:
    """Solve rows x (n, d) with correlations c (n, K), each with its own penalty.

    The rows' lengths are between 1/2 and 1. ``index``, ``weight`` (n, S), ``count`` and ``gap``
    (n,) take the answers; what they hold before is where each row starts from, as in a path over
    penalties.
    """
    support, candidates, screening = work
    for row in range(len(penalties)):
        l1 = penalties[row]
        if count[row] > 0:
            size = m = _warm(
                c[row], l1, atoms, support, candidates, index[row], weight[row, : count[row]]
            )
        else:
            size, m = 0, most_correlated(c[row], l1, candidates.atom[:room], screening)
        if m > 0:
            size, gap[row] = _solve(
                x[row], c[row], l1, atoms, support, candidates, screening, m, size
            )
        else:
            gap[row] = 0.0
        for a in range(size):
            index[row, a] = support.who[ATOM, a]
            weight[row, a] = support.values[WEIGHT, a]
        count[row] = size


@compiled
def _solve(
    x: Float64,
    c: Float32,
    l1: float,
    atoms: Atoms,
    support: Support,
    candidates: Candidates,
    screening: Screen,
    m: int,
    size: int,
) -> tuple[int, float]:
    """Rounds on ``m`` candidates, of which ``size`` are a support; its new size and the gap."""
    full = len(support.vectors)
    found, excess = screening.found, screening.excess
    room = len(candidates.atom) - full
    gap = worst = np.inf
    for _ in range(ROUNDS):
        if m > size:
            open_round(c, l1, atoms, support, candidates, excess, m, size)
            size = descend(c, l1, atoms, support, candidates, m, size)
        above = screen(x, c, l1, atoms, support, screening, size)
        violators, gap = _certified(x, c, l1, atoms, support, screening, above, room, size)
        if violators == 0 or size == full:
            break
        before, worst = worst, largest(excess, violators)
        # What violates the bound is refused by the support: nothing has moved.
        if worst == before:
            break
        violators = strongest(found, excess, violators, room)
        for a in range(size):
            candidates.atom[a] = support.who[ATOM, a]
            support.who[PLACE, a] = a
        for i in range(violators):
            candidates.atom[size + i] = found[i]
        m = size + violators
    return size, gap


@compiled
def _certified(
    x: Float64,
    c: Float32,
    l1: float,
    atoms: Atoms,
    support: Support,
    screening: Screen,
    above: float,
    room: int,
    size: int,
) -> tuple[int, float]:
    """Violators among the atoms that are nearly above; where there are none at all, the gap."""
    nearly, peaks, found = screening.nearly, screening.peaks, screening.found
    passed = collect(nearly, peaks, above, found)
    if passed > 2 * room:
        # Those that seem the strongest will do for a round.
        seem = most_correlated(nearly, l1, found[: 2 * room], screening)
        violators = violating(atoms.rows, l1, screening, seem)
        if violators > 0:
            return violators, np.inf
        passed = collect(nearly, peaks, above, found)
    violators = violating(atoms.rows, l1, screening, passed)
    if violators > 0:
        return violators, np.inf
    moved = refine(x, l1, atoms.rest, support, screening.residual, size)
    if moved > SLACK * l1:
        above = screen(x, c, l1, atoms, support, screening, size)
        passed = collect(nearly, peaks, above, found)
        violating(atoms.rows, l1, screening, passed)
        moved = 0.0
    return certify(l1, atoms, support, screening, passed, moved, size)


@compiled
def _warm(
    c: Float32,
    l1: float,
    atoms: Atoms,
    support: Support,
    candidates: Candidates,
    index: Int32,
    weight: Float64,
) -> int:
    """Start from a support and its weights: the exact answer on that support."""
    size = a = 0
    while a < len(weight):
        n, first = min(TOGETHER, len(weight) - a), size
        for i in range(n):
            support.who[ATOM, size + i] = index[a + i]
        gram_entries(atoms, support, size, n)
        for i in range(n):
            atom = support.who[ATOM, first + i]
            a += 1
            # The entries of the next count this one: they are made anew without it.
            if not append(support, i, c[atom] - l1, size):
                break
            support.values[WEIGHT, size] = weight[a - 1]
            support.who[PLACE, size] = size
            size += 1
    return settle(support, candidates.state, size)
