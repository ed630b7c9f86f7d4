"""Where work is done: the device, and threads over items and blocks of rows, each with one-threaded
BLAS."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from concept_core.errors import MissingError
from concept_core.spelling import check_names

BLOCK = 256
"""Rows worked on together: bounds the (rows, K) correlations, 20 MB at K = 10,000."""

DEVICES = ("auto", "cpu", "cuda")

_NARROW = 512
"""Numbers across a step of training, up to which threads of torch would wait for one another."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


_LIBRARIES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
"""What libraries that are loaded later read."""

_share: int | None = None


def cores() -> int:
    """How many cores this process may use; where the system does not tell, all that there are."""
    if _share is not None:
        return _share
    # macOS and Windows bind no process to some of the cores.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def limit_cores(count: int) -> None:
    """From here on this process uses ``count`` cores: it is a worker beside others."""
    from threadpoolctl import threadpool_limits

    global _share
    _share = count
    os.environ.update(dict.fromkeys(_LIBRARIES, str(count)))
    threadpool_limits(count)


def map_ordered(function: Callable[[_Item], _Result], items: Sequence[_Item]) -> list[_Result]:
    """``function`` of each item, in order, on one thread for each core this process may use.

    Results do not depend on the number of threads if ``function`` looks at its item alone.
    """
    workers = min(cores(), len(items))
    if workers < 2:
        return [function(item) for item in items]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(function, items))


def blocks(n: int) -> Iterator[slice]:
    """Slices of at most ``BLOCK`` rows that cover ``range(n)``."""
    for start in range(0, n, BLOCK):
        yield slice(start, min(start + BLOCK, n))


def run_blocks(n: int, threads: int, work: Callable[[slice], _Result]) -> list[_Result]:
    """``work`` for each block of ``range(n)``, in order; it must release the interpreter's lock."""
    from threadpoolctl import threadpool_limits

    parts = list(blocks(n))
    # Several workers that each start BLAS threads would wait for one another.
    with threadpool_limits(1, "blas"):
        if threads == 1 or len(parts) < 2:
            return [work(part) for part in parts]
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(work, parts))


def check_device(device: str) -> None:
    """See that a device is one of ``DEVICES``; torch is not asked.

    Raises
    ------
    UsageError
        It is none.
    """
    check_names("device", [device], DEVICES)


def pick_device(device: str) -> str:
    """``cpu`` or ``cuda``; ``auto`` is ``cuda`` where torch finds one.

    Raises
    ------
    UsageError
        An unknown device.
    MissingError
        ``cuda`` on a machine without one.
    """
    check_device(device)
    if device == "cpu":
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if device == "cuda":
        raise MissingError(
            "device 'cuda': torch finds no CUDA device on this machine; use device 'auto' or"
            " 'cpu', or install a torch build with CUDA"
        )
    return "cpu"


@contextlib.contextmanager
def torch_threads(width: int) -> Iterator[None]:
    """One thread for torch where a step of such a width would only wait for the others."""
    import torch

    before = torch.get_num_threads()
    try:
        torch.set_num_threads(before if width > _NARROW else 1)
        yield
    finally:
        torch.set_num_threads(before)
