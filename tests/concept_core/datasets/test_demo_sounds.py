from __future__ import annotations

from pathlib import Path

import pytest

from concept_core.datasets import dataset_info, load_dataset
from concept_core.errors import DataError, MissingError, UsageError


def test_files_are_named_after_their_class(tmp_path: Path) -> None:
    for name in ("owl.mp3", "cat.mp3", "CREDITS.md"):
        (tmp_path / name).write_bytes(b"")
    clips = load_dataset("demo-sounds", tmp_path, [1])
    assert [path.name for path in clips.paths] == ["cat.mp3", "owl.mp3"]
    assert [clips.info.classes[label] for label in clips.labels] == ["cat", "owl"]
    assert len(clips.missing) == 8


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none of the ten sounds is there, such as cat\.mp3"):
        load_dataset("demo-sounds", tmp_path, [1])
    with pytest.raises(MissingError, match="sonolex fetch demo-sounds"):
        load_dataset("demo-sounds", tmp_path / "none", [1])
    with pytest.raises(UsageError, match="fold 2: demo-sounds has one fold, 1; leave folds out"):
        load_dataset("demo-sounds", tmp_path, [2])


def test_the_real_ones_are_all_there(demo_sounds: Path) -> None:
    clips = load_dataset("demo-sounds", demo_sounds, [1])
    assert (len(clips), clips.missing) == (10, ())
    assert len(dataset_info("demo-sounds").classes) == 10
