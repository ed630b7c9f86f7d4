"""A Cholesky factor that grows and shrinks by one atom, compiled; needs numba on import.

Row i of the factor L belongs to the i-th atom of the support; its diagonal holds reciprocals. The
forward solution y of L y = target is kept beside it, as if it were one more row.
"""

from __future__ import annotations

import math

from concept_core.solvers.kernels import compiled
from concept_core.solvers.workspace import Float64


@compiled
def extend(
    factor: Float64, entries: Float64, forward: Float64, target: float, size: int, inside: float
) -> bool:
    """Row ``size`` of the factor, from the atom's Gram entries with those before it and itself.

    False, if the square of its distance from the span of those before it is below ``inside``:
    then the row holds the Gram entries' forward solution, and no diagonal.
    """
    row = factor[size]
    squares = _forward_row(factor, entries, row, size)
    pivot = entries[size] - squares
    if pivot < inside:
        return False
    row[size] = 1.0 / math.sqrt(pivot)
    value = target
    for k in range(size):
        value -= row[k] * forward[k]
    forward[size] = value * row[size]
    return True


@compiled
def _forward_row(factor: Float64, entries: Float64, row: Float64, size: int) -> float:
    """``row`` with L row = entries, four places at a time; returns the sum of its squares."""
    squares, j = 0.0, 0
    while j + 4 <= size:
        f0, f1, f2, f3 = factor[j], factor[j + 1], factor[j + 2], factor[j + 3]
        v0, v1, v2, v3 = entries[j], entries[j + 1], entries[j + 2], entries[j + 3]
        for k in range(j):
            v0 -= row[k] * f0[k]
            v1 -= row[k] * f1[k]
            v2 -= row[k] * f2[k]
            v3 -= row[k] * f3[k]
        v0 *= f0[j]
        v1 = (v1 - v0 * f1[j]) * f1[j + 1]
        v2 = (v2 - v0 * f2[j] - v1 * f2[j + 1]) * f2[j + 2]
        v3 = (v3 - v0 * f3[j] - v1 * f3[j + 1] - v2 * f3[j + 2]) * f3[j + 3]
        row[j], row[j + 1], row[j + 2], row[j + 3] = v0, v1, v2, v3
        squares += v0 * v0 + v1 * v1 + v2 * v2 + v3 * v3
        j += 4
    while j < size:
        other, value = factor[j], entries[j]
        for k in range(j):
            value -= row[k] * other[k]
        value *= other[j]
        row[j] = value
        squares += value * value
        j += 1
    return squares


@compiled
def remove(
    factor: Float64, forward: Float64, out: int, size: int, cosines: Float64, sines: Float64
) -> None:
    """Take row and column ``out`` from a factor of ``size`` rows, by Givens rotations.

    The rows below move up, and their column ``out`` is rotated into the others, one after the
    other: a few steps for each entry behind ``out`` instead of a new factor. ``cosines`` and
    ``sines`` (size,) are overwritten. Golub and Van Loan, "Matrix Computations", section 6.5.
    """
    i = out + 1
    while i + 4 <= size:
        c0, c1, c2, c3 = _rotate_four(factor, out, i, cosines, sines)
        _close(factor, i, i, c0, cosines, sines)
        _close(factor, i + 1, i, c1, cosines, sines)
        _close(factor, i + 2, i, c2, cosines, sines)
        _close(factor, i + 3, i, c3, cosines, sines)
        i += 4
    while i < size:
        row, moved = factor[i], factor[i - 1]
        for k in range(out):
            moved[k] = row[k]
        _close(factor, i, out + 1, row[out], cosines, sines)
        i += 1
    carry = forward[out]
    for k in range(out + 1, size):
        value = forward[k]
        forward[k - 1] = cosines[k] * value + sines[k] * carry
        carry = cosines[k] * carry - sines[k] * value


@compiled
def _rotate_four(
    factor: Float64, out: int, i: int, cosines: Float64, sines: Float64
) -> tuple[float, float, float, float]:
    """The rotations known so far, on four rows from ``i``; what is left of their column ``out``.

    Four at a time, since each waits for the rotation before it.
    """
    above, f0, f1, f2, f3 = factor[i - 1], factor[i], factor[i + 1], factor[i + 2], factor[i + 3]
    c0, c1, c2, c3 = f0[out], f1[out], f2[out], f3[out]
    for k in range(out):
        above[k], f0[k], f1[k], f2[k] = f0[k], f1[k], f2[k], f3[k]
    for k in range(out + 1, i):
        c, s = cosines[k], sines[k]
        v0, v1, v2, v3 = f0[k], f1[k], f2[k], f3[k]
        above[k - 1] = c * v0 + s * c0
        c0 = c * c0 - s * v0
        f0[k - 1] = c * v1 + s * c1
        c1 = c * c1 - s * v1
        f1[k - 1] = c * v2 + s * c2
        c2 = c * c2 - s * v2
        f2[k - 1] = c * v3 + s * c3
        c3 = c * c3 - s * v3
    return c0, c1, c2, c3


@compiled
def _close(
    factor: Float64, i: int, first: int, carry: float, cosines: Float64, sines: Float64
) -> None:
    """The rotations from ``first`` on row i, and the new one that takes in what is left of it."""
    row, moved = factor[i], factor[i - 1]
    for k in range(first, i):
        value = row[k]
        moved[k - 1] = cosines[k] * value + sines[k] * carry
        carry = cosines[k] * carry - sines[k] * value
    diagonal = 1.0 / row[i]
    length = math.sqrt(diagonal * diagonal + carry * carry)
    cosines[i], sines[i] = diagonal / length, carry / length
    moved[i - 1] = 1.0 / length


@compiled
def solve_forward(factor: Float64, size: int, target: Float64, out: Float64) -> None:
    """Solve L out = target, which may be one array."""
    _forward_row(factor, target, out, size)


@compiled
def solve_backward(factor: Float64, size: int, forward: Float64, out: Float64) -> None:
    """Solve L^T out = forward, which may be one array."""
    for i in range(size):
        out[i] = forward[i]
    i = size - 1
    while i >= 3:
        f0, f1, f2, f3 = factor[i], factor[i - 1], factor[i - 2], factor[i - 3]
        v0 = out[i] * f0[i]
        v1 = (out[i - 1] - f0[i - 1] * v0) * f1[i - 1]
        v2 = (out[i - 2] - f0[i - 2] * v0 - f1[i - 2] * v1) * f2[i - 2]
        v3 = (out[i - 3] - f0[i - 3] * v0 - f1[i - 3] * v1 - f2[i - 3] * v2) * f3[i - 3]
        out[i], out[i - 1], out[i - 2], out[i - 3] = v0, v1, v2, v3
        for k in range(i - 3):
            out[k] -= f0[k] * v0 + f1[k] * v1 + f2[k] * v2 + f3[k] * v3
        i -= 4
    while i >= 0:
        row = factor[i]
        value = out[i] * row[i]
        out[i] = value
        for k in range(i):
            out[k] -= row[k] * value
        i -= 1
