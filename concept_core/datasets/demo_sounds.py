"""The ten animal sounds of the resource ``demo-sounds``: a first look, no benchmark.

One file a class, named after it: ``dog.mp3`` is a dog. All are in fold 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from concept_core.datasets.base import SINGLE_LABEL, ClipSet, DatasetInfo, check_folds
from concept_core.datasets.synonyms import synonyms_of
from concept_core.errors import DataError, MissingError

_CLASSES = ("cat", "cow", "dog", "duck", "frog", "horse", "owl", "pig", "rooster", "sheep")

DEMO_SOUNDS = DatasetInfo(
    name="demo-sounds",
    revision="0.0.3",
    licence="CC0",
    citation="J. Sardin, bigsoundbank.com",
    sample_rate=44_100,
    main_metric="accuracy",
    kind=SINGLE_LABEL,
    folds=("1",),
    classes=_CLASSES,
    seen="not known to be in an encoder's training data",
    synonyms=synonyms_of(_CLASSES),
)


def load_demo_sounds(info: DatasetInfo, folder: str | Path, folds: Iterable[str | int]) -> ClipSet:
    """The sounds that are in ``folder``, in the order of their classes.

    Raises
    ------
    MissingError
        No such folder.
    UsageError
        A fold other than 1.
    DataError
        None of the sounds is there.
    """
    check_folds(info, folds)
    folder = Path(folder)
    if not folder.is_dir():
        raise MissingError(f"{folder}: no such folder; run 'sonolex fetch demo-sounds'")
    paths = [folder / f"{name}.mp3" for name in info.classes]
    found = [label for label, path in enumerate(paths) if path.is_file()]
    if not found:
        raise DataError(
            f"{folder}: none of the ten sounds is there, such as {paths[0].name}; run"
            " 'sonolex fetch demo-sounds' and give the folder that it prints"
        )
    return ClipSet(
        info=info,
        paths=tuple(paths[label] for label in found),
        labels=np.array(found, dtype=np.int64),
        folds=("1",) * len(found),
        missing=tuple(path.name for path in paths if not path.is_file()),
    )
