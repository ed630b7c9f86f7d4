"""What the solver sets in torch while it works, and puts back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

_S = TypeVar("_S")
_T = TypeVar("_T")


def in_threads(work: Callable[[_S], _T], parts: Sequence[_S]) -> list[_T]:
    """``work`` for each part, in order, in as many threads as torch is set to.

    Each thread has torch's own threads switched off: the many small steps of the solver would
    wait for them, the more so where other work wants the cores. And how many there are then
    changes no bit of an answer.
    """
    import torch

    threads = torch.get_num_threads()
    try:
        # The number is one of the thread that sets it, and that of threads that start later.
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            return list(pool.map(work, parts))
    finally:
        torch.set_num_threads(threads)


@contextmanager
def full_precision() -> Iterator[None]:
    """Float32 products in float32, whatever the caller has set: no TF32, no bfloat16 inside."""
    import torch

    if not hasattr(torch.backends.mkldnn, "matmul"):
        # Before version 2.9 there is one setting for all devices.
        before = torch.get_float32_matmul_precision()
        torch.set_float32_matmul_precision("highest")
        try:
            yield
        finally:
            torch.set_float32_matmul_precision(before)
        return
    products = (torch.backends.cuda.matmul, torch.backends.mkldnn.matmul)
    settings = [product.fp32_precision for product in products]
    for product in products:
        product.fp32_precision = "ieee"
    try:
        yield
    finally:
        for product, setting in zip(products, settings, strict=True):
            product.fp32_precision = setting
