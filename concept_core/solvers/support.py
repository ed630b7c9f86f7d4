"""A support that grows and shrinks by one atom, compiled; needs numba on import.

Lawson and Hanson's active set on a few candidates: an atom whose gradient is positive enters, the
weights move towards the exact solution on the support until one of them would turn negative, and
that atom leaves.
"""

from __future__ import annotations

import numpy as np

from concept_core.solvers.kernels import STEP, compiled, dot32, factorise, solve_backward
from concept_core.solvers.workspace import (
    ATOM,
    BLOCKED,
    FORWARD,
    FREE,
    IN,
    NEW,
    PLACE,
    SLOT,
    TARGET,
    TRIAL,
    WEIGHT,
    Atoms,
    Candidates,
    Float32,
    Float64,
    Int8,
    Int32,
    Support,
)

_ENTER = np.float32(1e-7)
"""Gradient above which a candidate enters; rows have length 1."""

_TOGETHER = 4
"""Atoms that enter between two exact solutions, at most."""

_STRONG = np.float32(0.5)
"""What gradient, relative to the first that enters, lets others enter with it."""

_INSIDE = 1e-6
"""Squared distance of an atom from the span of the support below which it counts as inside."""

_TINY = 1e-300


@compiled
def open_round(
    c: Float32,
    l1: float,
    gram: Int8,
    support: Support,
    candidates: Candidates,
    excess: Float64,
    m: int,
    size: int,
) -> None:
    """Gradients of ``m`` candidates, the support first.

    Where there is a support, its gradient is zero and that of the others is ``excess``: the
    rounding of the Gram entries is corrected by that.
    """
    for a in range(size):
        near_entries(gram, support.who[ATOM, a], candidates, support.who[SLOT, a], m)
    for i in range(m):
        candidates.offset[i] = 0
        candidates.state[i] = IN if i < size else FREE
    update(c, l1, support, candidates, m, size)
    if size > 0:
        for i in range(m):
            known = np.float32(0) if i < size else np.float32(excess[i - size])
            candidates.offset[i] = known - candidates.gradient[i]
            candidates.gradient[i] = known


@compiled
def update(
    c: Float32, l1: float, support: Support, candidates: Candidates, m: int, size: int
) -> None:
    """Correlation of each candidate with the residual, less the penalty."""
    shift = np.float32(l1)
    gradient, near, weight = candidates.gradient, candidates.near, support.values[WEIGHT]
    atom, offset, slot = candidates.atom, candidates.offset, support.who[SLOT]
    for i in range(m):
        gradient[i] = c[atom[i]] - shift + offset[i]
    a = 0
    while a + 4 <= size:
        n0, n1, n2, n3 = near[slot[a]], near[slot[a + 1]], near[slot[a + 2]], near[slot[a + 3]]
        w0, w1 = np.float32(weight[a]), np.float32(weight[a + 1])
        w2, w3 = np.float32(weight[a + 2]), np.float32(weight[a + 3])
        for i in range(m):
            gradient[i] -= w0 * n0[i] + w1 * n1[i] + w2 * n2[i] + w3 * n3[i]
        a += 4
    while a < size:
        n0, w0 = near[slot[a]], np.float32(weight[a])
        for i in range(m):
            gradient[i] -= w0 * n0[i]
        a += 1


@compiled
def near_entries(gram: Int8, atom: int, candidates: Candidates, slot: int, m: int) -> None:
    """Gram entries of an atom with ``m`` candidates, nearly."""
    near, entries, others = candidates.near[slot], gram[atom], candidates.atom
    for i in range(m):
        near[i] = np.float32(entries[others[i]]) * STEP


@compiled
def descend(
    c: Float32,
    l1: float,
    atoms: Atoms,
    support: Support,
    candidates: Candidates,
    m: int,
    size: int,
) -> int:
    """The exact solution over ``m`` candidates from a feasible start; returns the support's size.

    It ends early where the workspace is full.
    """
    gradient, state = candidates.gradient, candidates.state
    full = len(support.vectors)
    for _ in range(4 * full):
        start, first, before = 0.0, np.float32(0), size
        while size < min(full, before + _TOGETHER):
            best, place = max(_ENTER, _STRONG * first), -1
            for i in range(m):
                if gradient[i] > best and state[i] == FREE:
                    best, place = gradient[i], i
            if place < 0:
                break
            atom = candidates.atom[place]
            target = c[atom] - l1
            if not append(atoms.rows, atom, target, support, size):
                if size > before:
                    break
                size, start = _make_room(support, state, size)
                before = size
                if start <= 0.0 or not append(atoms.rows, atom, target, support, size):
                    state[place] = BLOCKED
                    continue
            _enter(atoms.gram, support, candidates, atom, place, start, m, size)
            first, start, size = max(first, best), 0.0, size + 1
        if size == before:
            break
        size = settle(support, state, size)
        for a in range(size):
            state[support.who[PLACE, a]] = IN
        update(c, l1, support, candidates, m, size)
    return size


@compiled
def _enter(
    gram: Int8,
    support: Support,
    candidates: Candidates,
    atom: int,
    place: int,
    start: float,
    m: int,
    size: int,
) -> None:
    """Book the atom just appended; gradients as if its weight were its gradient.

    That step of matching pursuit lets a few atoms enter for one exact solution.
    """
    slot = support.who[SLOT, size]
    support.values[WEIGHT, size] = start
    support.who[PLACE, size] = place
    candidates.state[place] = NEW
    near_entries(gram, atom, candidates, slot, m)
    gradient, near = candidates.gradient, candidates.near[slot]
    step = gradient[place]
    for i in range(m):
        gradient[i] -= step * near[i]


@compiled
def append(atoms: Float32, atom: int, target: float, support: Support, size: int) -> bool:
    """Put an atom at the end of the support, unless it lies in the span of those before it."""
    vectors, gram, values, slot = support.vectors, support.gram, support.values, support.who[SLOT]
    added, source = vectors[slot[size]], atoms[atom]
    for k in range(len(added)):
        added[k] = source[k]
    _products(vectors, slot, added, gram, size)
    values[TARGET, size] = target
    support.who[ATOM, size] = atom
    rows = factorise(support.factor, gram, values[FORWARD], values[TARGET], size, size + 1, _INSIDE)
    return rows > size


@compiled
def _products(vectors: Float32, slot: Int32, added: Float32, gram: Float64, size: int) -> None:
    """The Gram entries of a new vector with those of the support, and with itself."""
    b = 0
    while b + 4 <= size:
        v0, v1 = vectors[slot[b]], vectors[slot[b + 1]]
        v2, v3 = vectors[slot[b + 2]], vectors[slot[b + 3]]
        t0 = t1 = t2 = t3 = np.float32(0)
        for k in range(len(added)):
            t0 += added[k] * v0[k]
            t1 += added[k] * v1[k]
            t2 += added[k] * v2[k]
            t3 += added[k] * v3[k]
        gram[size, b], gram[size, b + 1], gram[size, b + 2], gram[size, b + 3] = t0, t1, t2, t3
        b += 4
    while b < size:
        gram[size, b] = dot32(added, vectors[slot[b]])
        b += 1
    for a in range(size):
        gram[a, size] = gram[size, a]
    gram[size, size] = dot32(added, added)


@compiled
def _make_room(support: Support, state: Int8, size: int) -> tuple[int, float]:
    """Exchange for the atom just refused, which is a sum of the support's atoms.

    If it needs less weight than they do for the same vector, weight moves to it until one of them
    has none left and leaves. Returns the size and the weight moved; 0 if nothing is to be gained.
    """
    weight, share = support.values[WEIGHT], support.values[TRIAL]
    solve_backward(support.factor, size, support.factor[size], share)
    total, step, out = 0.0, np.inf, -1
    for a in range(size):
        total += share[a]
        if share[a] > 1e-6 and weight[a] < step * share[a]:
            step, out = weight[a] / share[a], a
    if out < 0 or total <= 1.0 or step <= 0.0:
        return size, 0.0
    for a in range(size):
        weight[a] = max(weight[a] - step * share[a], 0.0)
    return _leave(support, state, out, size), step


@compiled
def settle(support: Support, state: Int8, size: int) -> int:
    """Move the weights to the exact solution on the support; atoms that it refuses leave."""
    weight, trial = support.values[WEIGHT], support.values[TRIAL]
    while size > 0:
        solve_backward(support.factor, size, support.values[FORWARD], trial)
        step, out = 2.0, -1
        for a in range(size):
            if trial[a] <= 0.0:
                t = weight[a] / (weight[a] - trial[a] + _TINY)
                if t < step:
                    step, out = t, a
        if out < 0:
            break
        for a in range(size):
            weight[a] += step * (trial[a] - weight[a])
        size = _leave(support, state, out, size)
    for a in range(size):
        weight[a] = trial[a]
    return size


@compiled
def _leave(support: Support, state: Int8, out: int, size: int) -> int:
    """Take the atom at place ``out`` from the support; returns its new size."""
    gram, values, who = support.gram, support.values, support.who
    # What rounding let in and the exact solution does not: not again in this round.
    place = who[PLACE, out]
    state[place] = BLOCKED if state[place] == NEW else FREE
    slot, last = who[SLOT, out], size - 1
    for a in range(out, last):
        for row in range(len(who)):
            who[row, a] = who[row, a + 1]
        values[WEIGHT, a] = values[WEIGHT, a + 1]
        values[TARGET, a] = values[TARGET, a + 1]
        for b in range(size):
            gram[a, b] = gram[a + 1, b]
    who[SLOT, last] = slot
    for a in range(last):
        for b in range(out, last):
            gram[a, b] = gram[a, b + 1]
    factorise(support.factor, gram, values[FORWARD], values[TARGET], out, last, 0.0)
    return last
