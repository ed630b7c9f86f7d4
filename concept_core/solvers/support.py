"""A support that grows and shrinks by one atom, compiled; needs numba on import.

Lawson and Hanson's active set on a few candidates: an atom whose gradient is positive enters, the
weights move towards the exact solution on the support until one of them would turn negative, and
that atom leaves.
"""

from __future__ import annotations

import numpy as np

from concept_core.solvers.kernels import STEP, compiled, dot32, factorise, solve_backward
from concept_core.solvers.workspace import Float32, Int8, Workspace

FREE, IN, BLOCKED = 0, 1, 2

ENTER = np.float32(1e-7)
"""Gradient above which a candidate enters; rows have length 1."""

_TINY = 1e-300


@compiled
def open_round(
    c: Float32, l1: float, gram: Int8, ws: Workspace, m: int, size: int, exact: bool
) -> None:
    """Gradients of ``m`` candidates, the support first.

    With ``exact`` the gradient of candidates behind the support is known (``ws.excess``) and
    that of the support is zero: the rounding of the Gram entries is corrected by that.
    """
    for a in range(size):
        _near(gram, ws, ws.atom[a], ws.slot[a], m)
    for i in range(m):
        ws.offset[i] = 0
        ws.state[i] = IN if i < size else FREE
    gradients(c, l1, ws, m, size)
    if exact:
        for i in range(m):
            known = np.float32(0) if i < size else np.float32(ws.excess[i - size])
            ws.offset[i] = known - ws.gradient[i]
            ws.gradient[i] = known


@compiled
def gradients(c: Float32, l1: float, ws: Workspace, m: int, size: int) -> None:
    """Correlation of each candidate with the residual, less the penalty."""
    shift = np.float32(l1)
    for i in range(m):
        ws.gradient[i] = c[ws.candidate[i]] - shift + ws.offset[i]
    a = 0
    while a + 4 <= size:
        n0, n1 = ws.near[ws.slot[a]], ws.near[ws.slot[a + 1]]
        n2, n3 = ws.near[ws.slot[a + 2]], ws.near[ws.slot[a + 3]]
        w0, w1 = np.float32(ws.weight[a]), np.float32(ws.weight[a + 1])
        w2, w3 = np.float32(ws.weight[a + 2]), np.float32(ws.weight[a + 3])
        for i in range(m):
            ws.gradient[i] -= w0 * n0[i] + w1 * n1[i] + w2 * n2[i] + w3 * n3[i]
        a += 4
    while a < size:
        n0, w0 = ws.near[ws.slot[a]], np.float32(ws.weight[a])
        for i in range(m):
            ws.gradient[i] -= w0 * n0[i]
        a += 1


@compiled
def _near(gram: Int8, ws: Workspace, atom: int, slot: int, m: int) -> None:
    entries, row = gram[atom], ws.near[slot]
    for i in range(m):
        row[i] = np.float32(entries[ws.candidate[i]]) * STEP


@compiled
def descend(
    c: Float32, l1: float, atoms: Float32, gram: Int8, ws: Workspace, m: int, size: int
) -> int:
    """The exact solution over ``m`` candidates from a feasible start; returns the support's size.

    It ends early where the workspace is full.
    """
    for _ in range(4 * len(ws.weight)):
        best, place = ENTER, -1
        for i in range(m):
            if ws.gradient[i] > best and ws.state[i] == FREE:
                best, place = ws.gradient[i], i
        if place < 0 or size == len(ws.weight):
            break
        atom = ws.candidate[place]
        start = 0.0
        if not append(c, l1, atoms, ws, atom, size):
            size, start = _make_room(ws, size)
            if start <= 0.0 or not append(c, l1, atoms, ws, atom, size):
                ws.state[place] = BLOCKED
                continue
        ws.weight[size] = start
        ws.place[size] = place
        ws.state[place] = IN
        _near(gram, ws, atom, ws.slot[size], m)
        size = settle(ws, size + 1)
        # Rounding let it in, the exact solution does not: not again in this round.
        if ws.state[place] == FREE:
            ws.state[place] = BLOCKED
        gradients(c, l1, ws, m, size)
    return size


@compiled
def append(c: Float32, l1: float, atoms: Float32, ws: Workspace, atom: int, size: int) -> bool:
    """Put an atom at the end of the support, unless it lies in the span of those before it."""
    d = atoms.shape[1]
    vector = ws.vectors[ws.slot[size]]
    source = atoms[atom]
    for k in range(d):
        vector[k] = source[k]
    for b in range(size):
        value = dot32(vector, ws.vectors[ws.slot[b]], d)
        ws.gram[size, b] = value
        ws.gram[b, size] = value
    ws.gram[size, size] = dot32(vector, vector, d)
    ws.target[size] = c[atom] - l1
    ws.atom[size] = atom
    return factorise(ws.factor, ws.gram, ws.forward, ws.target, size, size + 1) > size


@compiled
def _make_room(ws: Workspace, size: int) -> tuple[int, float]:
    """Exchange for the atom just refused, which is a sum of the support's atoms.

    If it needs less weight than they do for the same vector, weight moves to it until one of them
    has none left and leaves. Returns the size and the weight moved; 0 if nothing is to be gained.
    """
    solve_backward(ws.factor, size, ws.factor[size], ws.trial)
    total, step, out = 0.0, np.inf, -1
    for a in range(size):
        total += ws.trial[a]
        if ws.trial[a] > 1e-6 and ws.weight[a] < step * ws.trial[a]:
            step, out = ws.weight[a] / ws.trial[a], a
    if out < 0 or total <= 1.0 or step <= 0.0:
        return size, 0.0
    for a in range(size):
        ws.weight[a] = max(ws.weight[a] - step * ws.trial[a], 0.0)
    return leave(ws, out, size), step


@compiled
def settle(ws: Workspace, size: int) -> int:
    """Move the weights to the exact solution on the support; atoms that it refuses leave."""
    while size > 0:
        solve_backward(ws.factor, size, ws.forward, ws.trial)
        step, out = 2.0, -1
        for a in range(size):
            if ws.trial[a] <= 0.0:
                t = ws.weight[a] / (ws.weight[a] - ws.trial[a] + _TINY)
                if t < step:
                    step, out = t, a
        if out < 0:
            break
        for a in range(size):
            ws.weight[a] += step * (ws.trial[a] - ws.weight[a])
        size = leave(ws, out, size)
    for a in range(size):
        ws.weight[a] = ws.trial[a]
    return size


@compiled
def leave(ws: Workspace, out: int, size: int) -> int:
    """Take the atom at place ``out`` from the support; returns its new size."""
    ws.state[ws.place[out]] = FREE
    slot = ws.slot[out]
    last = size - 1
    for a in range(out, last):
        ws.place[a] = ws.place[a + 1]
        ws.atom[a] = ws.atom[a + 1]
        ws.weight[a] = ws.weight[a + 1]
        ws.target[a] = ws.target[a + 1]
        ws.slot[a] = ws.slot[a + 1]
        for b in range(size):
            ws.gram[a, b] = ws.gram[a + 1, b]
    ws.slot[last] = slot
    for a in range(last):
        for b in range(out, last):
            ws.gram[a, b] = ws.gram[a, b + 1]
    factorise(ws.factor, ws.gram, ws.forward, ws.target, out, last)
    return last
