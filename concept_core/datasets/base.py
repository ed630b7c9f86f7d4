"""What every data set is: its metadata, and the clips found in a folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from concept_core.errors import UsageError
from concept_core.files import canonical_json, sha256_file, sha256_text

SINGLE_LABEL, MULTI_LABEL, CAPTIONS = "single-label", "multi-label", "captions"
KINDS = (SINGLE_LABEL, MULTI_LABEL, CAPTIONS)
"""A clip has one class; any number of classes; or captions."""

NAMES_ALONE = "names:"
"""How a content hash begins that is over the names of clips, not over their sounds."""


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
        Hz of the published audio; 0 where the clips are the user's own, of any rate.
    main_metric : str
        The metric that results on this set are compared by: ``accuracy``, ``macro-f1``, ``map``
        or ``r@1``.
    kind : str
        One of ``KINDS``.
    folds : tuple of str
        The official folds, or splits, by name: ``1`` to ``5``, or ``train`` and ``test``.
    classes : tuple of str
        Class names as words, in the order of the set's own class numbers. Empty for captions,
        and until a set is loaded whose class names come with its files.
    seen : str
        What is known of whether audio-text encoders were trained on it.
    train_folds, test_folds : tuple of str
        Where the split is fixed; both empty where the folds are for cross-validation.
    synonyms : mapping of str to tuple of str
        Other words by which a person may name a class, its own words and their forms among them.
    codes : tuple of str
        What the set's files call the classes; empty where that is the names with underscores.
    holds, layout : str
        What must be in its folder, and how it must be laid out, for messages.
    recording : str
        What its files call the recording that a clip was cut from; empty where they do not name it.
    """

    name: str
    revision: str
    licence: str
    citation: str
    sample_rate: int
    main_metric: str
    kind: str
    folds: tuple[str, ...]
    classes: tuple[str, ...] = field(repr=False)
    seen: str = field(repr=False)
    train_folds: tuple[str, ...] = ()
    test_folds: tuple[str, ...] = ()
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False, repr=False)
    codes: tuple[str, ...] = field(default=(), repr=False)
    holds: str = field(default="", repr=False)
    layout: str = field(default="", repr=False)
    recording: str = ""

    def by_code(self) -> dict[str, int]:
        """The index of each class by what the set's files call it."""
        codes = self.codes or [name.replace(" ", "_") for name in self.classes]
        return {code: index for index, code in enumerate(codes)}


def unpublished(
    name: str,
    kind: str,
    main_metric: str,
    folds: Sequence[str],
    classes: Sequence[str] = (),
    **facts: Any,
) -> DatasetInfo:
    """What is known of data of one's own: ``facts`` are further fields of ``DatasetInfo``."""
    return DatasetInfo(**{
        "name": name, "revision": "not stated", "licence": "not stated", "citation": "not stated",
        "sample_rate": 0, "main_metric": main_metric, "kind": kind, "folds": tuple(folds),
        "classes": tuple(classes), "seen": "not known", **facts,
    })  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class ClipSet:
    """The clips of some folds of a data set: those that are there, or all that are listed.

    Attributes
    ----------
    info : DatasetInfo
        With the class names, even if they came with the files.
    paths : tuple of n Path
    folds : tuple of n str
        The fold of each clip.
    missing : tuple of str
        Files that the metadata list for these folds and the folder lacks.
    labels : (n,) int64 or None
        Index into ``info.classes``; of single-label sets.
    tags : (n, C) bool or None
        Which classes a clip has; of multi-label sets.
    captions : tuple of n tuples of str, or None
        At least one a clip.
    listed : tuple of n str, or None
        What the set's files call each clip, where clips were taken without a look at their
        sounds; there need be no file at ``paths`` then.
    recordings : tuple of n str, or None
        The recording that each clip is from, where the set's files name it for all of them. Not
        part of the content hash: it is nothing that is said of what a clip holds.
    """

    info: DatasetInfo
    paths: tuple[Path, ...] = field(repr=False)
    folds: tuple[str, ...] = field(repr=False)
    missing: tuple[str, ...] = field(repr=False)
    labels: NDArray[np.int64] | None = field(default=None, repr=False)
    tags: NDArray[np.bool_] | None = field(default=None, repr=False)
    captions: tuple[tuple[str, ...], ...] | None = field(default=None, repr=False)
    listed: tuple[str, ...] | None = field(default=None, repr=False)
    recordings: tuple[str, ...] | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def targets(self) -> NDArray[np.bool_]:
        """(n, C) bool: which classes each clip has, of either labelled kind."""
        if self.tags is not None:
            return self.tags
        targets = np.zeros((len(self), len(self.info.classes)), dtype=np.bool_)
        if self.labels is not None:
            targets[np.arange(len(self)), self.labels] = True
        return targets

    def fold_names(self) -> tuple[str, ...]:
        """The folds that occur, in the data set's order."""
        return tuple(fold for fold in self.info.folds if fold in self.folds)

    def take(self, kept: NDArray[np.intp]) -> ClipSet:
        """The clips at some positions, in that order."""
        return ClipSet(
            info=self.info,
            paths=tuple(self.paths[place] for place in kept),
            folds=tuple(self.folds[place] for place in kept),
            missing=self.missing,
            labels=None if self.labels is None else self.labels[kept],
            tags=None if self.tags is None else self.tags[kept],
            captions=(
                None if self.captions is None else tuple(self.captions[place] for place in kept)
            ),
            listed=None if self.listed is None else tuple(self.listed[place] for place in kept),
            recordings=(
                None if self.recordings is None else tuple(self.recordings[place] for place in kept)
            ),
        )

    def content_hash(self) -> str:
        """sha256 over the clips in order: a clip's own sha256, then what is said of it.

        That is its class name, the list of its class names, or the list of its captions. Where
        clips were taken without their sounds, the name that each is listed by stands for its
        sha256, and the whole is marked: ``names:`` and the sha256.
        """
        if self.listed is None:
            return self._hash([sha256_file(path) for path in self.paths])
        return NAMES_ALONE + self._hash(self.listed)

    def _hash(self, clips: Sequence[str]) -> str:
        rows: list[list[Any]] = [[clip] for clip in clips]
        names = self.info.classes
        for place, row in enumerate(rows):
            if self.labels is not None:
                row.append(names[self.labels[place]])
            if self.tags is not None:
                row.append([names[column] for column in np.flatnonzero(self.tags[place])])
            if self.captions is not None:
                row.append(list(self.captions[place]))
        return sha256_text(canonical_json(rows))


def check_folds(info: DatasetInfo, folds: Iterable[str | int]) -> tuple[str, ...]:
    """The asked folds by name, in the set's order, each one that the data set has.

    Raises
    ------
    UsageError
        None asked, or one that the data set does not have.
    """
    asked = {str(fold) for fold in folds}
    known = ", ".join(info.folds)
    if not asked:
        raise UsageError(f"no folds asked of {info.name}; its folds are {known}")
    for fold in sorted(asked):
        if fold not in info.folds:
            if len(info.folds) == 1:
                raise UsageError(f"fold {fold}: {info.name} has one fold, {known}; leave folds out")
            raise UsageError(f"fold {fold or repr(fold)}: the folds of {info.name} are {known}")
    return tuple(fold for fold in info.folds if fold in asked)
