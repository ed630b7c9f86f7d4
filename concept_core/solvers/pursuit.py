"""The pursuit for one block of rows, compiled; needs numba on import.

Which atom correlates most with a residual is screened with a Gram matrix, and decided in float64
among those that the screen's error leaves possible. Beyond a few atoms, over many, they enter some
at a time, as if only the candidates of `lookahead` were there; where another atom was better, the
pursuit goes back to that step. The answer is that of the definition.
"""

from __future__ import annotations

import math

import numpy as np

from concept_core.solvers.factor import solve_backward
from concept_core.solvers.kernels import FINE, STEP, compiled, dot64, take_off_all
from concept_core.solvers.lookahead import (
    EACH,
    ERROR,
    LOOKED,
    ROUNDING,
    SHARE,
    STEPS,
    Sight,
    decide,
    first_wrong,
    guess,
    keep,
    look,
    note,
    sight,
    within,
)
from concept_core.solvers.pursuit_support import (
    UNCORRELATED,
    Entered,
    append,
    book,
    refit,
    residual_of,
)
from concept_core.solvers.workspace import (
    ATOM,
    FORWARD,
    TRIAL,
    WEIGHT,
    Float32,
    Float64,
    Int32,
    PursuitAtoms,
    Support,
)

_FEW = 12
"""Atoms of a support up to which the int8 Gram matrix leaves little choice without its finer part.

Beyond, to look at what it leaves takes longer than to thin it out.
"""

_AHEAD = 24
"""Atoms of a support from which on a row of the int8 Gram matrix is shared by a few steps."""

Work = tuple[Support, Entered, Sight]


def pursuit_workspace(limit: int, k: int, d: int) -> Work:
    """Arrays for supports of up to ``limit`` atoms, over k atoms of dimension d."""
    s, entries = limit + 1, 8 * limit + 8
    support = Support(
        np.empty((0, 0), np.float32),
        np.empty((1, s)),
        np.empty((s, s)),
        np.zeros((5, s)),
        np.zeros((3, s), np.int32),
    )
    entered = Entered(np.empty(entries, np.int32), np.empty(entries, np.int8))
    return support, entered, sight(s, k, d)


@compiled
def pursue_block(
    x: Float64,
    c: Float32,
    limit: int,
    atoms: PursuitAtoms,
    work: Work,
    index: Int32,
    weight: Float64,
    count: Int32,
) -> None:
    """At most ``limit`` atoms for each row x (n, d) with correlations c (n, K).

    ``index``, ``weight`` (n, limit) and ``count`` (n,) take the answers.
    """
    support, entered, view = work
    for row in range(len(count)):
        size = _pursue(x[row], c[row], limit, atoms, support, entered, view)
        for a in range(size):
            index[row, a] = support.who[ATOM, a]
            weight[row, a] = support.values[WEIGHT, a]
        count[row] = size


@compiled
def _pursue(
    x: Float64,
    c: Float32,
    limit: int,
    atoms: PursuitAtoms,
    support: Support,
    entered: Entered,
    view: Sight,
) -> int:
    """The pursuit for one row; returns the size of the support."""
    norm = math.sqrt(dot64(x, x))
    size, n = 0, 0
    one_by_one = limit if len(atoms.exact) else min(limit, _AHEAD)
    while size < one_by_one and n < len(entered.atom):
        atom = _best_atom(x, c, atoms, support, view, size, norm)
        if atom < 0 or not append(x, atoms.double, atom, support, size):
            return size
        size, n = refit(x, atoms.double, atom, support, entered, view.residual, size, n, norm)
    if size < limit and n < len(entered.atom):
        size = _pursue_ahead(x, c, limit, atoms, support, entered, view, size, n, norm)
    return size


@compiled
def _best_atom(
    x: Float64,
    c: Float32,
    atoms: PursuitAtoms,
    support: Support,
    view: Sight,
    size: int,
    norm: float,
) -> int:
    """The atom that correlates most with the residual, the first among equals; -1 if none does.

    The residual is made only where the screen leaves a choice.
    """
    who, weight, total = support.who[ATOM, :size], support.values[WEIGHT, :size], 0.0
    for a in range(size):
        total += weight[a]
    nearly = view.nearly
    for k in range(len(c)):
        nearly[k] = c[k]
    if len(atoms.exact):
        take_off_all(atoms.exact, np.float32(1), nearly, who, weight)
        off = ROUNDING
    else:
        take_off_all(atoms.gram, STEP, nearly, who, weight)
        off = float(STEP) / 2
        if size > _FEW and len(atoms.finer):
            take_off_all(atoms.finer, FINE, nearly, who, weight)
            off = float(FINE) / 2
    error = np.float32(total * off + ROUNDING + size * EACH)
    n, high = within(view, nearly, error)
    if n == 1 and high > error + UNCORRELATED * norm:
        return int(view.found[0])
    residual_of(x, atoms.double, support, view.residual, size)
    return decide(atoms, view, view.residual, n, norm, -1, UNCORRELATED * norm)[0]


@compiled
def _pursue_ahead(
    x: Float64,
    c: Float32,
    limit: int,
    atoms: PursuitAtoms,
    support: Support,
    entered: Entered,
    view: Sight,
    size: int,
    n: int,
    norm: float,
) -> int:
    """Go on from a support, several steps between two screens; returns its size at the end."""
    # Nothing is known but c: the first screen begins anew.
    few, taken, view.about[SHARE] = 0, 0, 0.5
    view.about[LOOKED] = view.about[ERROR] = np.inf
    while True:
        first = size
        size, n, steps, changed = _ahead(
            x, limit, atoms, support, entered, view, size, n, norm, few, taken
        )
        if steps == 0:
            break
        look(c, atoms, support, view, changed, steps, first)
        atom, step = first_wrong(atoms, view, steps, norm)
        if atom == view.choice[step] and size == limit:
            break
        taken = first + step
        few = keep(support, view, step, taken)
        for a in range(taken):
            support.values[WEIGHT, a] = view.weights[step, a]
        n -= size - taken
        size = taken
        if atom < 0 or n == len(entered.atom) or not append(x, atoms.double, atom, support, size):
            break
        size, n = refit(x, atoms.double, atom, support, entered, view.residual, size, n, norm)
    return size


@compiled
def _ahead(
    x: Float64,
    limit: int,
    atoms: PursuitAtoms,
    support: Support,
    entered: Entered,
    view: Sight,
    size: int,
    n: int,
    norm: float,
    few: int,
    taken: int,
) -> tuple[int, int, int, int]:
    """Steps with candidates alone, as long as no atom leaves.

    Returns the sizes of the support and of what has entered, the number of steps, and of weights
    that have changed since ``nearly``. The atom chosen after the last step has not entered, unless
    the support is full.
    """
    steps = changed = 0
    while True:
        known = changed
        changed = note(support, view, taken, steps, size)
        if size == limit:
            break
        residual = view.residuals[steps]
        residual_of(x, atoms.double, support, residual, size)
        found = guess(atoms.gram, view, few, known, changed, steps)
        atom, best = decide(atoms, view, residual, found, norm, -1, UNCORRELATED * norm)
        view.choice[steps], view.best[steps] = atom, best
        steps += 1
        if steps == STEPS or atom < 0 or n == len(entered.atom):
            break
        if not append(x, atoms.double, atom, support, size) or not _stay(support, size + 1):
            break
        n = book(atom, support, entered, size, n)
        size += 1
        for a in range(size):
            support.values[WEIGHT, a] = support.values[TRIAL, a]
    return size, n, steps, changed


@compiled
def _stay(support: Support, size: int) -> bool:
    """Whether all atoms have a weight in the exact solution, which is left in ``TRIAL``."""
    trial = support.values[TRIAL]
    solve_backward(support.factor, size, support.values[FORWARD], trial)
    least = np.inf
    for a in range(size):
        least = min(least, trial[a])
    return least > 0.0


@compiled
def pursue_step(
    x: Float64,
    limit: int,
    atoms: PursuitAtoms,
    work: Work,
    sizes: Int32,
) -> bool:
    """One more atom for a row, by correlations in ``nearly`` that were multiplied out anew.

    ``sizes`` (2,) are those of the support and of what has entered. Returns whether to go on.
    """
    support, entered, view = work
    size, n, residual = sizes[0], sizes[1], view.residual
    norm = math.sqrt(dot64(x, x))
    found, _ = within(view, view.nearly, np.float32(ROUNDING))
    atom, _ = decide(atoms, view, residual, found, norm, -1, UNCORRELATED * norm)
    if atom < 0 or not append(x, atoms.double, atom, support, size):
        return False
    size, n = refit(x, atoms.double, atom, support, entered, residual, size, n, norm)
    residual_of(x, atoms.double, support, residual, size)
    sizes[0], sizes[1] = size, n
    return size < limit and n < len(entered.atom)
