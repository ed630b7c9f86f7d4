"""The pursuit for one block of rows, compiled; needs numba on import."""

from __future__ import annotations

import math

import numpy as np

from concept_core.solvers.kernels import compiled, dot64, factorise
from concept_core.solvers.pursuit_screen import UNCORRELATED, Screen, best_atom
from concept_core.solvers.support import settle
from concept_core.solvers.workspace import (
    ATOM,
    FORWARD,
    IN,
    PLACE,
    TARGET,
    WEIGHT,
    Dictionary,
    Float32,
    Float64,
    Int32,
    Support,
)

_DEPENDENT = 1e-10
"""Squared distance of an atom from the span of the support below which it adds nothing."""


def pursuit_workspace(limit: int, k: int, d: int) -> tuple[Support, Screen]:
    """Arrays for supports of up to ``limit`` atoms, over k atoms of dimension d."""
    s, entries = limit + 1, 8 * limit + 8
    support = Support(
        np.empty((0, 0), np.float32),
        np.empty((s, s)),
        np.empty((s, s)),
        np.zeros((5, s)),
        np.zeros((3, s), np.int32),
    )
    screen = Screen(
        np.empty(k, np.float32),
        np.empty(max(k // 32, 1), np.float32),
        np.empty(k, np.int32),
        np.empty(k, np.float32),
        np.empty(d),
        np.empty(d, np.float32),
        np.empty(entries, np.int32),
        np.empty(entries),
        np.empty(entries, np.int32),
        np.empty(entries),
        np.empty(entries, np.int8),
    )
    return support, screen


@compiled
def pursue_block(
    x: Float64,
    c: Float32,
    limit: int,
    atoms: Dictionary,
    work: tuple[Support, Screen],
    index: Int32,
    weight: Float64,
    count: Int32,
) -> None:
    """At most ``limit`` atoms for each row x (n, d) with correlations c (n, K).

    ``index``, ``weight`` (n, limit) and ``count`` (n,) take the answers.
    """
    support, screen = work
    for row in range(len(count)):
        size = _pursue(x[row], c[row], limit, atoms, support, screen)
        for a in range(size):
            index[row, a] = support.who[ATOM, a]
            weight[row, a] = support.values[WEIGHT, a]
        count[row] = size


@compiled
def _pursue(
    x: Float64,
    c: Float32,
    limit: int,
    atoms: Dictionary,
    support: Support,
    screen: Screen,
) -> int:
    """The pursuit for one row; returns the size of the support."""
    nearly, residual = screen.nearly, screen.residual
    norm = math.sqrt(dot64(x, x))
    for j in range(len(c)):
        nearly[j] = c[j]
    for k in range(len(x)):
        residual[k] = x[k]
    size, entered = 0, 0
    while size < limit and entered < len(screen.entry):
        atom = best_atom(atoms, support, screen, size, entered, norm)
        if atom < 0 or not _append(x, atoms.double, atom, support, size):
            break
        entered = _book(atom, support, screen, size, entered)
        size = settle(support, screen.state, size + 1)
        _residual(x, atoms.double, support, residual, size)
        size, entered = _return(x, atoms.double, support, screen, size, entered, norm)
    return size


@compiled
def _append(x: Float64, atoms: Float64, atom: int, support: Support, size: int) -> bool:
    """Put an atom at the end of the support, unless it lies in the span of those before it."""
    gram, values, mine = support.gram, support.values, atoms[atom]
    for a in range(size):
        gram[size, a] = gram[a, size] = dot64(mine, atoms[support.who[ATOM, a]])
    gram[size, size] = dot64(mine, mine)
    values[TARGET, size] = dot64(mine, x)
    support.who[ATOM, size] = atom
    rows = factorise(
        support.factor, gram, values[FORWARD], values[TARGET], size, size + 1, _DEPENDENT
    )
    return rows > size


@compiled
def _book(atom: int, support: Support, screen: Screen, size: int, entered: int) -> int:
    """Enter the atom just appended, with no weight yet; returns how many have entered."""
    support.values[WEIGHT, size] = 0.0
    support.who[PLACE, size] = entered
    screen.entry[entered] = atom
    screen.taken[entered] = 0.0
    screen.state[entered] = IN
    return entered + 1


@compiled
def _residual(x: Float64, atoms: Float64, support: Support, residual: Float64, size: int) -> None:
    for k in range(len(x)):
        residual[k] = x[k]
    for a in range(size):
        weight, atom = support.values[WEIGHT, a], atoms[support.who[ATOM, a]]
        for k in range(len(x)):
            residual[k] -= weight * atom[k]


@compiled
def _return(
    x: Float64,
    atoms: Float64,
    support: Support,
    screen: Screen,
    size: int,
    entered: int,
    norm: float,
) -> tuple[int, int]:
    """Take back atoms that have left too early: the fit is the best on all that it started from."""
    e = 0
    while e < entered and entered < len(screen.entry):
        atom = screen.entry[e]
        left = screen.state[e] != IN
        if (
            left
            and dot64(atoms[atom], screen.residual) > UNCORRELATED * norm
            and _append(x, atoms, atom, support, size)
        ):
            screen.state[e] = IN
            entered = _book(atom, support, screen, size, entered)
            size = settle(support, screen.state, size + 1)
            _residual(x, atoms, support, screen.residual, size)
            e = -1
        e += 1
    # Whether they come back later, the pursuit decides.
    for e in range(entered):
        screen.state[e] = IN
    return size, entered
