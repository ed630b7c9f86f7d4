"""The certified working set for one block of rows, compiled; needs numba on import.

Per row: take the atoms that correlate most, solve the non-negative problem on them exactly
(Lawson and Hanson 1974, chapter 23, with the shift c - l1 for the penalty), bound what all other
atoms could still do, take in those that violate the bound, and go on from there.
"""

from __future__ import annotations

import numpy as np

from concept_core.solvers.bound import ROUNDING, certify, refine, sift, violating
from concept_core.solvers.candidates import most_correlated, strongest
from concept_core.solvers.gradients import open_round
from concept_core.solvers.kernels import compiled
from concept_core.solvers.support import append, descend, settle
from concept_core.solvers.workspace import (
    ATOM,
    PLACE,
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
    room = len(candidates.atom) - full
    found, excess = screening.found, screening.excess
    gap = np.inf
    for _ in range(ROUNDS):
        if m > size:
            open_round(c, l1, atoms.gram, support, candidates, excess, m, size)
            size = descend(c, l1, atoms, support, candidates, m, size)
        passed = sift(x, c, l1, atoms.gram, support, screening, size)
        violators = violating(atoms.rows, l1, screening, passed)
        if violators == 0:
            if refine(x, l1, atoms.rest, support, screening.residual, size) > ROUNDING:
                passed = sift(x, c, l1, atoms.gram, support, screening, size)
                violating(atoms.rows, l1, screening, passed)
            violators, gap = certify(l1, atoms, support, screening, passed, size)
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
    atoms: Atoms,
    support: Support,
    candidates: Candidates,
    index: Int32,
    weight: Float64,
) -> int:
    """Start from a support and its weights: the exact answer on that support."""
    size = 0
    for a in range(len(weight)):
        if append(atoms.rows, index[a], c[index[a]] - l1, support, size):
            support.values[WEIGHT, size] = weight[a]
            support.who[PLACE, size] = size
            size += 1
    return settle(support, candidates.state, size)
