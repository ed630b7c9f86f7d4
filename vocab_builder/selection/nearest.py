"""How near each candidate is to those that are chosen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BLOCK = 256
# Cosines differ by about 1e-7 from one processor to the next; what is compared is rounded.
_DIGITS = 6


class Nearest:
    """The best cosine of each candidate to a chosen one, 0 at least and while none is chosen.

    Brought up to date for all in blocks of choices: one product of matrices costs far less than
    as many products of a matrix and a vector.
    """

    def __init__(self, atoms: NDArray[np.float32]) -> None:
        self._atoms = atoms
        self._best = np.zeros(len(atoms), np.float32)
        self._recent: list[int] = []

    def choose(self, index: int) -> None:
        """Count this candidate to the chosen."""
        self._recent.append(index)
        if len(self._recent) == _BLOCK:
            for start in range(0, len(self._atoms), 1 << 14):
                rows = slice(start, start + (1 << 14))
                cosines = self._atoms[rows] @ self._atoms[self._recent].T
                np.maximum(self._best[rows], cosines.max(axis=1), out=self._best[rows])
            self._recent = []

    def cosine(self, index: int) -> float:
        """The best cosine of this candidate, rounded to 6 digits."""
        best = self._best[index]
        if self._recent:
            best = max(best, (self._atoms[self._recent] @ self._atoms[index]).max())
        return round(float(best), _DIGITS)
