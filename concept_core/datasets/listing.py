"""Clips as a data set lists them, and which of them are there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from concept_core.datasets.base import MULTI_LABEL, SINGLE_LABEL, ClipSet, DatasetInfo
from concept_core.datasets.tables import Line
from concept_core.errors import DataError
from concept_core.files import named_path

SUFFIXES = (".wav", ".flac", ".ogg", ".mp3", ".au")
"""A clip may be any of these, whatever suffix its table names."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A clip as its data set lists it.

    Attributes
    ----------
    name : str
        What the table calls it.
    places : tuple of Path
        Where it may lie, the first that exists; any of ``SUFFIXES`` serves.
    fold : str
    classes : tuple of int
        Indices of its classes; exactly one in single-label sets.
    captions : tuple of str
    """

    name: str
    places: tuple[Path, ...]
    fold: str
    classes: tuple[int, ...] = ()
    captions: tuple[str, ...] = ()


Listed = Iterator[tuple[Line, Entry]]
"""What a data set's files list, in their order: where each clip stands, and the clip."""


def gather(
    info: DatasetInfo,
    folder: Path,
    folds: Sequence[str],
    entries: Listed,
    *,
    sounds: bool = True,
) -> ClipSet:
    """The listed clips of these folds that are there, in the order of the list.

    Without ``sounds`` all that are listed, whether there is a file or not: the path of a clip
    that has none is the first place where it may lie.

    Raises
    ------
    DataError
        A clip listed twice, none listed in these folds, or none of them there.
    """
    found: list[tuple[Path, Entry]] = []
    missing: list[str] = []
    seen: dict[str, str] = {}
    listed: dict[Path, frozenset[str]] = {}
    for line, entry in entries:
        if entry.name in seen:
            raise line.error(
                f"{entry.name!r} is listed twice, first in {seen[entry.name]}; a clip counts once,"
                " remove one"
            )
        seen[entry.name] = line.where
        if entry.fold not in folds:
            continue
        path = find_clip(entry.places, listed)
        if path is None and not sounds:
            path = entry.places[0]
        if path is None:
            missing.append(entry.name)
        else:
            found.append((path, entry))
    if not found:
        raise _no_clips(info, folder, folds, missing)
    clips = _clip_set(info, found, missing)
    return clips if sounds else replace(clips, listed=tuple(entry.name for _, entry in found))


def find_clip(places: Iterable[Path], listed: dict[Path, frozenset[str]]) -> Path | None:
    """The first place where there is a file: as named, else with another of ``SUFFIXES``.

    ``listed`` is filled with the files of the folders that were looked into: a data set has many
    clips in few folders.
    """
    for place in places:
        folder, name = place.parent, place.name
        if folder not in listed:
            listed[folder] = _file_names(folder)
        # A name may hold dots: another suffix replaces none but a sound's.
        stem = name.removesuffix(place.suffix) if place.suffix in SUFFIXES else name
        for form in (name, *(stem + suffix for suffix in SUFFIXES)):
            if form in listed[folder]:
                return folder / form
    return None


def _file_names(folder: Path) -> frozenset[str]:
    if not named_path(folder).is_dir():
        return frozenset()
    return frozenset(path.name for path in folder.iterdir() if path.is_file())


def audio_files(folder: Path) -> list[Path]:
    """The sounds at any depth below a folder, by path; hidden ones are passed over."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _clip_set(
    info: DatasetInfo, found: Sequence[tuple[Path, Entry]], missing: Sequence[str]
) -> ClipSet:
    entries = [entry for _, entry in found]
    labels = tags = captions = None
    if info.kind == SINGLE_LABEL:
        labels = np.array([entry.classes[0] for entry in entries], dtype=np.int64)
    if info.kind == MULTI_LABEL:
        tags = np.zeros((len(entries), len(info.classes)), dtype=np.bool_)
        for row, entry in enumerate(entries):
            tags[row, list(entry.classes)] = True
    if entries[0].captions:
        captions = tuple(entry.captions for entry in entries)
    return ClipSet(
        info=info,
        paths=tuple(path for path, _ in found),
        folds=tuple(entry.fold for entry in entries),
        missing=tuple(missing),
        labels=labels,
        tags=tags,
        captions=captions,
    )


def _no_clips(
    info: DatasetInfo, folder: Path, folds: Sequence[str], missing: Sequence[str]
) -> DataError:
    asked = ", ".join(folds)
    if not missing:
        return DataError(
            f"{folder}: the table lists no clips of {info.name} in folds {asked}; ask for folds"
            " that it lists, or get the whole data set"
        )
    return DataError(
        f"{folder}: none of the {len(missing)} clips of {info.name} in folds {asked} is there,"
        f" such as {missing[0]}; put the audio where the table says"
    )
