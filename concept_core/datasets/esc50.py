"""ESC-50 and its subset ESC-10: ``meta/esc50.csv`` and ``audio/``, folds 1-5.

The names of the 50 classes are here as the data set's metadata; clips, and the table that says
which clip is what, are the user's own copy.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from concept_core.datasets.base import SINGLE_LABEL, ClipSet, DatasetInfo, check_folds
from concept_core.errors import DataError, MissingError

_COLUMNS = ("filename", "fold", "target", "category", "esc10")
_SUFFIXES = (".wav", ".ogg")
_CITATION = (
    'K. J. Piczak: "ESC: Dataset for Environmental Sound Classification", ACM Multimedia 2015,'
    " doi:10.1145/2733373.2806390"
)
_SEEN = (
    "its clips come from Freesound, on which the CLAP models and whoever uses WavCaps were trained"
)
# In the order of the column ``target``; underscores of the table read as spaces.
_ESC50_CLASSES = (
    *("dog", "rooster", "pig", "cow", "frog", "cat", "hen", "insects", "sheep", "crow"),
    *("rain", "sea waves", "crackling fire", "crickets", "chirping birds"),
    *("water drops", "wind", "pouring water", "toilet flush", "thunderstorm"),
    *("crying baby", "sneezing", "clapping", "breathing", "coughing"),
    *("footsteps", "laughing", "brushing teeth", "snoring", "drinking sipping"),
    *("door wood knock", "mouse click", "keyboard typing", "door wood creaks", "can opening"),
    *("washing machine", "vacuum cleaner", "clock alarm", "clock tick", "glass breaking"),
    *("helicopter", "chainsaw", "siren", "car horn", "engine"),
    *("train", "church bells", "airplane", "fireworks", "hand saw"),
)
_ESC10_CLASSES = (
    *("dog", "rooster", "rain", "sea waves", "crackling fire"),
    *("crying baby", "sneezing", "clock tick", "helicopter", "chainsaw"),
)

ESC50 = DatasetInfo(
    name="esc50",
    revision="2.0.0",
    licence="CC BY-NC 3.0",
    citation=_CITATION,
    sample_rate=44_100,
    main_metric="accuracy",
    kind=SINGLE_LABEL,
    folds=("1", "2", "3", "4", "5"),
    classes=_ESC50_CLASSES,
    seen=_SEEN,
)
ESC10 = DatasetInfo(
    name="esc10",
    revision="2.0.0",
    licence="CC BY 3.0",
    citation=_CITATION,
    sample_rate=44_100,
    main_metric="accuracy",
    kind=SINGLE_LABEL,
    folds=("1", "2", "3", "4", "5"),
    classes=_ESC10_CLASSES,
    seen=_SEEN,
)


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the table, checked."""

    filename: str
    fold: str
    category: str
    in_esc10: bool


def load_esc50(info: DatasetInfo, folder: str | Path, folds: Iterable[str | int]) -> ClipSet:
    """The clips of the asked folds that are there, in the order of the table.

    Parameters
    ----------
    info : DatasetInfo
        ``ESC50``, or ``ESC10`` for the clips marked so in the table.
    folder : str or Path
        Holds ``meta/esc50.csv`` and ``audio/``. A clip may be wav or ogg, whatever suffix the
        table names.
    folds : iterable of str
        Official folds.

    Raises
    ------
    MissingError
        No such folder.
    UsageError
        A fold that the data set does not have, or none asked.
    DataError
        No table, a broken table (line and value), or no clips of these folds.
    """
    asked = check_folds(info, folds)
    folder = Path(folder)
    if not folder.is_dir():
        raise MissingError(
            f"{folder}: no such folder; give the one that holds meta/esc50.csv and audio/"
            " ('sonolex fetch esc50' gets the data set)"
        )
    found: list[tuple[Path, _Row]] = []
    missing: list[str] = []
    for row in _read_table(folder / "meta" / "esc50.csv"):
        if row.fold not in asked or (info is ESC10 and not row.in_esc10):
            continue
        path = _find_clip(folder / "audio", row.filename)
        if path is None:
            missing.append(row.filename)
        else:
            found.append((path, row))
    if not found:
        raise _no_clips(info, folder, asked, missing)
    return ClipSet(
        info=info,
        paths=tuple(path for path, _ in found),
        labels=np.array([info.classes.index(row.category) for _, row in found], dtype=np.int64),
        folds=tuple(row.fold for _, row in found),
        missing=tuple(missing),
    )


def _no_clips(
    info: DatasetInfo, folder: Path, asked: tuple[str, ...], missing: list[str]
) -> DataError:
    folds = ", ".join(asked)
    if not missing:
        return DataError(
            f"{folder}: meta/esc50.csv lists no clips of {info.name} in folds {folds}; ask for"
            " folds that it lists, or get the whole table"
        )
    return DataError(
        f"{folder}: none of the {len(missing)} clips of {info.name} in folds {folds} is there,"
        f" such as {missing[0]} (.wav or .ogg); put them into {folder / 'audio'}"
    )


def _find_clip(audio: Path, filename: str) -> Path | None:
    """The file as the table names it, or the same stem with the other suffix."""
    named = audio / filename
    for path in (named, *(named.with_suffix(suffix) for suffix in _SUFFIXES)):
        if path.is_file():
            return path
    return None


def _read_table(path: Path) -> Iterator[_Row]:
    if not path.is_file():
        raise DataError(
            f"{path}: no such file; the folder must be laid out as ESC-50 is, with"
            " meta/esc50.csv and audio/"
        )
    try:
        # The whole table first: a broken line is an error before anything is done with others.
        with open(path, encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            for column in _COLUMNS:
                if column not in (reader.fieldnames or ()):
                    raise DataError(
                        f"{path}: no column {column!r}; expected the columns of ESC-50,"
                        f" {', '.join(_COLUMNS)}"
                    )
            rows = [_check_row(f"{path}, line {reader.line_num}", row) for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: not a csv file in UTF-8 ({error}); get it anew") from error
    seen: set[str] = set()
    for row in rows:
        if row.filename in seen:
            raise DataError(
                f"{path}: {row.filename!r} is listed twice; a clip counts once, remove a line"
            )
        seen.add(row.filename)
    yield from rows


def _check_row(where: str, row: dict[str, str | None]) -> _Row:
    """The row's values, each against what ESC-50 allows."""
    filename, fold, target, category, esc10 = ((row[column] or "") for column in _COLUMNS)
    if not filename or Path(filename).name != filename:
        raise DataError(f"{where}: filename {filename!r} is not the name of a file in audio/")
    if fold not in ESC50.folds:
        raise DataError(f"{where}: fold {fold!r}; ESC-50 has folds 1-5")
    label = category.replace("_", " ")
    if label not in ESC50.classes:
        raise DataError(
            f"{where}: unknown category {category!r}; ESC-50's are"
            f" {', '.join(ESC50.classes[:3])} ... {ESC50.classes[-1]}"
        )
    if target != str(ESC50.classes.index(label)):
        raise DataError(
            f"{where}: target {target!r} is not category {category!r}, which is"
            f" {ESC50.classes.index(label)}; the table was changed, get it anew"
        )
    if esc10 not in ("True", "False") or (esc10 == "True") != (label in ESC10.classes):
        raise DataError(
            f"{where}: esc10 is {esc10!r} for category {category!r}; expected"
            f" {label in ESC10.classes}"
        )
    return _Row(filename, fold, label, esc10 == "True")
