"""Rows in tiles, so that no measure holds a product of all rows with all atoms."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from concept_core.solvers.base import Array, Rows

TILE = 2048
"""Rows at once, and atoms at once: 32 MB of products in float64."""

SAME = 1e-12
"""Rows whose spread is at most this share of their squares do not differ: it is rounding."""


def tiles(n: int) -> Iterator[slice]:
    """Slices of at most ``TILE`` that cover ``range(n)``."""
    for start in range(0, n, TILE):
        yield slice(start, min(start + TILE, n))


def unit_tile(x: Rows, tile: slice) -> Rows:
    """Some rows of x at length 1, in float32 at least; a zero row stays zero."""
    part = x[tile]
    if part.dtype.itemsize < 4:
        part = part.astype(np.float32)
    lengths = np.linalg.norm(part, axis=1, keepdims=True)
    unit: Rows = part / np.where(lengths > 0, lengths, 1)
    return unit


def unit_mean(x: Rows) -> Array:
    """The mean (d,) of the rows at length 1, n >= 1."""
    total = np.zeros(x.shape[1])
    for tile in tiles(len(x)):
        total += unit_tile(x, tile).sum(axis=0, dtype=np.float64)
    return total / len(x)


def differ(x: Rows, mean: Array) -> bool:
    """Whether the rows at length 1 differ by more than rounding; ``mean`` is theirs."""
    spread = sum(
        float(np.sum((unit_tile(x, tile).astype(np.float64) - mean) ** 2)) for tile in tiles(len(x))
    )
    return spread > SAME * len(x)
