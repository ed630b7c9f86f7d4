"""What every solver is, and what it answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    Weights: TypeAlias = csr_array[np.float64, tuple[int, int]]

Array = NDArray[np.float64]

BLOCK = 256
"""Rows solved together: bounds the (rows, K) correlations, 20 MB at K = 10,000."""


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """The answer of a solver.

    Attributes
    ----------
    weights : (n, K) csr_array of float64
        At least zero; no stored zeros, indices sorted.
    gap : (n,) float64
        Relative duality gap of each row; NaN where the mode has no certificate.
    """

    weights: Weights
    gap: Array


class Solver(Protocol):
    """A rule with its penalty or limit, applied to rows and atoms that were validated before."""

    @property
    def mode(self) -> str:
        """``l1`` or ``l0``."""
        ...

    @property
    def value(self) -> float:
        """The penalty, or the greatest number of concepts a row."""
        ...

    def solve(self, x: Array, atoms: Array) -> Solution:
        """Solve for rows x (n, d) over unit atoms (K, d), both finite, K >= 1, n >= 0."""
        ...


def blocks(n: int) -> Iterator[slice]:
    """Slices of at most ``BLOCK`` rows that cover ``range(n)``."""
    for start in range(0, n, BLOCK):
        yield slice(start, min(start + BLOCK, n))


def to_csr(rows: list[tuple[NDArray[np.intp], Array]], k: int) -> Weights:
    """Sparse weights (n, k) from each row's indices and values; zeros are left out."""
    from scipy.sparse import csr_array

    counts = [len(index) for index, _ in rows]
    indices = np.concatenate([index for index, _ in rows]) if rows else np.empty(0, np.intp)
    values = np.concatenate([value for _, value in rows]) if rows else np.empty(0)
    starts = np.concatenate([[0], np.cumsum(counts, dtype=np.intp)]).astype(np.intp)
    weights = csr_array((values, indices, starts), shape=(len(rows), k))
    weights.eliminate_zeros()
    weights.sort_indices()
    return weights
