"""UrbanSound8K: ``metadata/UrbanSound8K.csv`` and ``audio/fold1`` to ``fold10``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from concept_core.datasets.base import SINGLE_LABEL, DatasetInfo
from concept_core.datasets.listing import Entry, loader
from concept_core.datasets.synonyms import synonyms_of
from concept_core.datasets.tables import Line, class_index, plain_name, read_table

_COLUMNS = ("slice_file_name", "fold", "classID", "class")
_LAYOUT = (
    "the folder must be laid out as UrbanSound8K is, with metadata/UrbanSound8K.csv and"
    " audio/fold1 to audio/fold10"
)
# In the order of the column ``classID``.
_CLASSES = (
    *("air conditioner", "car horn", "children playing", "dog bark", "drilling"),
    *("engine idling", "gun shot", "jackhammer", "siren", "street music"),
)
_BY_NAME = {name.replace(" ", "_"): index for index, name in enumerate(_CLASSES)}

URBANSOUND8K = DatasetInfo(
    name="urbansound8k",
    revision="1.0",
    licence="CC BY-NC 3.0",
    citation=(
        "J. Salamon, C. Jacoby, J. P. Bello: A Dataset and Taxonomy for Urban Sound Research, ACM"
        " Multimedia 2014, doi:10.1145/2647868.2655045"
    ),
    sample_rate=44_100,
    main_metric="accuracy",
    kind=SINGLE_LABEL,
    folds=tuple(str(number) for number in range(1, 11)),
    classes=_CLASSES,
    seen=(
        "clips of Freesound, on whose sounds both CLAPs were trained; LAION's Freesound set exists"
        " with and without the clips of UrbanSound8K"
    ),
    synonyms=synonyms_of(_CLASSES),
)


def _entries(
    info: DatasetInfo, folder: Path, folds: tuple[str, ...]
) -> Iterator[tuple[Line, Entry]]:
    for line in read_table(folder / "metadata" / "UrbanSound8K.csv", _COLUMNS, _LAYOUT):
        name, fold, category = plain_name(line, "slice_file_name"), line["fold"], line["class"]
        if fold not in URBANSOUND8K.folds:
            raise line.error(f"fold {fold!r}; UrbanSound8K has folds 1-10")
        label = class_index(line, category, _BY_NAME)
        if line["classID"] != str(label):
            raise line.error(
                f"classID {line['classID']!r} is not class {category!r}, which is {label}; the"
                " table was changed, get it anew"
            )
        yield line, Entry(name, (folder / "audio" / f"fold{fold}" / name,), fold, (label,))


load_urbansound8k = loader("metadata/UrbanSound8K.csv and audio/", _entries)
