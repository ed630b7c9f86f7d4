"""Blocks of rows in worker threads, each with one-threaded BLAS."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from concept_core.solvers.base import BLOCK, Array, Rows, blocks

_T = TypeVar("_T")


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_blocks(n: int, threads: int, work: Callable[[slice], _T]) -> list[_T]:
    """``work`` for each block of ``range(n)``, in order; it must release the interpreter's lock."""
    from threadpoolctl import threadpool_limits

    parts = list(blocks(n))
    # Several workers that each start BLAS threads would wait for one another.
    with threadpool_limits(1, "blas"):
        if threads == 1 or len(parts) < 2:
            return [work(part) for part in parts]
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(work, parts))


def unit_block(x: Rows) -> tuple[NDArray[np.float32], Array]:
    """Rows of length 1 (BLOCK, d) float32, filled up with zero rows, and the lengths (n,).

    Always as many rows: how a matrix product is summed depends on its shape, and a row's answer
    may not depend on how many are beside it. A zero row stays one and has length 0.
    """
    n, d = x.shape
    rows = np.zeros((BLOCK, d), np.float32)
    part = x if x.dtype == np.float64 else x.astype(np.float32)
    # By the peak first: squares of small or large values would leave float32.
    peak = np.abs(part).max(axis=1, initial=0.0, keepdims=True)
    part = np.divide(part, peak, out=np.zeros_like(part), where=peak > 0)
    norms = np.linalg.norm(part, axis=1, keepdims=True)
    np.divide(part, norms, out=rows[:n], where=norms > 0, casting="same_kind")
    return rows, (peak.astype(np.float64) * norms)[:, 0]
