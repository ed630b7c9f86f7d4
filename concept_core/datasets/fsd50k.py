"""FSD50K: ``FSD50K.ground_truth/``, ``FSD50K.dev_audio/`` and ``FSD50K.eval_audio/``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from concept_core.datasets.base import MULTI_LABEL, ClipSet, DatasetInfo, check_folds
from concept_core.datasets.listing import Entry, gather
from concept_core.datasets.tables import Line, class_index, plain_name, read_table, require_folder

_COLUMNS = ("fname", "labels", "mids")
_LAYOUT = (
    "the folder must be laid out as FSD50K is, with FSD50K.ground_truth/ (dev.csv, eval.csv,"
    " vocabulary.csv), FSD50K.dev_audio/ and FSD50K.eval_audio/"
)

FSD50K = DatasetInfo(
    name="fsd50k",
    revision="1.0",
    licence="CC BY 4.0; each clip as Freesound states",
    citation=(
        "E. Fonseca, X. Favory, J. Pons, F. Font, X. Serra: FSD50K: an Open Dataset of"
        " Human-Labeled Sound Events, IEEE/ACM TASLP 30, 2022, doi:10.1109/TASLP.2021.3133208"
    ),
    sample_rate=44_100,
    main_metric="map",
    kind=MULTI_LABEL,
    folds=("train", "val", "eval"),
    classes=(),
    seen=(
        "Microsoft CLAP was trained on its training part; clips of Freesound, on which LAION-CLAP"
        " was trained with or without them"
    ),
    train_folds=("train",),
    test_folds=("eval",),
)


def load_fsd50k(info: DatasetInfo, folder: str | Path, folds: Iterable[str | int]) -> ClipSet:
    """The clips of the asked splits that are there, in the order of their tables.

    ``train`` and ``val`` are the two parts of the development set.

    Raises
    ------
    MissingError, UsageError, DataError
        No such folder; no such split; a broken table (line and value), or no clips.
    """
    asked = check_folds(info, folds)
    folder = require_folder(folder, info, "FSD50K.ground_truth/ and the two audio folders")
    path = folder / "FSD50K.ground_truth" / "vocabulary.csv"
    classes: dict[str, int] = {}
    for line in read_table(path, ("index", "label", "mid"), _LAYOUT, headed=False):
        if line["index"] != str(len(classes)) or line["label"] in classes:
            raise line.error(
                f"index {line['index']!r}, label {line['label']!r}; expected index {len(classes)}"
                " and a label of its own"
            )
        classes[line["label"]] = len(classes)
    info = replace(info, classes=tuple(name.replace("_", " ") for name in classes))
    return gather(info, folder, asked, list(_entries(folder, asked, classes)))


def _entries(
    folder: Path, folds: Iterable[str], classes: Mapping[str, int]
) -> Iterator[tuple[Line, Entry]]:
    for part in sorted({"eval" if fold == "eval" else "dev" for fold in folds}):
        columns = (*_COLUMNS, "split") if part == "dev" else _COLUMNS
        audio = folder / f"FSD50K.{part}_audio"
        for line in read_table(folder / "FSD50K.ground_truth" / f"{part}.csv", columns, _LAYOUT):
            name = plain_name(line, "fname")
            fold = line["split"] if part == "dev" else "eval"
            if part == "dev" and fold not in ("train", "val"):
                raise line.error(f"split {fold!r}; FSD50K's are train and val")
            labels = {class_index(line, label, classes) for label in line["labels"].split(",")}
            yield line, Entry(name, (audio / f"{name}.wav",), fold, tuple(sorted(labels)))
