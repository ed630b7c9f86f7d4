"""Plain atoms that were decomposed over before: known again by what they hold."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

_T = TypeVar("_T")

_KEPT = 2
"""So many arrays are remembered, the last ones."""

_BYTES = 1 << 29
"""No more than so many are kept for one array: 14,000 atoms of 512 dimensions."""

_TOGETHER = 256
"""Rows compared together: what they are compared into stays in the cache."""


class Seen(Generic[_T]):
    """What was made of the last arrays, until others take their place.

    An array is the same where shape, type and every value are: it is compared with a copy, since
    a caller may change it in place. Larger arrays than `_BYTES` allows are made anew each time.
    """

    def __init__(self) -> None:
        self._kept: list[tuple[NDArray[np.generic], _T]] = []
        self._lock = Lock()

    def of(self, atoms: ArrayLike, make: Callable[[ArrayLike], _T]) -> _T:
        """What ``make`` made of these atoms, now or before."""
        given = np.asarray(atoms)
        if given.ndim != 2 or given.dtype.kind not in "fiu" or _needs(*given.shape) > _BYTES:
            return make(atoms)
        with self._lock:
            kept = list(self._kept)
        for one in kept:
            if _equal(one[0], given):
                self._keep(one)
                return one[1]
        copy = given.copy()
        made = make(copy)
        self._keep((copy, made))
        return made

    def _keep(self, one: tuple[NDArray[np.generic], _T]) -> None:
        """As the last; the first goes where there are too many."""
        with self._lock:
            others = [other for other in self._kept if other[0] is not one[0]]
            self._kept = [*others, one][-_KEPT:]


def _needs(k: int, d: int) -> int:
    """Bytes of the atoms with all that is prepared of them: two Gram matrices in int8."""
    return 2 * k * k + 28 * k * d


def _equal(one: NDArray[np.generic], other: NDArray[np.generic]) -> bool:
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    parts = range(0, len(one), _TOGETHER)
    return all(np.array_equal(one[i : i + _TOGETHER], other[i : i + _TOGETHER]) for i in parts)
