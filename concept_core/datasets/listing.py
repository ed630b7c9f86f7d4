"""Clips as a data set lists them, and which of them are there."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from concept_core.audio import AUDIO_SUFFIXES
from concept_core.datasets.base import MULTI_LABEL, SINGLE_LABEL, ClipSet, DatasetInfo
from concept_core.datasets.tables import Line
from concept_core.errors import DataError, LeftOutWarning
from concept_core.files import named_path

UNREAD_SUFFIXES = frozenset(
    {
        ".m4a", ".mp4", ".aac", ".wma", ".amr", ".ac3", ".ape", ".wv", ".mpc", ".mka", ".webm",
        ".3gp", ".ra", ".dsf", ".dff",
    }
)  # fmt: skip
"""File names of sounds in formats that are not decoded here end so."""
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A clip as its data set lists it.

    Attributes
    ----------
    name : str
        What the table calls it.
    places : tuple of Path
        Where it may lie, the first that exists; any of ``AUDIO_SUFFIXES`` serves.
    fold : str
    classes : tuple of int
        Indices of its classes; exactly one in single-label sets.
    captions : tuple of str
    recording : str
        What the data set calls the recording that the clip is from; empty where it does not say.
    """

    name: str
    places: tuple[Path, ...]
    fold: str
    classes: tuple[int, ...] = ()
    captions: tuple[str, ...] = ()
    recording: str = ""


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
    missing: list[Entry] = []
    seen: dict[str, str] = {}
    listed: dict[Path, dict[str, str]] = {}
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
        if path is None and not sounds and entry.places:
            path = entry.places[0]
        if path is None:
            missing.append(entry)
        else:
            found.append((path, entry))
    if not found:
        raise _no_clips(info, folder, folds, missing)
    if missing:
        warnings.warn(_not_there(missing, len(missing) + len(found)), LeftOutWarning, stacklevel=2)
    clips = _clip_set(info, found, [entry.name for entry in missing])
    return clips if sounds else replace(clips, listed=tuple(entry.name for _, entry in found))


def find_clip(places: Iterable[Path], listed: dict[Path, dict[str, str]]) -> Path | None:
    """The first place where there is a file: as named, else with another of ``AUDIO_SUFFIXES``.

    An accent may be written as one character or as two (NFC, NFD), and a suffix in capitals.
    ``listed`` is filled with the files of the folders that were looked into: a data set has many
    clips in few folders.
    """
    for place in places:
        folder, name = place.parent, place.name
        if folder not in listed:
            listed[folder] = _file_names(folder)
        # A name may hold dots: another suffix replaces none but a sound's.
        heard = place.suffix.lower() in AUDIO_SUFFIXES
        stem = _form(name.removesuffix(place.suffix) if heard else name)
        for form in (name, _form(name), *(stem + suffix for suffix in AUDIO_SUFFIXES)):
            if form in listed[folder]:
                return folder / listed[folder][form]
    return None


def _file_names(folder: Path) -> dict[str, str]:
    """The files of a folder by name, and by the form that other spellings of it share."""
    if not named_path(folder).is_dir():
        return {}
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    return {_form(name): name for name in names} | {name: name for name in names}


def _form(name: str) -> str:
    """A file name with composed accents, the suffix of a sound in small letters."""
    name = unicodedata.normalize("NFC", name)
    suffix = Path(name).suffix
    if suffix.lower() not in AUDIO_SUFFIXES:
        return name
    return name.removesuffix(suffix) + suffix.lower()


def audio_files(folder: Path) -> list[Path]:
    """The sounds at any depth below a folder, by path; hidden ones are passed over.

    A ``LeftOutWarning`` names those in formats that are not decoded here.
    """
    if unread := unread_sounds(folder):
        names = [path.relative_to(folder).as_posix() for path in unread]
        warnings.warn(
            f"{folder}: left out {named(names)}: sounds in a format that is not read here;"
            " convert them to wav or flac",
            LeftOutWarning,
            stacklevel=2,
        )
    return _with_suffix(folder, AUDIO_SUFFIXES)


def unread_sounds(folder: Path) -> list[Path]:
    """Sounds below a folder in formats that are not decoded here, by path."""
    return _with_suffix(folder, UNREAD_SUFFIXES)


def _with_suffix(folder: Path, suffixes: Container[str]) -> list[Path]:
    """Hidden files are none of a person's: macOS leaves ``._NAME`` beside every NAME."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in suffixes
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def named(names: Sequence[str]) -> str:
    """The first few of many names, and how many more there are."""
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _not_there(missing: Sequence[Entry], total: int) -> str:
    """What is said of clips that are listed but not there."""
    names = named([entry.name for entry in missing])
    where = next((_looked(entry) for entry in missing if entry.places), "")
    return f"{len(missing)} of {total} clips are listed but not there: {names}{where}"


def _looked(entry: Entry) -> str:
    """Which names were looked for, and where."""
    folders = list(dict.fromkeys(str(place.parent) for place in entry.places))
    names = list(dict.fromkeys(place.name for place in entry.places))
    return (
        f"; for {entry.name} there is no file {' or '.join(names)}, nor one that ends in"
        f" {', '.join(AUDIO_SUFFIXES[:4])} and so on instead, in {' or '.join(folders)} (capitals"
        " count)"
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
    recordings = tuple(entry.recording for entry in entries)
    return ClipSet(
        info=info,
        paths=tuple(path for path, _ in found),
        folds=tuple(entry.fold for entry in entries),
        missing=tuple(missing),
        labels=labels,
        tags=tags,
        captions=captions,
        recordings=recordings if all(recordings) else None,
    )


def _no_clips(
    info: DatasetInfo, folder: Path, folds: Sequence[str], missing: Sequence[Entry]
) -> DataError:
    asked = ", ".join(folds)
    if not missing:
        return DataError(
            f"{folder}: the table lists no clips of {info.name} in folds {asked}; ask for folds"
            " that it lists, or get the whole data set"
        )
    where = next((_looked(entry) for entry in missing if entry.places), "")
    return DataError(
        f"{folder}: none of the {len(missing)} clips of {info.name} in folds {asked} is there,"
        f" such as {missing[0].name}{where}; put the audio there"
    )
