"""TUT Acoustic Scenes 2017: the folders of the development and of the evaluation set.

A development clip's fold is the one that tests on it: ``evaluation_setup/foldN_evaluate.txt``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from concept_core.datasets.base import SINGLE_LABEL, DatasetInfo
from concept_core.datasets.listing import Entry, loader
from concept_core.datasets.tables import Line, class_index, read_table

_DEVELOPMENT = "TUT-acoustic-scenes-2017-development"
_EVALUATION = "TUT-acoustic-scenes-2017-evaluation"
_LAYOUT = (
    f"the folder must hold {_DEVELOPMENT} and {_EVALUATION}, each with audio/ and evaluation_setup/"
    " (the list evaluate.txt came later than the audio: its scenes were secret at first)"
)
# As the lists write them, in the order of the alphabet.
_CLASSES = {
    "beach": "beach",
    "bus": "bus",
    "cafe/restaurant": "cafe or restaurant",
    "car": "car",
    "city_center": "city center",
    "forest_path": "forest path",
    "grocery_store": "grocery store",
    "home": "home",
    "library": "library",
    "metro_station": "metro station",
    "office": "office",
    "park": "park",
    "residential_area": "residential area",
    "train": "train",
    "tram": "tram",
}
_BY_NAME = {name: index for index, name in enumerate(_CLASSES)}
_FOLDS = ("1", "2", "3", "4")

TUT2017 = DatasetInfo(
    name="tut2017",
    revision="2017",
    licence="Tampere University of Technology, non-commercial research",
    citation=(
        "A. Mesaros, T. Heittola, T. Virtanen: TUT Acoustic Scenes 2017, development"
        " doi:10.5281/zenodo.400515, evaluation doi:10.5281/zenodo.1040168"
    ),
    sample_rate=44_100,
    main_metric="accuracy",
    kind=SINGLE_LABEL,
    folds=(*_FOLDS, "evaluation"),
    classes=tuple(_CLASSES.values()),
    seen=(
        "not known to be in an encoder's training data; Microsoft CLAP learned captions of other"
        " recordings of such scenes (MACS)"
    ),
    train_folds=_FOLDS,
    test_folds=("evaluation",),
)


def _entries(
    info: DatasetInfo, folder: Path, folds: tuple[str, ...]
) -> Iterator[tuple[Line, Entry]]:
    for fold in folds:
        part = folder / (_DEVELOPMENT if fold in _FOLDS else _EVALUATION)
        name = f"fold{fold}_evaluate.txt" if fold in _FOLDS else "evaluate.txt"
        path = part / "evaluation_setup" / name
        for line in read_table(path, ("file", "scene"), _LAYOUT, delimiter="\t", headed=False):
            clip = line["file"]
            if not clip.startswith("audio/") or Path(clip).name != clip.removeprefix("audio/"):
                raise line.error(f"file {clip!r} is not a file in audio/; get the list anew")
            label = class_index(line, line["scene"], _BY_NAME)
            # Both sets number their files alike: the name alone would not tell them apart.
            yield line, Entry(f"{part.name}/{clip}", (part / clip,), fold, (label,))


load_tut2017 = loader(f"{_DEVELOPMENT} and {_EVALUATION}", _entries)
