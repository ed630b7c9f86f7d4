"""Gradients of the candidates of a row, compiled; needs numba on import."""

from __future__ import annotations

import numpy as np

from concept_core.solvers.kernels import STEP, compiled
from concept_core.solvers.workspace import (
    ATOM,
    FREE,
    IN,
    SLOT,
    WEIGHT,
    Candidates,
    Float32,
    Float64,
    Int8,
    Support,
)


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
