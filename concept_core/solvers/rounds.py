"""The working set by products with all atoms: no Gram matrix, for few rows and for many atoms.

The rows of a block go in step. Each is solved on its candidates; one float32 product of all
residuals with all atoms says which atoms violate the dual bound, and only rows with such atoms go
into the next round, and into its product. What the rounding of the product leaves open is computed
in float64.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from concept_core.solvers.base import Array, Rows, scaled_rows

Places: TypeAlias = NDArray[np.intp]

OnCandidates: TypeAlias = Callable[[Array, float, Places, Array], Array]
"""From a row (d,), its penalty, candidates (M,) and weights to start from, to their weights."""

_CANDIDATES = 96
"""Atoms beside the support of a row in one round, at most."""

_ROUNDS = 40
"""Rounds after which a row is given up; real rows need one to six."""

_VIOLATES = 3e-7
"""Relative violation of the dual bound above which an atom becomes a candidate."""

_WINDOW = 2e-6
"""Bound on the rounding of a float32 correlation of a unit atom with a residual of length 1."""

_PRODUCT = 1 << 24
"""Correlations made together, at most: 64 MiB."""

_TOGETHER = 1024
"""Atoms whose correlations are computed again together: 4 MB at d = 512."""


class RoundAtoms(NamedTuple):
    """K unit atoms, each once."""

    double: Array  # (K, d)
    single: NDArray[np.float32]  # (K, d)


@dataclass(slots=True, eq=False)
class RowAnswer:
    """The support of one row, and how good it is: infinite where nothing is certified."""

    atom: Places
    weight: Array
    gap: float = np.inf

    def residual(self, x: Array, atoms: RoundAtoms) -> Array:
        """What the answer leaves of x (d,)."""
        return np.asarray(x - self.weight @ atoms.double[self.atom])


def solve_rows(
    x: Rows, l1: float, atoms: RoundAtoms, on_candidates: OnCandidates
) -> list[RowAnswer]:
    """Solve rows x (n, d) of any length in rounds.

    Takes 4 bytes for each row and atom, up to 64 MiB. The products are made by the BLAS threads
    that there are.
    """
    rows, powers = scaled_rows(x.astype(np.float64))
    # No correlation with a row of length 1 is above 2, so that this penalty leaves nothing.
    penalties = np.minimum(l1 / powers, 2.0)
    answers = [RowAnswer(np.empty(0, np.intp), np.empty(0)) for _ in rows]
    left = list(range(len(rows)))
    for turn in range(_ROUNDS + 1):
        residuals = np.array([answers[row].residual(rows[row], atoms) for row in left])
        still = []
        for row, residual, c in zip(left, residuals, _correlated(residuals, atoms), strict=True):
            more = _certify(c, residual, float(penalties[row]), atoms, answers[row])
            if len(more) and turn < _ROUNDS:
                found = _solved(rows[row], penalties[row], answers[row], more, on_candidates)
                answers[row] = found
                still.append(row)
        if not still:
            break
        left = still
    for answer, power in zip(answers, powers, strict=True):
        answer.weight *= power
    return answers


def _correlated(residuals: Array, atoms: RoundAtoms) -> Iterator[NDArray[np.float32]]:
    """The correlations (K,) of each residual with all atoms, to be used before the next."""
    n, k = len(residuals), len(atoms.single)
    step = max(1, min(n, _PRODUCT // k))
    product = np.empty((step, k), np.float32)
    for start in range(0, n, step):
        part = residuals[start : start + step].astype(np.float32)
        yield from np.dot(part, atoms.single.T, out=product[: len(part)])


def _solved(
    x: Array, l1: float, answer: RowAnswer, more: Places, on_candidates: OnCandidates
) -> RowAnswer:
    """The answer on the support and more candidates."""
    candidates = np.concatenate([answer.atom, more])
    start = np.concatenate([answer.weight, np.zeros(len(more))])
    weight = on_candidates(x, l1, candidates, start)
    used = weight > 0
    return RowAnswer(candidates[used], weight[used])


def _certify(
    c: NDArray[np.float32], residual: Array, l1: float, atoms: RoundAtoms, answer: RowAnswer
) -> Places:
    """Which atoms violate the dual bound, the strongest of them; sets the gap where none surely do.

    The terms of the gap are those of ``certificate.relative_gap``. Overwrites the correlations of
    the support in c (K,).
    """
    c[answer.atom] = -2.0
    near = np.flatnonzero(c > np.float32(l1 - _WINDOW))
    sure = near[c[near] > np.float32(l1 + _WINDOW)]
    if len(sure):
        answer.gap = np.inf
        return _strongest(sure, c[sure])
    value = _correlations(atoms.double, near, residual)
    error = _correlations(atoms.double, answer.atom, residual) - l1
    best = max(l1, value.max(initial=0.0), l1 + error.max(initial=0.0))
    scale = l1 / best
    energy = float(residual @ residual)
    slack = float(answer.weight @ (l1 - scale * (error + l1)))
    primal = 0.5 * energy + l1 * float(answer.weight.sum())
    gap = max(slack + 0.5 * (1.0 - scale) ** 2 * energy, 0.0)
    answer.gap = gap / primal if primal > 0 else 0.0
    violates = value > l1 * (1 + _VIOLATES)
    return _strongest(near[violates], value[violates])


def _strongest(atom: Places, value: NDArray[np.floating]) -> Places:
    if len(atom) <= _CANDIDATES:
        return atom
    return np.sort(atom[np.argpartition(value, -_CANDIDATES)[-_CANDIDATES:]])


def _correlations(double: Array, atom: Places, residual: Array) -> Array:
    """Of atoms (M,) with a residual (d,), in float64."""
    if len(atom) <= _TOGETHER:
        return np.asarray(double[atom] @ residual)
    parts = [atom[i : i + _TOGETHER] for i in range(0, len(atom), _TOGETHER)]
    return np.concatenate([double[part] @ residual for part in parts])
