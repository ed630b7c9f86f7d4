"""The support of a pursuit: an atom enters, all weights are fitted again; needs numba on import."""

from __future__ import annotations

from typing import NamedTuple

from concept_core.solvers.factor import extend
from concept_core.solvers.kernels import compiled, dot64
from concept_core.solvers.support import settle
from concept_core.solvers.workspace import (
    ATOM,
    FORWARD,
    IN,
    PLACE,
    TARGET,
    WEIGHT,
    Float64,
    Int8,
    Int32,
    Support,
)

UNCORRELATED = 1e-9
"""A correlation that is none, relative to the row's length."""

_DEPENDENT = 1e-10
"""Squared distance of an atom from the span of the support below which it adds nothing."""


class Entered(NamedTuple):
    """What has entered the support, in order, and left it too early."""

    atom: Int32  # (E,)
    state: Int8  # (E,) IN, or what `settle` says of one that has left


@compiled
def refit(
    x: Float64,
    atoms: Float64,
    atom: int,
    support: Support,
    entered: Entered,
    residual: Float64,
    size: int,
    n: int,
    norm: float,
) -> tuple[int, int]:
    """Weights with the atom just appended; the sizes after it."""
    n = book(atom, support, entered, size, n)
    size = settle(support, entered.state, size + 1)
    return _return(x, atoms, support, entered, residual, size, n, norm)


@compiled
def append(x: Float64, atoms: Float64, atom: int, support: Support, size: int) -> bool:
    """Put an atom at the end of the support, unless it lies in the span of those before it."""
    entries, values, added = support.entries[0], support.values, atoms[atom]
    for a in range(size):
        entries[a] = dot64(added, atoms[support.who[ATOM, a]])
    entries[size] = dot64(added, added)
    target = dot64(added, x)
    values[TARGET, size] = target
    support.who[ATOM, size] = atom
    return extend(support.factor, entries, values[FORWARD], target, size, _DEPENDENT)


@compiled
def book(atom: int, support: Support, entered: Entered, size: int, n: int) -> int:
    """Enter the atom just appended, with no weight yet; returns how many have entered."""
    support.values[WEIGHT, size] = 0.0
    support.who[PLACE, size] = n
    entered.atom[n] = atom
    entered.state[n] = IN
    return n + 1


@compiled
def residual_of(x: Float64, atoms: Float64, support: Support, residual: Float64, size: int) -> None:
    """Fill ``residual`` (d,) for the weights of a support."""
    weight, who = support.values[WEIGHT], support.who[ATOM]
    for k in range(len(x)):
        residual[k] = x[k]
    for a in range(size):
        w, atom = weight[a], atoms[who[a]]
        for k in range(len(x)):
            residual[k] -= w * atom[k]


@compiled
def _return(
    x: Float64,
    atoms: Float64,
    support: Support,
    entered: Entered,
    residual: Float64,
    size: int,
    n: int,
    norm: float,
) -> tuple[int, int]:
    """Take back atoms that have left too early: the fit is the best on all that it started from."""
    left = 0
    for e in range(n):
        left += 1 if entered.state[e] != IN else 0
    if left == 0:
        return size, n
    residual_of(x, atoms, support, residual, size)
    e = 0
    while e < n and n < len(entered.atom):
        atom = entered.atom[e]
        if (
            entered.state[e] != IN
            and dot64(atoms[atom], residual) > UNCORRELATED * norm
            and append(x, atoms, atom, support, size)
        ):
            entered.state[e] = IN
            n = book(atom, support, entered, size, n)
            size = settle(support, entered.state, size + 1)
            residual_of(x, atoms, support, residual, size)
            e = -1
        e += 1
    # Whether they come back later, the pursuit decides.
    for e in range(n):
        entered.state[e] = IN
    return size, n
