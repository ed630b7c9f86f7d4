"""ESC-50 and its subset ESC-10: ``meta/esc50.csv`` and ``audio/``, folds 1-5.

The names of the 50 classes are here as the data set's metadata; clips, and the table that says
which clip is what, are the user's own copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from concept_core.datasets.base import SINGLE_LABEL, DatasetInfo
from concept_core.datasets.listing import Entry, loader
from concept_core.datasets.synonyms import synonyms_of
from concept_core.datasets.tables import (
    Line,
    class_index,
    plain_name,
    read_table,
)

_COLUMNS = ("filename", "fold", "target", "category", "esc10")
_LAYOUT = "the folder must be laid out as ESC-50 is, with meta/esc50.csv and audio/"
_CITATION = (
    'K. J. Piczak: "ESC: Dataset for Environmental Sound Classification", ACM Multimedia 2015,'
    " doi:10.1145/2733373.2806390"
)
_SEEN = (
    "clips of Freesound, on whose sounds both CLAPs were trained; LAION's Freesound set exists with"
    " and without the clips of ESC-50"
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
    synonyms=synonyms_of(_ESC50_CLASSES),
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
    synonyms=synonyms_of(_ESC10_CLASSES),
)


_BY_NAME = {name.replace(" ", "_"): index for index, name in enumerate(_ESC50_CLASSES)}


def _entries(
    info: DatasetInfo, folder: Path, folds: tuple[str, ...]
) -> Iterator[tuple[Line, Entry]]:
    """The clips of the data set, each value against what ESC-50 allows."""
    for line in read_table(folder / "meta" / "esc50.csv", _COLUMNS, _LAYOUT):
        name, category = plain_name(line, "filename"), line["category"]
        if line["fold"] not in ESC50.folds:
            raise line.error(f"fold {line['fold']!r}; ESC-50 has folds 1-5")
        target = class_index(line, category, _BY_NAME)
        if line["target"] != str(target):
            raise line.error(
                f"target {line['target']!r} is not category {category!r}, which is {target};"
                " the table was changed, get it anew"
            )
        label, marked = _ESC50_CLASSES[target], line["esc10"]
        if marked != str(label in _ESC10_CLASSES):
            raise line.error(
                f"esc10 is {marked!r} for category {category!r}; expected {label in _ESC10_CLASSES}"
            )
        places, known = (folder / "audio" / name,), label in info.classes
        # The rest of the table is in no fold of ESC-10; a line of it that is repeated is an error.
        fold = line["fold"] if known else ""
        yield line, Entry(name, places, fold, (info.classes.index(label),) if known else ())


load_esc50 = loader("meta/esc50.csv and audio/ ('sonolex fetch esc50' gets it)", _entries)
