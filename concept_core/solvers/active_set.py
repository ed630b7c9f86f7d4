"""The certified working set for one block of rows, compiled; needs numba on import.

Per row: take the atoms that correlate most, solve the non-negative problem on them exactly
(Lawson and Hanson 1974, chapter 23, with the shift c - l1 for the penalty), bound what all other
atoms could still do, take in those that violate the bound, and go on from there.
"""

from __future__ import annotations

import numpy as np

from concept_core.solvers.candidates import most_correlated, strongest
from concept_core.solvers.kernels import (
    STEP,
    collect,
    compiled,
    dot32,
    dot64,
    screen,
    solve_backward,
    solve_forward,
)
from concept_core.solvers.support import append, descend, open_round, settle
from concept_core.solvers.workspace import (
    ATOM,
    ERROR,
    PLACE,
    SLOT,
    TILE,
    TRIAL,
    WEIGHT,
    Candidates,
    Float32,
    Float64,
    Int8,
    Int32,
    Screen,
    Support,
)

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
    room: int,
    work: tuple[Support, Candidates, Screen],
    index: Int32,
    weight: Float64,
    count: Int32,
    gap: Float64,
) -> None:
    """Solve unit rows x (n, d) with correlations c (n, K), each with its own penalty.

    ``index``, ``weight`` (n, S), ``count`` and ``gap`` (n,) take the answers; what they hold
    before is where each row starts from, as in a path over penalties.
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
                x[row], c[row], l1, atoms, gram, support, candidates, screening, m, size
            )
        else:
            gap[row] = 0.0
        for a in range(size):
            index[row, a] = support.who[ATOM, a]
            weight[row, a] = support.values[WEIGHT, a]
        count[row] = size


@compiled
def _solve(
    x: Float32,
    c: Float32,
    l1: float,
    atoms: Float32,
    gram: Int8,
    support: Support,
    candidates: Candidates,
    screening: Screen,
    m: int,
    size: int,
) -> tuple[int, float]:
    """Rounds on ``m`` candidates, of which ``size`` are a support; its new size and the gap."""
    full = len(support.vectors)
    room = len(candidates.atom) - full
    found, excess = screening.found, screening.excess
    gap = np.inf
    for _ in range(ROUNDS):
        if m > size:
            open_round(c, l1, gram, support, candidates, excess, m, size)
            size = descend(c, l1, atoms, gram, support, candidates, m, size)
        passed = _sift(x, c, l1, gram, support, screening, size)
        violators = _violators(atoms, l1, screening, passed)
        if violators == 0:
            _refine(x, l1, support, screening.residual, size)
            violators, gap = _certify(l1, atoms, support, screening, passed, size)
        if violators == 0 or size == full:
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
def _warm(
    c: Float32,
    l1: float,
    atoms: Float32,
    support: Support,
    candidates: Candidates,
    index: Int32,
    weight: Float64,
) -> int:
    """Start from a support and its weights: the exact answer on that support."""
    size = 0
    for a in range(len(weight)):
        if append(atoms, index[a], c[index[a]] - l1, support, size):
            support.values[WEIGHT, size] = weight[a]
            support.who[PLACE, size] = size
            size += 1
    return settle(support, candidates.state, size)


@compiled
def _refine(x: Float32, l1: float, support: Support, residual: Float64, size: int) -> None:
    """Weights to float64 accuracy on the support, by refinement with the float32 Gram's factor.

    Leaves the residual in ``residual`` and c - l1 of the support in its row ``ERROR``.
    """
    vectors, slot = support.vectors, support.who[SLOT]
    weight, error, trial = support.values[WEIGHT], support.values[ERROR], support.values[TRIAL]
    for k in range(len(x)):
        residual[k] = x[k]
    for a in range(size):
        _subtract(residual, weight[a], vectors[slot[a]])
    for _ in range(4):
        worst, largest, clipped = 0.0, 0.0, False
        for a in range(size):
            error[a] = dot64(vectors[slot[a]], residual) - l1
            worst = max(worst, abs(error[a]))
        if worst <= _EXACT:
            break
        solve_forward(support.factor, size, error, trial)
        solve_backward(support.factor, size, trial, error)
        for a in range(size):
            step = max(error[a], -weight[a])
            clipped |= step > error[a]
            largest = max(largest, abs(step))
            weight[a] += step
            _subtract(residual, step, vectors[slot[a]])
            error[a] = 0.0
        # What is left is the step times the rounding of the float32 Gram: below _EXACT.
        if largest < 1e-5 and not clipped:
            break


@compiled
def _subtract(residual: Float64, weight: float, vector: Float32) -> None:
    for k in range(len(residual)):
        residual[k] -= weight * np.float64(vector[k])


@compiled
def _sift(
    x: Float32,
    c: Float32,
    l1: float,
    gram: Int8,
    support: Support,
    screening: Screen,
    size: int,
) -> int:
    """Atoms that may violate the dual bound, in ``found``; what is left out, cannot.

    Returns how many; the support is not among them. Leaves the residual in ``shadow``.
    """
    weight, atom, slot = support.values[WEIGHT, :size], support.who[ATOM, :size], support.who[SLOT]
    shadow, member, found = screening.shadow, screening.member, screening.found
    for k in range(len(x)):
        shadow[k] = x[k]
    total = 0.0
    for a in range(size):
        total += weight[a]
        member[atom[a]] = 1
        vector, w = support.vectors[slot[a]], np.float32(weight[a])
        for k in range(len(shadow)):
            shadow[k] -= w * vector[k]
    above = float(l1 - total * (0.5 * STEP + _ROUNDING) - _ROUNDING)
    passed = 0
    for start in range(0, len(c), TILE):
        part = c[start : start + TILE]
        screen(gram, part, start, atom, weight, screening.tile)
        passed = collect(screening.tile[: len(part)], screening.peaks, start, above, found, passed)
    if passed > len(found):
        return passed
    others = 0
    for i in range(passed):
        if member[found[i]] == 0:
            found[others] = found[i]
            others += 1
    for a in range(size):
        member[atom[a]] = 0
    return others


@compiled
def _violators(atoms: Float32, l1: float, screening: Screen, passed: int) -> int:
    """Atoms that violate the bound even in float32: counted, and moved to the front of ``found``.

    ``excess`` takes the excess of all.
    """
    found, excess, n = screening.found, screening.excess, 0
    for i in range(min(passed, len(found))):
        excess[i] = np.float64(dot32(atoms[found[i]], screening.shadow)) - l1
    for i in range(min(passed, len(found))):
        if excess[i] > l1 * _VIOLATES + _ROUNDING:
            found[n], found[i] = found[i], found[n]
            excess[n], excess[i] = excess[i], excess[n]
            n += 1
    return n


@compiled
def _certify(
    l1: float, atoms: Float32, support: Support, screening: Screen, passed: int, size: int
) -> tuple[int, float]:
    """The exact count of violators, and the relative duality gap; after `_sift` and `_refine`."""
    weight, error = support.values[WEIGHT], support.values[ERROR]
    found, excess, residual = screening.found, screening.excess, screening.residual
    best, violators = l1, 0
    for i in range(min(passed, len(found))):
        if excess[i] > -2 * _ROUNDING:
            value = dot64(atoms[found[i]], residual)
            best = max(best, value)
            if value > l1 * (1 + _VIOLATES):
                found[violators] = found[i]
                excess[violators] = value - l1
                violators += 1
    energy, total, slack = 0.0, 0.0, 0.0
    for k in range(len(residual)):
        energy += residual[k] * residual[k]
    for a in range(size):
        best = max(best, error[a] + l1)
    scale = l1 / best
    for a in range(size):
        total += weight[a]
        slack += weight[a] * (l1 - scale * (error[a] + l1))
    gap = max(slack + 0.5 * (1.0 - scale) ** 2 * energy, 0.0) / (0.5 * energy + l1 * total)
    return violators, gap if passed <= len(found) else np.inf
