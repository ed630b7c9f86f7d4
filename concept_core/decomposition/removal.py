"""Take concepts away from the explanation of each row, in an order, and see what is left."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from concept_core.decomposition.decomposing import Decomposition

Ranks = NDArray[np.intp]
"""Of each stored weight its place, from 0 on, in the order of its row's concepts."""


def prominence_ranks(result: Decomposition) -> Ranks:
    """The most prominent concept of each row first; among equals in the order of the vocabulary."""
    return _ranks(result, np.lexsort((result.weights.indices, -result.weights.data, _rows(result))))


def random_ranks(result: Decomposition, rng: np.random.Generator) -> Ranks:
    """The concepts of each row in an order drawn at random."""
    return _ranks(result, np.lexsort((rng.random(result.weights.nnz), _rows(result))))


def counts_at(result: Decomposition, share: float) -> NDArray[np.int64]:
    """How many concepts a share of each row's is: (n,), rounded up."""
    # 0.3 of 10 concepts are 3, though the product is 3.0000000000000004 or so.
    counts: NDArray[np.int64] = np.ceil(share * result.l0 - 1e-9).astype(np.int64)
    return counts


def without_first(
    result: Decomposition, ranks: Ranks, counts: NDArray[np.int64] | int
) -> Decomposition:
    """The decomposition without the first concepts of each row; nothing else moves.

    Parameters
    ----------
    result : Decomposition
    ranks : (number of weights,) intp
    counts : (n,) int or int
        How many are taken away from each row.
    """
    return _kept(result, ranks >= _of_weights(result, counts))


def first_alone(
    result: Decomposition, ranks: Ranks, counts: NDArray[np.int64] | int
) -> Decomposition:
    """The decomposition with the first concepts of each row alone; as `without_first`."""
    return _kept(result, ranks < _of_weights(result, counts))


def _rows(result: Decomposition) -> Ranks:
    """The row of each stored weight."""
    return np.repeat(np.arange(len(result.l0)), np.diff(result.weights.indptr))


def _ranks(result: Decomposition, order: Ranks) -> Ranks:
    starts = np.asarray(result.weights.indptr[:-1], dtype=np.intp)
    found = np.empty(len(order), dtype=np.intp)
    # Sorted by row first, so that each row's weights keep their part of the array.
    found[order] = np.arange(len(order)) - starts[_rows(result)]
    return found


def _of_weights(result: Decomposition, counts: NDArray[np.int64] | int) -> NDArray[np.int64]:
    each = np.broadcast_to(np.asarray(counts, dtype=np.int64), result.l0.shape)
    return np.asarray(each[_rows(result)])


def _kept(result: Decomposition, keep: NDArray[np.bool_]) -> Decomposition:
    weights = result.weights.copy()
    weights.data = weights.data * keep
    weights.eliminate_zeros()
    return replace(result, weights=weights, l0=np.diff(weights.indptr).astype(np.int64))
