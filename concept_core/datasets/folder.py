"""``folder``: sounds of one's own, a folder a class. All are in the fold ``all``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from concept_core.audio import AUDIO_SUFFIXES
from concept_core.datasets.base import SINGLE_LABEL, ClipSet, DatasetInfo, check_folds, unpublished
from concept_core.datasets.listing import Entry, Listed, audio_files, gather, unread_sounds
from concept_core.datasets.tables import Line
from concept_core.errors import DataError, MissingFileError

FOLDER = "folder"


def load_folder(folder: str | Path, folds: Iterable[str | int], *, sounds: bool = True) -> ClipSet:
    """The sounds below each folder of ``folder``, by path; the folder's name is the class.

    Underscores of a name read as spaces. Classes are sorted by name. The files are the list, so
    that they are there in any case; without ``sounds`` they count by their names alone.

    Raises
    ------
    MissingError
        No such folder.
    UsageError
        A fold other than ``all``.
    DataError
        No class folders, one without sounds, two of one name, or sounds that lie in none.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise MissingFileError(f"{folder}: no such folder; give one that holds a folder a class")
    parts: dict[str, Path] = {}
    for part in sorted(folder.iterdir()):
        if part.name.startswith("."):
            continue
        if part.is_file():
            _refuse_sound(part)
            continue
        name = part.name.replace("_", " ").strip()
        if name in parts:
            raise DataError(f"{part}: the class {name!r} is {parts[name]} already; merge the two")
        parts[name] = part
    if not parts:
        raise DataError(f"{folder}: no folders in it; put the sounds of a class into one, each")
    info = folder_info(tuple(sorted(parts)))
    asked = check_folds(info, folds)
    return gather(info, folder, asked, _entries(info, folder, parts), sounds=sounds)


def _refuse_sound(path: Path) -> None:
    if path.suffix.lower() in AUDIO_SUFFIXES:
        raise DataError(f"{path}: a sound of no class; move it into the folder of its class")


def folder_info(classes: tuple[str, ...]) -> DatasetInfo:
    """What a folder of sounds is, once its classes are known."""
    return unpublished(FOLDER, SINGLE_LABEL, "accuracy", ("all",), classes)


def _entries(info: DatasetInfo, folder: Path, parts: dict[str, Path]) -> Listed:
    for label, name in enumerate(info.classes):
        paths = audio_files(parts[name])
        if not paths:
            raise DataError(
                f"{parts[name]}: no sounds ({', '.join(AUDIO_SUFFIXES)}) in the folder of a class;"
                " add some, or remove it"
            )
        for path in paths:
            clip = path.relative_to(folder).as_posix()
            yield Line(str(path), {}), Entry(clip, (path,), "all", (label,))
        # Of a format that is not read: the card names them among those that are not there.
        for path in unread_sounds(parts[name]):
            clip = path.relative_to(folder).as_posix()
            yield Line(str(path), {}), Entry(clip, (), "all", (label,))
