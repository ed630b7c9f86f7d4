"""How near each candidate is to those that are chosen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BLOCK = 256
_ROWS = 1 << 14
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
        # The chosen that the best cosines do not know yet are copied: they are looked at often.
        self._recent = np.zeros((_BLOCK, atoms.shape[1]), np.float32)
        self._count = 0

    def choose(self, index: int) -> None:
        """Count this candidate to the chosen."""
        self._recent[self._count] = self._atoms[index]
        self._count += 1
        if self._count == _BLOCK:
            for start in range(0, len(self._atoms), _ROWS):
                rows = slice(start, start + _ROWS)
                cosines = self._atoms[rows] @ self._recent.T
                np.maximum(self._best[rows], cosines.max(axis=1), out=self._best[rows])
            self._count = 0

    def cosine(self, index: int) -> float:
        """The best cosine of this candidate, rounded to 6 digits."""
        best = self._best[index]
        if self._count:
            best = max(best, (self._recent[: self._count] @ self._atoms[index]).max())
        return round(float(best), _DIGITS)
