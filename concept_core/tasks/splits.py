"""Which clips a classifier is trained on and which it is tested on: official splits and folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from concept_core.errors import DataError, UsageError
from concept_core.tasks.items import Items

Places = NDArray[np.intp]

_GROUPS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Places of the clips to train on, and of those to test on; and what the test part is."""

    name: str
    train: Places = field(repr=False)
    test: Places = field(repr=False)


def splits(items: Items) -> tuple[Split, ...]:
    """The official split, or each of the clips' folds in turn against the others of them.

    The split is taken where clips of the official test folds are among them.

    Raises
    ------
    UsageError
        There is nothing to train on, or nothing to test on, in the folds that were asked for.
    """
    folds = np.array(items.folds)
    info = items.info
    test = np.flatnonzero(np.isin(folds, info.test_folds))
    if len(test):
        train = np.flatnonzero(np.isin(folds, info.train_folds))
        if not len(train):
            both = ", ".join((*info.train_folds, *info.test_folds))
            hint = f"ask for {both}" if info.train_folds else "the data set has none"
            raise UsageError(f"{info.name}: no clips to train on in the asked folds; {hint}")
        return (Split("test", train, test),)
    names = items.fold_names()
    if len(names) < 2:
        hint = f"ask for two or more of {', '.join(info.folds)}"
        if len(info.folds) < 2:
            hint = "use a set with folds, such as a table with a column split"
        raise UsageError(
            f"{info.name}: one fold ({', '.join(names)}) has nothing to train on beside it; {hint}"
        )
    return tuple(
        Split(name, np.flatnonzero(folds != name), np.flatnonzero(folds == name)) for name in names
    )


def all_tested(parts: Sequence[Split]) -> Places:
    """Places of all clips that are tested, ascending; each is tested once."""
    return np.sort(np.concatenate([part.test for part in parts]))


def inner_groups(items: Items, train: Places, strata: Places, seed: int) -> NDArray[np.int64]:
    """A group for each training clip: what is selected is selected by leaving a group out.

    The groups are the training folds where there are several, so that clips of one recording
    stay together; else three, drawn so that each class is spread over them.

    Parameters
    ----------
    items : Items
    train : (t,) intp
    strata : (n,) intp
        The class of every clip.
    seed : int
    """
    names = sorted({items.folds[place] for place in train})
    if len(names) > 1:
        return np.array([names.index(items.folds[place]) for place in train], dtype=np.int64)
    rng = np.random.default_rng([seed, 2])
    groups = np.empty(len(train), dtype=np.int64)
    start = 0
    for stratum in np.unique(strata[train]):
        members = rng.permutation(np.flatnonzero(strata[train] == stratum))
        groups[members] = (start + np.arange(len(members))) % _GROUPS
        start += len(members)
    return groups


def check_classes(items: Items, part: Split, strata: Places) -> None:
    """See that there is more than one class to train on.

    Raises
    ------
    DataError
        There is one.
    """
    if len(np.unique(strata[part.train])) < 2:
        raise DataError(
            f"{items.info.name}: the {len(part.train)} clips to train on for fold {part.name} are"
            " all of one class; nothing can be learned from them"
        )
