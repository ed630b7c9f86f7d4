"""Data sets: one file each, official splits and folds only; ``load_dataset`` finds one by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from concept_core.datasets.base import ClipSet, DatasetInfo
from concept_core.datasets.demo_sounds import DEMO_SOUNDS, load_demo_sounds
from concept_core.datasets.esc50 import ESC10, ESC50, load_esc50
from concept_core.errors import UsageError
from concept_core.spelling import unknown_name

__all__ = ["DATASETS", "ClipSet", "DatasetInfo", "dataset_info", "known_classes", "load_dataset"]

_Loader = Callable[[DatasetInfo, str | Path, Iterable[str | int]], ClipSet]

_LOADERS: dict[DatasetInfo, _Loader] = {
    ESC10: load_esc50,
    ESC50: load_esc50,
    DEMO_SOUNDS: load_demo_sounds,
}
DATASETS = {info.name: info for info in _LOADERS}


def dataset_info(name: str) -> DatasetInfo:
    """The metadata of a data set: its classes, folds, licence and citation.

    Raises
    ------
    UsageError
        Unknown name; the message lists the known.
    """
    if name not in DATASETS:
        raise unknown_name("data set", name, DATASETS)
    return DATASETS[name]


def known_classes(name: str) -> tuple[str, ...]:
    """The class names of a data set, where they are known without its files.

    Raises
    ------
    UsageError
        Unknown name; or the names come with the set's files, or it has captions, no classes.
    """
    info = dataset_info(name)
    if not info.classes:
        raise UsageError(
            f"{name}: its class names are not known here; list them in a file, one a line"
        )
    return info.classes


def load_dataset(name: str, folder: str | Path, folds: Iterable[str | int]) -> ClipSet:
    """The clips of the asked folds of a data set that lie in ``folder``.

    Folds are asked by name; a number stands for the fold of that name.

    Raises
    ------
    UsageError, MissingError, DataError
        Unknown name or fold; no such folder; broken metadata, or no clips.
    """
    info = dataset_info(name)
    return _LOADERS[info](info, folder, folds)
