"""DCASE 2017, task 4, subtask A: which of 17 warning and vehicle sounds a clip has.

``groundtruth_weak_label_{training,testing,evaluation}_set.csv``, one line a clip and sound, beside
the folders of audio under the names that they are distributed with.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from concept_core.datasets.base import MULTI_LABEL, DatasetInfo
from concept_core.datasets.listing import Entry, loader
from concept_core.datasets.tables import Line, class_index, plain_name, read_table

_COLUMNS = ("file", "start", "end", "label")
_AUDIO = {
    "training": "unbalanced_train_segments_training_set_audio_formatted_and_segmented_downloads",
    "testing": "unbalanced_train_segments_testing_set_audio_formatted_and_segmented_downloads",
    "evaluation": "evaluation_set_formatted_audio_segments",
}
_LAYOUT = (
    "the folder must hold the ground truth of task 4, and the audio folders as they are distributed"
)
# As ``sound_event_list_17_classes.txt`` has them: warning sounds, then vehicles.
_CLASSES = (
    *("Train horn", "Air horn, truck horn", "Car alarm", "Reversing beeps", "Ambulance (siren)"),
    *("Police car (siren)", "Fire engine, fire truck (siren)", "Civil defense siren", "Screaming"),
    *("Bicycle", "Skateboard", "Car", "Car passing by", "Bus", "Truck", "Motorcycle", "Train"),
)
_BY_NAME = {name: index for index, name in enumerate(_CLASSES)}

DCASE2017_TASK4 = DatasetInfo(
    name="dcase2017-task4",
    revision="2017",
    licence="lists Apache-2.0; labels of AudioSet CC BY 4.0; audio of YouTube's users",
    citation=(
        "A. Mesaros et al.: DCASE 2017 challenge setup: tasks, datasets and baseline system, DCASE"
        " workshop 2017; labels from AudioSet, doi:10.1109/ICASSP.2017.7952261"
    ),
    sample_rate=44_100,
    main_metric="macro-f1",
    kind=MULTI_LABEL,
    folds=("training", "testing", "evaluation"),
    classes=_CLASSES,
    seen="clips of AudioSet: whatever was trained on AudioSet may have heard them",
    train_folds=("training",),
    test_folds=("evaluation",),
)


def _entries(
    info: DatasetInfo, folder: Path, folds: tuple[str, ...]
) -> Iterator[tuple[Line, Entry]]:
    """In the order in which the lists first name them; a label that is listed twice counts once."""
    for fold in folds:
        path = folder / f"groundtruth_weak_label_{fold}_set.csv"
        first: dict[str, Line] = {}
        labels: dict[str, set[int]] = {}
        for line in read_table(path, _COLUMNS, _LAYOUT, delimiter="\t", headed=False):
            name = plain_name(line, "file")
            first.setdefault(name, line)
            labels.setdefault(name, set()).add(class_index(line, line["label"], _BY_NAME))
        audio = folder / _AUDIO[fold]
        for name, line in first.items():
            # The audio is named after the list, behind a Y: names must not begin with a dash.
            places = (audio / f"Y{name}", audio / name)
            yield line, Entry(name, places, fold, tuple(sorted(labels[name])))


load_dcase2017_task4 = loader("groundtruth_weak_label_*_set.csv and the audio folders", _entries)
