from __future__ import annotations

import numpy as np
import pytest

from concept_core.errors import DataError, UsageError
from concept_core.tasks.splits import all_tested, check_classes, inner_groups, splits
from tests.tasks_toy import items


def test_folds_are_tested_in_turn() -> None:
    parts = splits(items(5, ["1", "2", "1", "3", "2"]))
    assert [(part.name, part.train.tolist(), part.test.tolist()) for part in parts] == [
        ("1", [1, 3, 4], [0, 2]),
        ("2", [0, 2, 3], [1, 4]),
        ("3", [0, 1, 2, 4], [3]),
    ]
    assert all_tested(parts).tolist() == [0, 1, 2, 3, 4]


OFFICIAL = {"folds": ("train", "val", "test"), "train_folds": ("train",), "test_folds": ("test",)}


def test_the_official_split() -> None:
    (part,) = splits(items(4, ["test", "train", "val", "train"], **OFFICIAL))
    assert (part.train.tolist(), part.test.tolist()) == ([1, 3], [0])


def test_folds_to_train_on_alone_are_tested_in_turn() -> None:
    info = {**OFFICIAL, "train_folds": ("train", "val")}
    parts = splits(items(3, ["train", "val", "val"], **info))
    assert [part.name for part in parts] == ["train", "val"]


def test_nothing_to_train_on() -> None:
    with pytest.raises(UsageError, match="to train on in the asked folds; ask for train, test"):
        splits(items(2, ["test", "val"], **OFFICIAL))
    with pytest.raises(UsageError, match="the data set has none"):
        splits(items(2, ["test", "val"], **{**OFFICIAL, "train_folds": ()}))
    with pytest.raises(UsageError, match=r"one fold \(2\) .* ask for two or more of 1, 2, 3"):
        splits(items(2, ["2", "2"]))
    with pytest.raises(UsageError, match=r"one fold \(1\) .* a table with a column split"):
        splits(items(2, folds=("1",)))


def test_groups_are_the_training_folds() -> None:
    found = inner_groups(items(4, ["1", "2", "3", "2"]), np.array([1, 2, 3]), np.zeros(4, int), 0)
    assert found.tolist() == [0, 1, 0]


def test_one_training_fold_is_cut_in_three_class_by_class() -> None:
    strata = np.arange(12) % 2
    clips = items(12)
    found = inner_groups(clips, np.arange(12), strata, 0)
    for label in (0, 1):
        assert np.bincount(found[strata == label]).tolist() == [2, 2, 2]
    assert np.array_equal(found, inner_groups(clips, np.arange(12), strata, 0))
    assert not np.array_equal(found, inner_groups(clips, np.arange(12), strata, 1))
    # Single clips of many classes are spread too.
    assert set(inner_groups(items(3), np.arange(3), np.arange(3), 0)) == {0, 1, 2}


def test_one_class_teaches_nothing() -> None:
    clips = items(3, ["1", "2", "2"])
    part = splits(clips)[0]
    with pytest.raises(DataError, match="toy: the 2 clips to train on for fold 1 are all of one"):
        check_classes(clips, part, np.array([0, 1, 1]))
