"""What all atoms could still do to a row; compiled, needs numba on import."""

from __future__ import annotations

import numpy as np

from concept_core.solvers.factor import solve_backward, solve_forward
from concept_core.solvers.kernels import (
    FINE,
    STEP,
    compiled,
    dot32,
    dot64,
    take_off_all,
)
from concept_core.solvers.workspace import (
    ATOM,
    ERROR,
    SLOT,
    TRIAL,
    WEIGHT,
    Atoms,
    Float32,
    Float64,
    Screen,
    Support,
)

_VIOLATES = 3e-7
"""Relative violation of the dual bound above which an atom joins the candidates."""

_EXACT = 1e-8
"""How near to l1, relative to it, the correlations of the support are brought."""

SLACK = 1e-3
"""By how much the refinement may move weights, relative to l1, without another screen."""

_MANY = 256
"""Atoms that the int8 Gram matrix may let through: more are thinned out by its finer part."""

ROUNDING = 2e-6
"""Bound on the rounding of float32 correlations and screens, for each unit of weight."""


@compiled
def refine(
    x: Float64, l1: float, rest: Float32, support: Support, residual: Float64, size: int
) -> float:
    """Weights to float64 accuracy on the support, by refinement with the float32 Gram's factor.

    ``rest`` is what float32 leaves out of the atoms. Leaves the residual in ``residual``, and the
    support's correlations with it, less l1, in its row ``ERROR``. Returns by how much weights have
    moved, all together: no correlation has changed by more.
    """
    vectors, slot, atom = support.vectors, support.who[SLOT], support.who[ATOM]
    weight, error, trial = support.values[WEIGHT], support.values[ERROR], support.values[TRIAL]
    for k in range(len(x)):
        residual[k] = x[k]
    for a in range(size):
        _subtract(residual, weight[a], vectors[slot[a]], rest, atom[a])
    moved = 0.0
    for turn in range(7):
        worst, largest, clipped = 0.0, 0.0, False
        for a in range(size):
            error[a] = _product(vectors[slot[a]], rest, atom[a], residual) - l1
            worst = max(worst, abs(error[a]))
        if worst <= _EXACT * l1 or turn == 6:
            break
        solve_forward(support.factor, size, error, trial)
        solve_backward(support.factor, size, trial, trial)
        for a in range(size):
            step = max(trial[a], -weight[a])
            clipped |= step > trial[a]
            largest = max(largest, abs(step))
            moved += abs(step)
            weight[a] += step
            _subtract(residual, step, vectors[slot[a]], rest, atom[a])
        # What is left is the step times the rounding of the float32 Gram: below _EXACT.
        if largest < 1e-4 * l1 and not clipped:
            for a in range(size):
                error[a] = 0.0
            break
    return moved


@compiled
def _product(vector: Float32, rest: Float32, atom: int, residual: Float64) -> float:
    value = dot64(vector, residual)
    return value + dot64(rest[atom], residual) if len(rest) else value


@compiled
def _subtract(residual: Float64, weight: float, vector: Float32, rest: Float32, atom: int) -> None:
    for k in range(len(residual)):
        residual[k] -= weight * np.float64(vector[k])
    if len(rest):
        for k in range(len(residual)):
            residual[k] -= weight * np.float64(rest[atom, k])


@compiled
def screen(
    x: Float64, c: Float32, l1: float, atoms: Atoms, support: Support, screening: Screen, size: int
) -> float:
    """Correlations of all atoms with the residual, in ``nearly``; minus infinity for the support.

    Returns a value that the correlation of no atom is above l1 below, not even after all weights
    together have moved by ``SLACK`` l1. Leaves the residual in ``shadow``.
    """
    weight, atom, slot = support.values[WEIGHT, :size], support.who[ATOM, :size], support.who[SLOT]
    shadow, nearly = screening.shadow, screening.nearly
    for k in range(len(x)):
        shadow[k] = np.float32(x[k])
    total = 0.0
    for a in range(size):
        total += weight[a]
        vector, w = support.vectors[slot[a]], np.float32(weight[a])
        for k in range(len(shadow)):
            shadow[k] -= w * vector[k]
    for k in range(len(c)):
        nearly[k] = c[k]
    take_off_all(atoms.gram, STEP, nearly, atom, weight)
    above = l1 * (1 - SLACK) - 3 * ROUNDING - total * ROUNDING
    error = total * 0.5 * float(STEP)
    if len(atoms.finer) and _count(nearly, above - error) > _MANY:
        take_off_all(atoms.finer, FINE, nearly, atom, weight)
        error = total * 0.5 * float(FINE)
    for a in range(size):
        nearly[atom[a]] = np.float32(-np.inf)
    return above - error


@compiled
def _count(values: Float32, above: float) -> int:
    """How many values are above."""
    limit, n = np.float32(above), 0
    for k in range(len(values)):
        n += 1 if values[k] > limit else 0
    return n


@compiled
def violating(atoms: Float32, l1: float, screening: Screen, passed: int) -> int:
    """Atoms that violate the bound even in float32: counted, and moved to the front of ``found``.

    ``excess`` takes the excess of all.
    """
    found, excess, n = screening.found, screening.excess, 0
    for i in range(min(passed, len(found))):
        excess[i] = np.float64(dot32(atoms[found[i]], screening.shadow)) - l1
    for i in range(min(passed, len(found))):
        if excess[i] > l1 * _VIOLATES + ROUNDING:
            found[n], found[i] = found[i], found[n]
            excess[n], excess[i] = excess[i], excess[n]
            n += 1
    return n


@compiled
def certify(
    l1: float,
    atoms: Atoms,
    support: Support,
    screening: Screen,
    passed: int,
    moved: float,
    size: int,
) -> tuple[int, float]:
    """The exact count of violators, and the relative duality gap; after `screen` and `refine`.

    ``moved`` is what the latter says: how far the excess of an atom may have changed since.
    """
    weight, error = support.values[WEIGHT], support.values[ERROR]
    found, excess, residual = screening.found, screening.excess, screening.residual
    best, violators = l1, 0
    for i in range(min(passed, len(found))):
        if excess[i] > -3 * ROUNDING - moved:
            value = _product(atoms.rows[found[i]], atoms.rest, found[i], residual)
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
