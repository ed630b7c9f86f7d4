"""``table``: sounds of one's own, listed in a csv file.

Columns: ``path`` (absolute, or from the folder of the csv file), ``split`` (else all clips are
in the fold ``all``), and what is known of a clip: ``label``, or ``labels`` between semicolons
(none at all is fine), or ``caption``; a caption may stand beside labels. Several lines of one
path are its several captions, with the same label and split on each. ``recording`` names what a
clip was cut from, on every line: figures are then resampled by recording.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from concept_core.datasets.base import (
    CAPTIONS,
    MULTI_LABEL,
    SINGLE_LABEL,
    ClipSet,
    DatasetInfo,
    check_folds,
    unpublished,
)
from concept_core.datasets.listing import Entry, Listed, gather
from concept_core.datasets.tables import Line, read_table
from concept_core.documents import whole_number
from concept_core.errors import DataError, MissingFileError

TABLE = "table"
_COLUMNS = {SINGLE_LABEL: "label", MULTI_LABEL: "labels", CAPTIONS: "caption"}
_METRICS = {SINGLE_LABEL: "accuracy", MULTI_LABEL: "map", CAPTIONS: "r@1"}


def load_table(path: str | Path, folds: Iterable[str | int], *, sounds: bool = True) -> ClipSet:
    """The clips of the asked splits that are there, in the order of the table.

    Classes are those of the whole table, sorted by name.

    Parameters
    ----------
    path : str or Path
        The csv file.
    folds : iterable of str
        Values of its column ``split``.
    sounds : bool
        Whether the clips are to be heard; if not, all lines are taken, with or without a file.

    Raises
    ------
    MissingError
        No such file.
    UsageError
        A split that the table does not have, or none asked.
    DataError
        A broken table (line and value), or no clips of these splits.
    """
    path = Path(path)
    info, lines = _read(path)
    asked = check_folds(info, folds)
    return gather(info, path.parent, asked, _entries(info, path.parent, lines), sounds=sounds)


def table_info(path: str | Path) -> DatasetInfo:
    """What a table says of itself: its folds, kind and classes; raises as `load_table`."""
    return _read(Path(path))[0]


def _read(path: Path) -> tuple[DatasetInfo, list[Line]]:
    if not path.is_file():
        raise MissingFileError(f"{path}: no such file; give a csv file with the column path")
    lines = read_table(path, ("path",), "give a csv file with the column path")
    return _info(_kind(path, lines[0]), lines), lines


def _kind(path: Path, line: Line) -> str:
    """What the columns say of a clip."""
    if "label" in line.values and "labels" in line.values:
        raise DataError(f"{path}: columns 'label' and 'labels'; keep one of them")
    for kind, column in _COLUMNS.items():
        if column in line.values:
            return kind
    raise DataError(f"{path}: no column 'label', 'labels' or 'caption'; add what is known of clips")


def _info(kind: str, lines: Sequence[Line]) -> DatasetInfo:
    folds = sorted({_fold(line) for line in lines}, key=_order)
    return unpublished(
        TABLE,
        kind,
        _METRICS[kind],
        folds,
        sorted({name for line in lines for name in _labels(kind, line)}),
        train_folds=("train",) if {"train", "test"} <= set(folds) else (),
        test_folds=("test",) if "test" in folds else (),
    )


def _order(fold: str) -> tuple[bool, int, str]:
    """Numbers as numbers, before names."""
    number = whole_number(fold)
    return (number is None, number or 0, fold)


def _fold(line: Line) -> str:
    fold = line.values.get("split", "all").strip()
    if not fold:
        raise line.error("no split; name one on every line, or leave the column out")
    return fold


def _recording(line: Line) -> str:
    recording = line.values.get("recording")
    if recording is not None and not recording.strip():
        raise line.error("no recording; name one on every line, or leave the column out")
    return (recording or "").strip()


def _labels(kind: str, line: Line) -> tuple[str, ...]:
    if kind == CAPTIONS:
        return ()
    if kind == SINGLE_LABEL:
        if not line["label"].strip():
            raise line.error("no label; every clip has one class, or use the column 'labels'")
        return (line["label"].strip(),)
    names = [name.strip() for name in line["labels"].split(";")]
    return tuple(name for name in names if name)


def _entries(info: DatasetInfo, folder: Path, lines: Sequence[Line]) -> Listed:
    by_name = {name: index for index, name in enumerate(info.classes)}
    captioned = "caption" in lines[0].values
    groups: dict[str, list[Line]] = {}
    for number, line in enumerate(lines):
        if not line["path"]:
            raise line.error("no path; name a sound on every line")
        # Without captions a second line of a path says nothing new: let it be found as a repeat.
        groups.setdefault(line["path"] if captioned else str(number), []).append(line)
    for group in groups.values():
        first = group[0]
        labels = {by_name[name] for name in _labels(info.kind, first)}
        for line in group:
            _check_same(info.kind, first, line)
            if captioned and not line["caption"].strip():
                raise line.error(f"the caption of {line['path']!r} is empty; write one")
        yield (
            first,
            Entry(
                name=first["path"],
                places=(folder / first["path"],),
                fold=_fold(first),
                classes=tuple(sorted(labels)),
                captions=tuple(line["caption"].strip() for line in group) if captioned else (),
                recording=_recording(first),
            ),
        )


def _check_same(kind: str, first: Line, line: Line) -> None:
    """All lines of a path tell the same of it, captions apart."""
    if _fold(line) != _fold(first):
        raise line.error(f"{line['path']!r} has another split in {first.where}; keep one")
    if _recording(line) != _recording(first):
        raise line.error(f"{line['path']!r} has another recording in {first.where}; keep one")
    if sorted(_labels(kind, line)) != sorted(_labels(kind, first)):
        raise line.error(f"{line['path']!r} has other labels in {first.where}; keep one")
