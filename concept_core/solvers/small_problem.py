"""One small non-negative quadratic problem, in plain numpy: nothing to compile, no torch.

Minimise 1/2 w'Gw - t'w over w >= 0, where G (M, M) is the Gram matrix of a row's candidates and t
(M,) their correlations with it, less the penalty. ``torch_small`` solves many of them side by side.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from concept_core.solvers.base import Array

_PULL = 1e-9
"""What of ``||w - start||^2`` joins the objective, so that dependent atoms are no exception."""

_VIOLATES = 1e-13
"""Slope above which an atom enters; rows have length 1."""

_STRONG = 0.3
"""What slope, relative to the largest, lets others enter with it."""

_EXACT = 1e-11
"""How near to zero refinement brings the slopes of the support."""

_PASSES = 3
"""Refinements, at most: one or two, unless atoms are nearly dependent."""


def minimum(gram: Array, target: Array, start: Array) -> Array:
    """The weights (M,) at which the objective is least, by active sets from ``start`` (M,) on.

    Notes
    -----
    Lawson and Hanson, "Solving least squares problems" (1974), chapter 23, but for two things.
    All atoms with a strong slope enter together. And the minimum on the support, cut off at zero,
    is taken where it lies lower than the first point on the way to it at which a weight is zero,
    as in Bertsekas, "Projected Newton methods" (1982), doi 10.1137/0320018. Every step descends,
    so that no support comes twice.
    """
    w, inside = start.copy(), start > 0
    pulled = target + _PULL * start
    for _ in range(50 + 3 * len(target)):
        here = np.flatnonzero(inside)
        matrix = gram[here[:, None], here]
        lowest = _on_support(matrix, pulled[here])
        if np.all(lowest >= 0):
            w[:] = 0.0
            w[here] = lowest
            slope = pulled - _PULL * w - gram[:, here] @ lowest
            slope[here] = 0.0
            top = slope.max(initial=0.0)
            if top <= _VIOLATES:
                break
            inside |= slope > max(_STRONG * top, _VIOLATES)
        else:
            step, leaves = _step(matrix, pulled[here], w[here], lowest)
            w[:] = 0.0
            w[here] = step
            inside[here[leaves]] = False
    return w


def _on_support(matrix: Array, target: Array) -> Array:
    """The minimum where weights may have any sign."""
    from scipy.linalg.lapack import dposv

    if not len(target):
        return target
    pulled = matrix.copy()
    pulled.flat[:: len(target) + 1] += _PULL
    found: Array = dposv(pulled, target, lower=1)[1]
    return found


def _step(matrix: Array, target: Array, w: Array, lowest: Array) -> tuple[Array, NDArray[np.bool_]]:
    """The lower of two steps towards the minimum, and who leaves."""
    below = lowest < 0
    ratio = np.where(below, w / np.where(below, w - lowest, 1.0), 1.0)
    reach = ratio.min()
    blocks = below & (ratio <= reach)
    careful = np.where(blocks, 0.0, w + reach * (lowest - w))
    both = np.maximum(np.stack([careful, lowest]), 0.0)
    # Twice the objective, below zero.
    depth = np.sum(both * (2 * target - both @ matrix), axis=1)
    return (both[1], below) if depth[1] > depth[0] else (both[0], blocks)


def refined(x: Array, l1: float, atoms: Array, gram: Array, weight: Array) -> Array:
    """Weights (S,) of atoms (S, d), all above zero, brought to float64 accuracy by the residual.

    Where one would fall below zero, all stay as they are: the certificate tells.
    """
    near = _EXACT * min(10 * l1, 1.0) if l1 else _EXACT
    for _ in range(_PASSES):
        error = atoms @ (x - weight @ atoms) - l1
        if not len(error) or np.abs(error).max() <= near:
            break
        moved = weight + _on_support(gram, error)
        if np.any(moved < 0):
            break
        weight = moved
    return weight
