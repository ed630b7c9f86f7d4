"""The certified working set for one block of rows, compiled; needs numba on import.

Per row: take the atoms that correlate most, solve the non-negative problem on them exactly
(Lawson and Hanson 1974, chapter 23, with the shift c - l1 for the penalty), bound what all other
atoms could still do, take in those that violate the bound, and go on from there.
"""

from __future__ import annotations

import numpy as np

from concept_core.solvers.kernels import (
    STEP,
    collect,
    compiled,
    dot64,
    screen,
    solve_backward,
    solve_forward,
)
from concept_core.solvers.support import append, descend, open_round, settle
from concept_core.solvers.workspace import TILE, Float32, Float64, Int8, Int32, Workspace

ROUNDS = 40
"""Rounds of solve and certify after which a row is given up; real rows need one to three."""

_VIOLATES = 3e-7
"""Relative violation of the dual bound above which an atom joins the candidates."""

_EXACT = 1e-9
"""How near to l1 the correlations of the support are brought; rows have length 1."""

_ROUNDING = 2e-6
"""Bound on the rounding of float32 correlations and screens, for each unit of weight."""


@compiled
def solve_block(
    x: Float32,
    c: Float32,
    penalties: Float64,
    atoms: Float32,
    gram: Int8,
    ws: Workspace,
    room: int,
    index: Int32,
    weight: Float64,
    count: Int32,
    gap: Float64,
) -> None:
    """Solve unit rows x (n, d) with correlations c (n, K), each with its own penalty.

    ``index``, ``weight`` (n, S), ``count`` and ``gap`` (n,) take the answers; what they hold
    before is where each row starts from, as in a path over penalties.
    """
    for row in range(len(x)):
        l1 = penalties[row]
        size, gap[row] = _solve_row(
            x[row], c[row], l1, atoms, gram, ws, room, index[row], weight[row], count[row]
        )
        for a in range(size):
            index[row, a] = ws.atom[a]
            weight[row, a] = ws.weight[a]
        count[row] = size


@compiled
def _solve_row(
    x: Float32,
    c: Float32,
    l1: float,
    atoms: Float32,
    gram: Int8,
    ws: Workspace,
    room: int,
    index: Int32,
    weight: Float64,
    count: int,
) -> tuple[int, float]:
    """The support's size and the gap; the support is in the workspace."""
    full = len(ws.weight)
    size = 0
    if count > 0:
        size = _warm(c, l1, atoms, ws, index, weight, count)
        m = size
    else:
        m = most_correlated(c, l1, room, ws.candidate, ws.scratch)
        if m == 0:
            return 0, 0.0
    violators, gap = 0, np.inf
    for turn in range(ROUNDS):
        if turn > 0 or count == 0:
            open_round(c, l1, gram, ws, m, size, turn > 0)
            size = descend(c, l1, atoms, gram, ws, m, size)
        _refine(x, l1, ws, size)
        violators, gap = _certify(c, l1, atoms, gram, ws, size)
        if violators == 0 or size == full:
            break
        violators = _strongest(ws, violators, len(ws.candidate) - full)
        for a in range(size):
            ws.candidate[a] = ws.atom[a]
            ws.place[a] = a
        for i in range(violators):
            ws.candidate[size + i] = ws.found[i]
        m = size + violators
    return size, gap


@compiled
def most_correlated(c: Float32, l1: float, room: int, out: Int32, scratch: Int32) -> int:
    """Some ``room`` atoms with the largest correlations above l1, by a histogram."""
    limit = np.float32(l1)
    best = np.float32(0)
    for j in range(len(c)):
        best = max(best, c[j])
    if best <= limit:
        return 0
    n = 0
    for j in range(len(c)):
        scratch[n] = j
        n += 1 if c[j] > limit else 0
    if n <= room:
        out[:n] = scratch[:n]
        return n
    bins = 128
    counts = np.zeros(bins, np.int32)
    scale = np.float32(bins) / (best - limit) * np.float32(0.9999)
    for i in range(n):
        counts[int((c[scratch[i]] - limit) * scale)] += 1
    taken, last = 0, bins - 1
    while last > 0 and taken + counts[last] <= room:
        taken += counts[last]
        last -= 1
    # Where even the best bin is too full: as many of it as there is room.
    lowest = limit + np.float32(last + 1 if taken > 0 else last) / scale
    m = 0
    for i in range(n):
        if c[scratch[i]] >= lowest and m < room:
            out[m] = scratch[i]
            m += 1
    return m


@compiled
def _warm(
    c: Float32,
    l1: float,
    atoms: Float32,
    ws: Workspace,
    index: Int32,
    weight: Float64,
    count: int,
) -> int:
    """Start from a support and its weights: the exact answer on that support."""
    size = 0
    for a in range(count):
        if size < len(ws.weight) and append(c, l1, atoms, ws, index[a], size):
            ws.weight[size] = weight[a]
            ws.place[size] = size
            size += 1
    return settle(ws, size)


@compiled
def _refine(x: Float32, l1: float, ws: Workspace, size: int) -> None:
    """Weights to float64 accuracy on the support, by refinement with the float32 Gram's factor.

    Leaves the residual in ``ws.residual`` and c - l1 of the support in ``ws.error``.
    """
    d = len(x)
    for k in range(d):
        ws.residual[k] = x[k]
    for a in range(size):
        _subtract(ws.residual, ws.weight[a], ws.vectors[ws.slot[a]], d)
    for _ in range(4):
        worst = 0.0
        for a in range(size):
            ws.error[a] = dot64(ws.vectors[ws.slot[a]], ws.residual, d) - l1
            worst = max(worst, abs(ws.error[a]))
        if worst <= _EXACT:
            break
        solve_forward(ws.factor, size, ws.error, ws.trial)
        solve_backward(ws.factor, size, ws.trial, ws.error)
        for a in range(size):
            step = max(ws.error[a], -ws.weight[a])
            ws.weight[a] += step
            _subtract(ws.residual, step, ws.vectors[ws.slot[a]], d)


@compiled
def _subtract(residual: Float64, weight: float, vector: Float32, d: int) -> None:
    for k in range(d):
        residual[k] -= weight * np.float64(vector[k])


@compiled
def _certify(
    c: Float32, l1: float, atoms: Float32, gram: Int8, ws: Workspace, size: int
) -> tuple[int, float]:
    """How many atoms violate the dual bound (in ``ws.found``), and the relative duality gap.

    The screen's error is bounded: what it does not let through cannot violate.
    """
    k, d = atoms.shape
    total, slack = 0.0, 0.0
    for a in range(size):
        total += ws.weight[a]
    above = l1 - total * (0.5 * STEP + _ROUNDING) - _ROUNDING
    found = 0
    for start in range(0, k, TILE):
        stop = min(k, start + TILE)
        screen(gram, c, ws.atom, ws.weight, size, ws.tile, start, stop)
        found = collect(ws.tile, stop - start, start, above, ws.found, found)
    for a in range(size):
        ws.member[ws.atom[a]] = 1
    best, violators = l1, 0
    for i in range(min(found, len(ws.found))):
        j = ws.found[i]
        if ws.member[j] == 0:
            value = dot64(atoms[j], ws.residual, d)
            best = max(best, value)
            if value > l1 * (1 + _VIOLATES):
                ws.found[violators] = j
                ws.excess[violators] = value - l1
                violators += 1
    for a in range(size):
        ws.member[ws.atom[a]] = 0
        best = max(best, ws.error[a] + l1)
    energy = 0.0
    for i in range(d):
        energy += ws.residual[i] * ws.residual[i]
    scale = l1 / best
    for a in range(size):
        slack += ws.weight[a] * (l1 - scale * (ws.error[a] + l1))
    gap = max(slack + 0.5 * (1.0 - scale) ** 2 * energy, 0.0) / (0.5 * energy + l1 * total)
    return violators, gap if found <= len(ws.found) else np.inf


@compiled
def _strongest(ws: Workspace, violators: int, room: int) -> int:
    """Keep at most ``room`` violators, the strongest half of the room at least."""
    if violators <= room:
        return violators
    highest = 0.0
    for i in range(violators):
        highest = max(highest, ws.excess[i])
    limit, n = highest, 0
    while n < room // 2:
        limit *= 0.7
        n = 0
        for i in range(violators):
            n += 1 if ws.excess[i] > limit else 0
    kept = 0
    for i in range(violators):
        if ws.excess[i] > limit and kept < room:
            ws.found[kept] = ws.found[i]
            ws.excess[kept] = ws.excess[i]
            kept += 1
    return kept
