"""VocalSound: ``datafiles/{tr,val,te}.json`` and ``audio_44k/`` or ``audio_16k/``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from concept_core.datasets.base import SINGLE_LABEL, DatasetInfo
from concept_core.datasets.listing import Entry, loader
from concept_core.datasets.tables import Line, class_index, require_file
from concept_core.datasets.text_files import read_json
from concept_core.errors import DataError

_FILES = {"train": "tr.json", "val": "val.json", "test": "te.json"}
# The release at 44.1 kHz was also called so; the better rate first.
_AUDIO = ("audio_44k", "data_44k", "audio_16k")
_LAYOUT = (
    "the folder must be laid out as VocalSound is, with datafiles/tr.json, val.json and te.json,"
    " and audio_44k/ or audio_16k/"
)
# By AudioSet's identifiers, in the order of ``class_labels_indices_vs.csv``.
_CLASSES = {
    "/m/01j3sz": "laughter",
    "/m/07plz5l": "sigh",
    "/m/01b_21": "cough",
    "/m/0dl9sf8": "throat clearing",
    "/m/01hsr_": "sneeze",
    "/m/07ppn3j": "sniff",
}
_BY_MID = {mid: index for index, mid in enumerate(_CLASSES)}

VOCALSOUND = DatasetInfo(
    name="vocalsound",
    revision="2022",
    licence="CC BY-SA 4.0",
    citation=(
        "Y. Gong, J. Yu, J. Glass: VocalSound: A Dataset for Improving Human Vocal Sounds"
        " Recognition, ICASSP 2022, doi:10.1109/ICASSP43922.2022.9746828"
    ),
    sample_rate=44_100,
    main_metric="accuracy",
    kind=SINGLE_LABEL,
    folds=tuple(_FILES),
    classes=tuple(_CLASSES.values()),
    seen="not known to be in an encoder's training data",
    train_folds=("train",),
    test_folds=("test",),
)


def _entries(
    info: DatasetInfo, folder: Path, folds: tuple[str, ...]
) -> Iterator[tuple[Line, Entry]]:
    """Of the paths in the lists, the authors' own, only the last part counts."""
    for fold in folds:
        for line in _read_list(folder / "datafiles" / _FILES[fold]):
            name = line["wav"].replace("\\", "/").rsplit("/", 1)[-1]
            if not name:
                raise line.error(f"wav {line['wav']!r} names no file; get the list anew")
            places = tuple(folder / audio / name for audio in _AUDIO)
            yield line, Entry(name, places, fold, (class_index(line, line["labels"], _BY_MID),))


def _read_list(path: Path) -> list[Line]:
    value = read_json(require_file(path, _LAYOUT))
    rows = value.get("data") if isinstance(value, dict) else None
    if not isinstance(rows, list) or not rows:
        raise DataError(f"{path}: no list 'data' with clips in it; get it anew")
    lines = []
    for number, row in enumerate(rows, start=1):
        where = f"{path}, entry {number}"
        row = row if isinstance(row, dict) else {}
        values = {key: row.get(key) for key in ("wav", "labels")}
        for key, found in values.items():
            if not isinstance(found, str):
                raise DataError(f"{where}: {key} is {found!r}, not a text; get the list anew")
        lines.append(Line(where, {key: str(found) for key, found in values.items()}))
    return lines


load_vocalsound = loader("datafiles/ and audio_44k/ or audio_16k/", _entries)
