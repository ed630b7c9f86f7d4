"""What every data set is: its metadata, and the clips found in a folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from concept_core.errors import UsageError
from concept_core.files import canonical_json, sha256_file, sha256_text


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """A data set as its authors published it.

    Attributes
    ----------
    name : str
        As ``--dataset`` takes it.
    revision : str
        The published revision that the metadata follow.
    licence, citation : str
    sample_rate : int
        Hz of the published audio.
    main_metric : str
        The metric that results on this set are compared by.
    folds : tuple of int
        The official folds.
    classes : tuple of str
        Class names as words, in the order of the set's own class numbers.
    """

    name: str
    revision: str
    licence: str
    citation: str
    sample_rate: int
    main_metric: str
    folds: tuple[int, ...]
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ClipSet:
    """The clips of some folds of a data set that are really there.

    Attributes
    ----------
    info : DatasetInfo
    paths : tuple of n Path
    labels : (n,) int64
        Index into ``info.classes``.
    folds : (n,) int64
        The fold of each clip.
    missing : tuple of str
        Files that the metadata list for these folds and the folder lacks.
    """

    info: DatasetInfo
    paths: tuple[Path, ...] = field(repr=False)
    labels: NDArray[np.int64] = field(repr=False)
    folds: NDArray[np.int64] = field(repr=False)
    missing: tuple[str, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.paths)

    def take(self, kept: NDArray[np.intp]) -> ClipSet:
        """The clips at some positions, in that order."""
        paths = tuple(self.paths[position] for position in kept)
        return ClipSet(self.info, paths, self.labels[kept], self.folds[kept], self.missing)

    def content_hash(self) -> str:
        """sha256 over the ordered pairs of a clip's own sha256 and its class name."""
        pairs = [
            [sha256_file(path), self.info.classes[label]]
            for path, label in zip(self.paths, self.labels, strict=True)
        ]
        return sha256_text(canonical_json(pairs))


def check_folds(info: DatasetInfo, folds: Iterable[int]) -> list[int]:
    """The asked folds in order, each one that the data set has.

    Raises
    ------
    UsageError
        None asked, or one that the data set does not have.
    """
    asked = sorted(set(folds))
    known = ", ".join(map(str, info.folds))
    if not asked:
        raise UsageError(f"no folds asked of {info.name}; its folds are {known}")
    for fold in asked:
        if fold not in info.folds:
            raise UsageError(f"fold {fold}: the folds of {info.name} are {known}")
    return asked
