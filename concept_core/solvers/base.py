"""What every solver is, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from concept_core.parallel import BLOCK, blocks

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    Weights: TypeAlias = csr_array[np.float64, tuple[int, int]]

Array = NDArray[np.float64]
Rows = NDArray[np.floating[Any]]
"""Embeddings as they come: float16, float32 or float64; a memmap is read block by block."""

GAP_TOLERANCE = 1e-6
"""The relative duality gap up to which a row of an l1 answer counts as converged."""


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

    weights: Weights = field(repr=False)
    gap: Array = field(repr=False)


class Prepared(Protocol):
    """A solver with the dictionary that it has made ready; safe to call again and again."""

    def solve(self, x: Rows) -> Solution:
        """Solve for finite rows x (n, d), n >= 0. A row's answer depends on that row alone."""
        ...


@runtime_checkable
class PreparedPath(Prepared, Protocol):
    """What every solver with a penalty prepares."""

    def solve_path(self, x: Rows, penalties: Sequence[float]) -> list[Solution]:
        """Solve for several penalties in turn; fastest from the highest down."""
        ...


class Solver(Protocol):
    """A rule with its penalty or limit."""

    @property
    def mode(self) -> str:
        """``l1`` or ``l0``."""
        ...

    @property
    def value(self) -> float:
        """The penalty, or the greatest number of concepts a row."""
        ...

    def prepare(self, atoms: Array) -> Prepared:
        """Do once what depends on the dictionary alone: finite unit atoms (K, d), K >= 1."""
        ...


@dataclass(frozen=True, slots=True)
class Penalised:
    """What solvers with a penalty share."""

    l1: float

    @property
    def mode(self) -> str:
        """``l1``."""
        return "l1"

    @property
    def value(self) -> float:
        """The penalty."""
        return self.l1


def scaled_block(x: Rows) -> tuple[Array, Array]:
    """Rows (BLOCK, d) float64 of lengths from 1/2 to 1, and the powers of 2 (n,) taken out.

    Filled up with zero rows to always as many: how a matrix product is summed depends on its
    shape, and a row's answer may not depend on how many are beside it.
    """
    rows = np.zeros((BLOCK, x.shape[1]))
    rows[: len(x)], powers = scaled_rows(x.astype(np.float64))
    return rows, powers


def scaled_rows(x: Array) -> tuple[Array, Array]:
    """Rows (n, d) of lengths from 1/2 to 1, and the powers of 2 (n,) taken out.

    Powers of 2, so that nothing is rounded. A zero row stays one, with power 1.
    """
    # By the peak first: squares of small or large values would leave float64.
    first = np.frexp(np.abs(x).max(axis=1, initial=0.0))[1]
    rows = np.ldexp(x, -first[:, None])
    second = np.frexp(np.linalg.norm(rows, axis=1))[1]
    np.ldexp(rows, -second[:, None], out=rows)
    return rows, np.ldexp(1.0, first + second)


def first_of_equals(atoms: Array) -> NDArray[np.int32]:
    """Indices, ascending, that leave each atom once: of equal atoms (K, d), the first."""
    first: dict[bytes, int] = {}
    for block in blocks(len(atoms)):
        # Adding zero makes -0.0 equal to 0.0, byte by byte.
        for place, row in enumerate(atoms[block] + 0.0, block.start):
            # Not the rows themselves: of 100,000 they are half a gigabyte.
            first.setdefault(sha256(row.data).digest(), place)
    return np.fromiter(first.values(), np.int32, len(first))


def to_csr(rows: Sequence[tuple[NDArray[np.integer[Any]], Array]], k: int) -> Weights:
    """Sparse weights (n, k) from each row's indices and values; zeros are left out."""
    counts = [len(index) for index, _ in rows]
    indices = np.concatenate([index for index, _ in rows]) if rows else np.empty(0, np.int32)
    values = np.concatenate([value for _, value in rows]) if rows else np.empty(0)
    return csr_from_parts(counts, indices, values, k)


def csr_from_parts(
    counts: Sequence[int] | NDArray[np.integer[Any]],
    indices: NDArray[np.integer[Any]],
    values: Array,
    k: int,
) -> Weights:
    """Sparse weights (n, k) from the lengths of all rows and their entries one after the other."""
    from scipy.sparse import csr_array

    starts = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
    weights = csr_array((values, indices, starts), shape=(len(counts), k))
    weights.eliminate_zeros()
    weights.sort_indices()
    return weights
