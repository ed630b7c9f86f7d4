"""Which atoms are looked at first, and which join them; compiled, needs numba on import."""

from __future__ import annotations

import numpy as np

from concept_core.solvers.kernels import compiled, strided_maxima
from concept_core.solvers.workspace import Float32, Float64, Int32, Screen


@compiled
def most_correlated(c: Float32, l1: float, out: Int32, screening: Screen) -> int:
    """Fill ``out`` with atoms of the largest correlations above l1; returns how many there are.

    A bound is taken from the maxima of short runs of atoms, so that few runs are looked into.
    The certificate finds what this leaves out.
    """
    k, room = len(c), len(out)
    runs = max(k // (16 if k <= 4096 else 32), 1)
    peaks = screening.runs[:runs]
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
def strongest(found: Int32, excess: Float64, violators: int, room: int) -> int:
    """Keep at most ``room`` violators, the strongest half of the room at least."""
    if violators <= room:
        return violators
    limit = 0.0
    for i in range(violators):
        limit = max(limit, excess[i])
    n = 0
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
