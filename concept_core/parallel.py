"""Blocks of rows in worker threads, each with one-threaded BLAS."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

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


def scaled_block(x: Rows) -> tuple[Array, Array]:
    """Rows (BLOCK, d) float64 of lengths from 1/2 to 1, and the powers of 2 (n,) taken out.

    Powers of 2, so that nothing is rounded. Filled up with zero rows to always as many: how a
    matrix product is summed depends on its shape, and a row's answer may not depend on how many
    are beside it. A zero row stays one, with power 1.
    """
    n, d = x.shape
    rows = np.zeros((BLOCK, d))
    rows[:n] = x
    # By the peak first: squares of small or large values would leave float64.
    first = np.frexp(np.abs(rows).max(axis=1, initial=0.0))[1]
    np.ldexp(rows, -first[:, None], out=rows)
    second = np.frexp(np.linalg.norm(rows, axis=1))[1]
    np.ldexp(rows, -second[:, None], out=rows)
    return rows, np.ldexp(1.0, first + second)[:n]
