"""A support that grows by a few atoms and shrinks by one, compiled; needs numba on import.

Lawson and Hanson's active set on a few candidates: atoms whose gradient is positive enter, the
weights move towards the exact solution on the support until one of them would turn negative, and
that atom leaves.
"""

from __future__ import annotations

import numpy as np

from concept_core.solvers.factor import extend, remove, solve_backward
from concept_core.solvers.kernels import STEP, compiled, dot32
from concept_core.solvers.workspace import (
    ATOM,
    BLOCKED,
    ERROR,
    FORWARD,
    FREE,
    IN,
    NEW,
    PLACE,
    SLOT,
    TARGET,
    TOGETHER,
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

_STRONG = np.float32(0.3)
"""What gradient, relative to the first that enters, lets others enter with it."""

_SHARE = 6
"""A support of so many atoms lets one more enter between two exact solutions."""

_INSIDE = 1e-6
"""Squared distance of an atom from the span of the support below which it counts as inside."""

_TINY = 1e-300


@compiled
def open_round(
    c: Float32,
    l1: float,
    atoms: Atoms,
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
        near_entries(atoms, support.who[ATOM, a], candidates, support.who[SLOT, a], m)
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
def near_entries(atoms: Atoms, atom: int, candidates: Candidates, slot: int, m: int) -> None:
    """Gram entries of an atom with ``m`` candidates, nearly."""
    near, entries, others = candidates.near[slot], atoms.gram[atom], candidates.atom
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
    state, full = candidates.state, len(support.vectors)
    for _ in range(4 * full + m):
        most = min(4 + size // _SHARE, TOGETHER, full - size)
        n = _choose(atoms, support, candidates, most, m, size)
        if n == 0:
            break
        size = _enter(c, l1, atoms, support, candidates, n, m, size)
        size = settle(support, state, size)
        for a in range(size):
            state[support.who[PLACE, a]] = IN
        update(c, l1, support, candidates, m, size)
    return size


@compiled
def _choose(
    atoms: Atoms, support: Support, candidates: Candidates, most: int, m: int, size: int
) -> int:
    """Pick candidates to enter: the largest gradient, as if each before had it as its weight.

    Those steps of matching pursuit let a few atoms enter for one exact solution. Returns how many.
    """
    gradient, state = candidates.gradient, candidates.state
    first = np.float32(0)
    for n in range(most):
        best, place = max(_ENTER, _STRONG * first), -1
        for i in range(m):
            if gradient[i] > best and state[i] == FREE:
                best, place = gradient[i], i
        if place < 0:
            return n
        first = max(first, best)
        candidates.pick[n] = place
        state[place] = NEW
        slot = support.who[SLOT, size + n]
        near_entries(atoms, candidates.atom[place], candidates, slot, m)
        near = candidates.near[slot]
        for i in range(m):
            gradient[i] -= best * near[i]
    return most


@compiled
def _enter(
    c: Float32,
    l1: float,
    atoms: Atoms,
    support: Support,
    candidates: Candidates,
    n: int,
    m: int,
    size: int,
) -> int:
    """Put the ``n`` picked at the end of the support, up to one in the span of those before it.

    If that is the first of them, it is exchanged for an atom of the support, or blocked. Returns
    the support's size.
    """
    state, pick, who = candidates.state, candidates.pick, support.who
    for i in range(n):
        who[ATOM, size + i] = candidates.atom[pick[i]]
    gram_entries(atoms, support, size, n)
    entered = size
    for i in range(n):
        place, atom = pick[i], who[ATOM, size + i]
        if not append(support, i, c[atom] - l1, entered):
            for later in range(i, n):
                state[pick[later]] = FREE
            if i == 0:
                return _exchange(c, l1, atoms, support, candidates, place, m, size)
            break
        support.values[WEIGHT, entered] = 0.0
        who[PLACE, entered] = place
        entered += 1
    return entered


@compiled
def _exchange(
    c: Float32,
    l1: float,
    atoms: Atoms,
    support: Support,
    candidates: Candidates,
    place: int,
    m: int,
    size: int,
) -> int:
    """Let an atom enter that was refused, and another leave for it, if something is gained."""
    state, atom = candidates.state, candidates.atom[place]
    size, start = _make_room(support, state, size)
    support.who[ATOM, size] = atom
    if start > 0.0:
        gram_entries(atoms, support, size, 1)
    if start <= 0.0 or not append(support, 0, c[atom] - l1, size):
        state[place] = BLOCKED
        return size
    near_entries(atoms, atom, candidates, support.who[SLOT, size], m)
    support.values[WEIGHT, size] = start
    support.who[PLACE, size] = place
    state[place] = NEW
    return size + 1


@compiled
def append(support: Support, i: int, target: float, size: int) -> bool:
    """Put the atom of ``entries[i]`` at the end of the support's factor.

    False, if it lies in the span of those before it.
    """
    values = support.values
    values[TARGET, size] = target
    return extend(support.factor, support.entries[i], values[FORWARD], target, size, _INSIDE)


@compiled
def gram_entries(atoms: Atoms, support: Support, size: int, n: int) -> None:
    """Bring in vectors of the ``n`` atoms from place ``size``; row i of ``entries``: those of one.

    Its Gram entries with all atoms before it, and with itself.
    """
    vectors, entries = support.vectors, support.entries
    atom, slot = support.who[ATOM], support.who[SLOT]
    for i in range(n):
        added, source = vectors[slot[size + i]], atoms.rows[atom[size + i]]
        for k in range(len(added)):
            added[k] = source[k]
    if len(atoms.exact):
        for i in range(n):
            row, known = entries[i], atoms.exact[atom[size + i]]
            for b in range(size + i + 1):
                row[b] = known[atom[b]]
        return
    i = 0
    while i + 4 <= n:
        _four_rows(vectors, slot, entries, i, size)
        i += 4
    for j in range(n):
        start = 0 if j >= i else size
        for b in range(start, size + j + 1):
            entries[j, b] = dot32(vectors[slot[b]], vectors[slot[size + j]])


@compiled
def _four_rows(vectors: Float32, slot: Int32, entries: Float64, i: int, size: int) -> None:
    """Products of four new vectors with the support, two by two."""
    v0, v1 = vectors[slot[size + i]], vectors[slot[size + i + 1]]
    v2, v3 = vectors[slot[size + i + 2]], vectors[slot[size + i + 3]]
    for b in range(0, size, 2):
        last = min(b + 1, size - 1)
        u0, u1 = vectors[slot[b]], vectors[slot[last]]
        t00 = t01 = t10 = t11 = t20 = t21 = t30 = t31 = np.float32(0)
        for k in range(len(v0)):
            t00 += v0[k] * u0[k]
            t01 += v0[k] * u1[k]
            t10 += v1[k] * u0[k]
            t11 += v1[k] * u1[k]
            t20 += v2[k] * u0[k]
            t21 += v2[k] * u1[k]
            t30 += v3[k] * u0[k]
            t31 += v3[k] * u1[k]
        entries[i, b], entries[i + 1, b], entries[i + 2, b], entries[i + 3, b] = t00, t10, t20, t30
        entries[i, last], entries[i + 1, last] = t01, t11
        entries[i + 2, last], entries[i + 3, last] = t21, t31


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
    values, who = support.values, support.who
    # What rounding let in and the exact solution does not: not again in this round.
    place = who[PLACE, out]
    state[place] = BLOCKED if state[place] == NEW else FREE
    slot, last = who[SLOT, out], size - 1
    for a in range(out, last):
        for row in range(len(who)):
            who[row, a] = who[row, a + 1]
        values[WEIGHT, a] = values[WEIGHT, a + 1]
        values[TARGET, a] = values[TARGET, a + 1]
    who[SLOT, last] = slot
    remove(support.factor, values[FORWARD], out, size, values[TRIAL], values[ERROR])
    return last
