"""What the clips of a reference are: their classes, and the words that name each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from concept_core.errors import DataError
from concept_core.spelling import unknown_name

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, slots=True, eq=False)
class ClipClasses:
    """The classes of n clips.

    Attributes
    ----------
    truth : (n,) int, or (n, C) bool
        The class of each clip, or which classes each clip has. A clip may have none (-1, or a row
        of False): measures of classes leave it out.
    names : tuple of C str
    synonyms : mapping of str to tuple of str
        More forms that name a class, beside its name; hand-made, listed with the data set.

    Raises
    ------
    DataError
        Another shape or type of ``truth``, or a class number that has no name.
    UsageError
        Synonyms of a class that is not there.
    """

    truth: NDArray[Any] = field(repr=False)
    names: tuple[str, ...]
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        shape, kind, count = self.truth.shape, self.truth.dtype.kind, len(self.names)
        several = len(shape) == 2 and shape[1] == count and kind == "b"
        if not several and not (len(shape) == 1 and kind in "iu"):
            raise DataError(
                f"classes of shape {shape} and type {self.truth.dtype}: give a number a clip, or a"
                f" true or false for each of the {count} names"
            )
        if (
            not several
            and len(self.truth)
            and not -1 <= self.truth.min() <= self.truth.max() < count
        ):
            wrong = self.truth[(self.truth < -1) | (self.truth >= count)][0]
            raise DataError(
                f"class number {wrong}: there are {count} names, from 0, and -1 for none"
            )
        for name in self.synonyms:
            if name not in self.names:
                raise unknown_name("class", name, self.names, "synonyms")

    def __len__(self) -> int:
        return len(self.truth)

    def members(self) -> csr_array[np.float64, tuple[int, int]]:
        """Which clips are in which class: (n, C), a 1 each."""
        from scipy.sparse import csr_array

        if self.truth.ndim == 2:
            return csr_array(self.truth.astype(np.float64))
        rows = np.flatnonzero(self.truth >= 0)
        ones = np.ones(len(rows))
        return csr_array((ones, (rows, self.truth[rows])), shape=(len(self), len(self.names)))

    def forms(self) -> tuple[tuple[str, ...], ...]:
        """Of each class its name and its synonyms."""
        return tuple((name, *self.synonyms.get(name, ())) for name in self.names)
