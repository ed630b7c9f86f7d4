from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from concept_core.datasets import dataset_info, load_dataset
from concept_core.errors import DataError, MissingError, SonolexError, UsageError
from tests.esc50_layout import HEADER, line, write_layout

CLIPS = [
    ("1-a.wav", 1, "dog"),
    ("2-a.wav", 2, "crying baby"),
    ("2-b.wav", 2, "hand saw"),
    ("3-a.wav", 3, "dog"),
]


def test_the_clips_of_the_asked_folds_in_the_order_of_the_table(tmp_path: Path) -> None:
    clips = load_dataset("esc50", write_layout(tmp_path, CLIPS), [3, 2])
    assert [path.name for path in clips.paths] == ["2-a.wav", "2-b.wav", "3-a.wav"]
    assert all(path.is_file() for path in clips.paths)
    assert clips.labels.tolist() == [20, 49, 0]
    assert clips.folds == ("2", "2", "3")
    assert len(clips) == 3
    assert clips.missing == ()


def test_esc10_is_the_marked_subset_with_its_own_ten_names(tmp_path: Path) -> None:
    clips = load_dataset("esc10", write_layout(tmp_path, CLIPS), [1, 2, 3])
    assert [path.name for path in clips.paths] == ["1-a.wav", "2-a.wav", "3-a.wav"]
    assert [clips.info.classes[label] for label in clips.labels] == ["dog", "crying baby", "dog"]


@pytest.mark.parametrize("suffix", [".wav", ".ogg"])
def test_either_suffix_serves(tmp_path: Path, suffix: str) -> None:
    there = [f"{Path(name).stem}{suffix}" for name, _, _ in CLIPS]
    clips = load_dataset("esc50", write_layout(tmp_path, CLIPS, there=there), [1, 2, 3])
    assert [path.name for path in clips.paths] == there


def test_the_file_that_the_table_names_comes_first(tmp_path: Path) -> None:
    folder = write_layout(tmp_path, [("1-a.ogg", 1, "dog")], there=["1-a.ogg", "1-a.wav"])
    assert load_dataset("esc50", folder, [1]).paths[0].name == "1-a.ogg"


def test_clips_that_are_not_there_are_told(tmp_path: Path) -> None:
    clips = load_dataset("esc50", write_layout(tmp_path, CLIPS, there=["2-b.wav"]), [2, 3])
    assert [path.name for path in clips.paths] == ["2-b.wav"]
    assert clips.missing == ("2-a.wav", "3-a.wav")


def test_the_content_hash_sees_bytes_and_classes_and_no_place(tmp_path: Path) -> None:
    here = load_dataset("esc50", write_layout(tmp_path / "a", CLIPS), [1, 2])
    there = load_dataset("esc50", write_layout(tmp_path / "b", CLIPS), [1, 2])
    assert here.content_hash() == there.content_hash()
    there.paths[0].write_bytes(b"other")
    assert here.content_hash() != there.content_hash()
    other_class = [("1-a.wav", 1, "cat"), *CLIPS[1:]]
    renamed = load_dataset("esc50", write_layout(tmp_path / "c", other_class), [1, 2])
    assert here.content_hash() != renamed.content_hash()


def test_take_keeps_what_belongs_together(tmp_path: Path) -> None:
    clips = load_dataset("esc50", write_layout(tmp_path, CLIPS), [1, 2, 3])
    taken = clips.take(np.array([3, 1]))
    assert [path.name for path in taken.paths] == ["3-a.wav", "2-a.wav"]
    assert (taken.labels.tolist(), taken.folds) == ([0, 20], ("3", "2"))


@pytest.mark.parametrize("name", ["esc10", "esc50"])
def test_metadata(name: str) -> None:
    info = dataset_info(name)
    assert info.name == name
    assert info.main_metric == "accuracy"
    assert (info.folds, info.sample_rate) == (("1", "2", "3", "4", "5"), 44_100)
    assert len(set(info.classes)) == len(info.classes) == int(name[3:])
    assert not [label for label in info.classes if "_" in label]
    assert "CC BY" in info.licence and "2733373.2806390" in info.citation
    assert set(info.classes) <= set(dataset_info("esc50").classes)


def test_the_names_are_those_of_the_published_table(shared: Path) -> None:
    with open(shared / "data" / "esc50_meta" / "esc50.csv", encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    by_target = {int(row["target"]): row["category"].replace("_", " ") for row in rows}
    assert dataset_info("esc50").classes == tuple(by_target[number] for number in range(50))
    ten = {int(row["target"]) for row in rows if row["esc10"] == "True"}
    assert dataset_info("esc10").classes == tuple(by_target[number] for number in sorted(ten))


def test_the_shared_clips(shared: Path) -> None:
    clips = load_dataset("esc10", shared / "data" / "esc10", [1, 2, 3])
    assert (len(clips), clips.missing) == (240, ())
    assert np.bincount(clips.labels).tolist() == [24] * 10
    assert Counter(clips.folds) == {"1": 80, "2": 80, "3": 80}


@pytest.mark.parametrize(
    ("folds", "message"), [([6], "fold 6: the folds of esc50 are"), ([], "no folds asked of esc50")]
)
def test_unknown_folds(tmp_path: Path, folds: list[int], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load_dataset("esc50", write_layout(tmp_path, CLIPS), folds)


def test_unknown_data_set(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"unknown data set 'esc-10'.*did you mean 'esc10'"):
        load_dataset("esc-10", tmp_path, [1])


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match=r"no such folder.*sonolex fetch esc50"):
        load_dataset("esc50", tmp_path / "nowhere", [1])


def test_no_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"esc50\.csv: no such file; .* laid out as ESC-50"):
        load_dataset("esc50", tmp_path, [1])


def test_no_audio_of_the_folds(tmp_path: Path) -> None:
    folder = write_layout(tmp_path, CLIPS, there=[])
    with pytest.raises(DataError, match=r"none of the 2 clips of esc50 in folds 2 .* 2-a\.wav"):
        load_dataset("esc50", folder, [2])


def test_no_clips_listed_in_the_folds(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="lists no clips of esc50 in folds 4, 5"):
        load_dataset("esc50", write_layout(tmp_path, CLIPS), [4, 5])


def broken(tmp_path: Path, text: str | bytes) -> SonolexError:
    folder = write_layout(tmp_path, CLIPS)
    (folder / "meta" / "esc50.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DataError) as caught:
        load_dataset("esc50", folder, [1])
    return caught.value


@pytest.mark.parametrize("column", ["filename", "fold", "target", "category", "esc10"])
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    text = f"{HEADER}\n".replace(column, "other") + line(*CLIPS[0]) + "\n"
    assert f"no column '{column}'" in str(broken(tmp_path, text))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("1-b.wav,1,3,cowbell,False,0,A", ":3: unknown class 'cowbell'"),
        ("1-b.wav,0,3,cow,False,0,A", ":3: fold '0'; ESC-50 has folds 1-5"),
        ("1-b.wav,one,3,cow,False,0,A", ":3: fold 'one'"),
        ("1-b.wav,1,4,cow,False,0,A", ":3: target '4' is not category 'cow', which is 3"),
        ("1-b.wav,1,3,cow,True,0,A", ":3: esc10 is 'True' for category 'cow'"),
        ("1-b.wav,1,0,dog,yes,0,A", ":3: esc10 is 'yes' for category 'dog'; expected True"),
        ("../1-b.wav,1,3,cow,False,0,A", ":3: filename '../1-b.wav' is not the name"),
        (",1,3,cow,False,0,A", ":3: filename '' is not the name"),
        ("1-b.wav,1", ":3: 2 values instead of 7"),
        ("1-a.wav,1,3,cow,False,0,A", "'1-a.wav' is listed twice"),
    ],
)
def test_a_broken_row_is_named(tmp_path: Path, row: str, message: str) -> None:
    error = broken(tmp_path, f"{HEADER}\n{line(*CLIPS[0])}\n{row}\n")
    assert message in str(error)
    assert "esc50.csv" in str(error)


@pytest.mark.parametrize("text", ["", b"\xff\xfe\x00junk"])
def test_no_table_at_all(tmp_path: Path, text: str | bytes) -> None:
    assert "esc50.csv" in str(broken(tmp_path, text))
