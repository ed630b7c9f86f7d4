"""Data sets: a reader each, official splits and folds only; ``load_dataset`` finds one by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from concept_core.datasets import caption_sets, multi_label_sets, single_label_sets
from concept_core.datasets.base import ClipSet, DatasetInfo, check_folds
from concept_core.datasets.folder import FOLDER, folder_info, load_folder
from concept_core.datasets.listing import Listed, gather
from concept_core.datasets.published import PUBLISHED as DATASETS
from concept_core.datasets.table import TABLE, load_table, table_info
from concept_core.datasets.tables import require_folder
from concept_core.errors import MissingError, UsageError
from concept_core.resources import resource_path
from concept_core.spelling import unknown_name

__all__ = [
    "DATASETS",
    "DATASET_NAMES",
    "ClipSet",
    "DatasetInfo",
    "dataset_info",
    "default_folds",
    "known_classes",
    "load_dataset",
]

_READERS: dict[str, Callable[[DatasetInfo, Path, tuple[str, ...]], Listed]] = {
    "esc10": single_label_sets.esc50,
    "esc50": single_label_sets.esc50,
    "urbansound8k": single_label_sets.urbansound8k,
    "dcase2017-task4": multi_label_sets.dcase2017_task4,
    "audioset": multi_label_sets.audioset,
    "vocalsound": single_label_sets.vocalsound,
    "tut2017": single_label_sets.tut2017,
    "clotho": caption_sets.clotho,
    "audiocaps": caption_sets.audiocaps,
    "fsd50k": multi_label_sets.fsd50k,
    "gtzan": single_label_sets.gtzan,
    "nsynth": single_label_sets.nsynth,
    "demo-sounds": single_label_sets.demo_sounds,
}
# What reads the class names of sets whose files hold them.
_CLASSES = {
    "audioset": multi_label_sets.audioset_classes,
    "fsd50k": multi_label_sets.fsd50k_classes,
}
# A person's own sounds: what they are is known once they are loaded.
_OWN: dict[str, Callable[..., ClipSet]] = {FOLDER: load_folder, TABLE: load_table}

DATASET_NAMES = (*DATASETS, *_OWN)
"""All names that ``load_dataset`` takes."""


def dataset_info(name: str) -> DatasetInfo:
    """The metadata of a data set: its classes, folds, licence and citation.

    Raises
    ------
    UsageError
        Unknown name, the message lists the known; or sounds of one's own, not loaded yet.
    """
    if name in _OWN:
        raise UsageError(f"{name}: sounds of your own; what they are is known once they are loaded")
    if name not in DATASETS:
        raise unknown_name("data set", name, DATASET_NAMES)
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


def load_dataset(
    name: str,
    folder: str | Path | None = None,
    folds: Iterable[str | int] | None = None,
    *,
    trained: bool = False,
    sounds: bool = True,
) -> ClipSet:
    """The clips of some folds of a data set that are there; without ``sounds``, all of them.

    Parameters
    ----------
    name : str
        One of ``DATASET_NAMES``.
    folder : str or Path, optional
        Where it lies: its folder, or the csv file of a ``table``. By default where ``sonolex
        fetch`` puts it.
    folds : iterable of str or int, optional
        By name; a number stands for the fold of that name. By default the official test folds,
        or all folds where the set has no official split.
    trained : bool
        Whether the default includes the official training folds.
    sounds : bool
        Whether the clips are to be heard. If not, all that the set's files list are taken, and
        no sound need be there. Of ``folder``, ``demo-sounds`` and the fold ``all`` of ``gtzan``
        the sounds themselves are the list.

    Raises
    ------
    UsageError, MissingError, DataError
        Unknown name or fold; no folder is given and nothing was fetched; no such folder; broken
        metadata, or no clips.
    """
    info = None if name in _OWN else dataset_info(name)
    place = Path(fetched(name) if folder is None else folder)
    if folds is None:
        folds = default_folds(_own_info(name, place) if info is None else info, trained=trained)
    if info is None:
        return _OWN[name](place, folds, sounds=sounds)
    return _load(info, place, folds, sounds=sounds)


def _load(info: DatasetInfo, folder: Path, folds: Iterable[str | int], *, sounds: bool) -> ClipSet:
    """The clips of a published set, in the order of its list."""
    asked = check_folds(info, folds)
    require_folder(folder, info)
    if info.name in _CLASSES:
        info = _CLASSES[info.name](info, folder)
    return gather(info, folder, asked, _READERS[info.name](info, folder, asked), sounds=sounds)


def fetched(name: str) -> Path:
    """Where ``sonolex fetch`` has put a data set.

    Raises
    ------
    UsageError
        It has not.
    """
    try:
        return resource_path(name)
    except (UsageError, MissingError) as error:
        raise UsageError(
            f"{name}: say where it lies, with --data (it is not among what 'sonolex fetch' got)"
        ) from error


def default_folds(info: DatasetInfo, *, trained: bool) -> tuple[str, ...]:
    """The official test folds, after those to train on where ``trained``; else all folds."""
    if not info.test_folds:
        return info.folds
    return (*info.train_folds, *info.test_folds) if trained else info.test_folds


def _own_info(name: str, place: Path) -> DatasetInfo:
    return table_info(place) if name == TABLE else folder_info(())
