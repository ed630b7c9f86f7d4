"""Published sets whose clips have any number of classes: what the files of each list.

Every reader takes the set, its folder and the asked folds, and gives the clips in the order of the
list; of some sets the class names come with the files. All raise DataError for a broken list (line
and value).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from concept_core.datasets.base import DatasetInfo
from concept_core.datasets.listing import Entry, Listed
from concept_core.datasets.tables import Line, class_index, plain_name, read_table

_DCASE_AUDIO = {
    "training": "unbalanced_train_segments_training_set_audio_formatted_and_segmented_downloads",
    "testing": "unbalanced_train_segments_testing_set_audio_formatted_and_segmented_downloads",
    "evaluation": "evaluation_set_formatted_audio_segments",
}


def dcase2017_task4(info: DatasetInfo, folder: Path, folds: tuple[str, ...]) -> Listed:
    """DCASE 2017, task 4, subtask A: which of 17 warning and vehicle sounds a clip has.

    ``groundtruth_weak_label_{training,testing,evaluation}_set.csv``, one line a clip and sound,
    beside the folders of audio under the names that they are distributed with. Clips are in the
    order in which the lists first name them; a label that is listed twice counts once.
    """
    by_name = {name: index for index, name in enumerate(info.classes)}
    columns = ("file", "start", "end", "label")
    for fold in folds:
        path = folder / f"groundtruth_weak_label_{fold}_set.csv"
        first: dict[str, Line] = {}
        labels: dict[str, set[int]] = {}
        for line in read_table(path, columns, info.layout, delimiter="\t", headed=False):
            name = plain_name(line, "file")
            first.setdefault(name, line)
            labels.setdefault(name, set()).add(class_index(line, line["label"], by_name))
        audio = folder / _DCASE_AUDIO[fold]
        for name, line in first.items():
            # The audio is named after the list, behind a Y: names must not begin with a dash.
            places = (audio / name, audio / f"Y{name}")
            yield line, Entry(name, places, fold, tuple(sorted(labels[name])))


def audioset_classes(info: DatasetInfo, folder: Path) -> DatasetInfo:
    """The set with the classes of ``class_labels_indices.csv``; their codes are mids."""
    columns = ("index", "mid", "display_name")
    names: dict[str, str] = {}
    for line in read_table(folder / "class_labels_indices.csv", columns, info.layout):
        if line["index"] != str(len(names)) or line["mid"] in names or not line["display_name"]:
            raise line.error(
                f"index {line['index']!r}, mid {line['mid']!r}; expected index {len(names)}, a mid"
                " of its own and a name"
            )
        names[line["mid"]] = line["display_name"]
    return replace(info, classes=tuple(names.values()), codes=tuple(names))


def audioset(info: DatasetInfo, folder: Path, folds: tuple[str, ...]) -> Listed:
    """AudioSet's evaluation set: ``eval_segments.csv``, ``class_labels_indices.csv``, ``audio/``.

    AudioSet comes without audio. A clip is ``audio/YTID`` or ``audio/YYTID`` with any audio suffix;
    behind it may stand where it begins and ends, ``audio/YTID_30.000_40.000``.
    """
    by_code, audio = info.by_code(), folder / "audio"
    columns = ("YTID", "start_seconds", "end_seconds", "positive_labels")
    path = folder / "eval_segments.csv"
    for line in read_table(path, columns, info.layout, headed=False, comment="#"):
        name = plain_name(line, "YTID")
        labels = _classes_of(line, "positive_labels", by_code)
        seconds = f"_{line['start_seconds']}_{line['end_seconds']}"
        names = (name, f"Y{name}", f"{name}{seconds}", f"Y{name}{seconds}")
        places = tuple(audio / one for one in names)
        yield line, Entry(name, places, "eval", labels, recording=line[info.recording])


def fsd50k_classes(info: DatasetInfo, folder: Path) -> DatasetInfo:
    """The set with the classes of ``vocabulary.csv``; their codes are names with underscores."""
    path = folder / "FSD50K.ground_truth" / "vocabulary.csv"
    codes: list[str] = []
    for line in read_table(path, ("index", "label", "mid"), info.layout, headed=False):
        if line["index"] != str(len(codes)) or line["label"] in codes:
            raise line.error(
                f"index {line['index']!r}, label {line['label']!r}; expected index {len(codes)}"
                " and a label of its own"
            )
        codes.append(line["label"])
    names = tuple(code.replace("_", " ") for code in codes)
    return replace(info, classes=names, codes=tuple(codes))


def fsd50k(info: DatasetInfo, folder: Path, folds: tuple[str, ...]) -> Listed:
    """FSD50K: ``FSD50K.ground_truth/``, ``FSD50K.dev_audio/`` and ``FSD50K.eval_audio/``.

    ``train`` and ``val`` are the two parts of the development set.
    """
    by_code = info.by_code()
    for part in sorted({"eval" if fold == "eval" else "dev" for fold in folds}):
        columns = ["fname", "labels", "mids", *(["split"] if part == "dev" else [])]
        audio, path = folder / f"FSD50K.{part}_audio", folder / "FSD50K.ground_truth"
        for line in read_table(path / f"{part}.csv", columns, info.layout):
            name = plain_name(line, "fname")
            fold = line["split"] if part == "dev" else "eval"
            if part == "dev" and fold not in ("train", "val"):
                raise line.error(f"split {fold!r}; FSD50K's are train and val")
            labels = _classes_of(line, "labels", by_code)
            yield line, Entry(name, (audio / f"{name}.wav",), fold, labels)


def _classes_of(line: Line, column: str, by_code: Mapping[str, int]) -> tuple[int, ...]:
    """The classes that a value lists between commas."""
    codes = line[column].split(",")
    return tuple(sorted({class_index(line, code.strip(), by_code) for code in codes}))
