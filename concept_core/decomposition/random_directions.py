"""Random directions: a dictionary of as many atoms that says nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any, Generic, TypeVar

import numpy as np

from concept_core.encoders.base import FloatArray

_T = TypeVar("_T")

_BYTES = 1 << 29
"""No more than so many are kept for one vocabulary: 8,700 concepts in 512 dimensions."""


def random_atoms(size: int, dim: int, seed: int, draw: int = 0) -> FloatArray:
    """The random dictionary (size, dim) float32, unit rows, of a seed and a number of the draw."""
    rng = np.random.default_rng([seed, size, dim, *([draw] if draw else [])])
    atoms = rng.standard_normal((size, dim))
    unit: FloatArray = (atoms / np.linalg.norm(atoms, axis=1, keepdims=True)).astype(np.float32)
    return unit


class Draws(Generic[_T]):
    """What was made of random dictionaries of one size, each drawn once; threads may share it.

    A copy, and what another process gets, begins with none: they can be drawn again.
    """

    def __init__(self) -> None:
        self._kept: dict[int, _T] = {}
        self._lock = Lock()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), ()

    def first(
        self, count: int, size: int, dim: int, make: Callable[[FloatArray], _T]
    ) -> Iterator[_T]:
        """What ``make`` makes of the first draws of seed 0, now or before, one after the other.

        Parameters
        ----------
        count : int
            How many draws. All are kept, or none: where together they would take too much memory,
            they are drawn anew each time.
        size, dim : int
            As `random_atoms` takes them: always the same.
        make : callable
        """
        # Their float64 and the float32 that solvers look with.
        keep = 12 * size * dim * count <= _BYTES
        for draw in range(count):
            if not keep:
                yield make(random_atoms(size, dim, 0, draw))
                continue
            # The others wait: what they would draw meanwhile is the same.
            with self._lock:
                if draw not in self._kept:
                    self._kept[draw] = make(random_atoms(size, dim, 0, draw))
                found = self._kept[draw]
            yield found
