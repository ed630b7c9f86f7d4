"""``folder`` and ``table``: sounds of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from concept_core.datasets import DATASET_NAMES, DATASETS, load_dataset
from concept_core.errors import DataError, MissingError, UsageError
from tests.layouts import make_folder, make_table, write_wav


def test_both_are_names_of_data_sets() -> None:
    assert {*DATASET_NAMES} - {*DATASETS} == {"folder", "table"}
    with pytest.raises(UsageError, match=r"unknown data set 'tabel'; did you mean 'table'"):
        load_dataset("tabel", "clips.csv", ["all"])


def test_a_folder_a_class(tmp_path: Path) -> None:
    clips = load_dataset("folder", make_folder(tmp_path), ["all"])
    assert clips.info.classes == ("dog bark", "rain")
    assert (clips.labels.tolist(), clips.folds) == ([0, 0, 1, 1], ("all",) * 4)
    assert [path.relative_to(tmp_path).as_posix() for path in clips.paths] == [
        "dog_bark/dog_bark-0.wav",
        "dog_bark/more/dog_bark-1.wav",
        "rain/more/rain-1.wav",
        "rain/rain-0.wav",
    ]
    assert (clips.info.licence, clips.info.main_metric) == ("not stated", "accuracy")


def test_what_is_wrong_with_a_folder_is_named(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "sounds")
    with pytest.raises(MissingError, match="nowhere: no such folder"):
        load_dataset("folder", tmp_path / "nowhere", ["all"])
    with pytest.raises(UsageError, match="fold 1: folder has one fold, all; leave folds out"):
        load_dataset("folder", folder, [1])
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="empty: no folders in it"):
        load_dataset("folder", tmp_path / "empty", ["all"])
    stray = write_wav(folder / "stray.wav")
    with pytest.raises(DataError, match=r"stray\.wav: a sound of no class"):
        load_dataset("folder", folder, ["all"])
    stray.unlink()
    (folder / "wind").mkdir()
    with pytest.raises(DataError, match=r"wind: no sounds \(\.wav, "):
        load_dataset("folder", folder, ["all"])
    (folder / "wind").rename(folder / "dog bark")
    with pytest.raises(DataError, match=r"dog_bark: the class 'dog bark' is .*merge the two"):
        load_dataset("folder", folder, ["all"])


def test_a_table_of_one_class_a_clip(tmp_path: Path) -> None:
    table = make_table(tmp_path)
    clips = load_dataset("table", table, ["test", "train"])
    assert clips.info.classes == ("dog bark", "rain")
    assert clips.labels.tolist() == [0, 1, 0, 1]
    assert clips.folds == ("train", "train", "test", "test")
    assert (clips.info.train_folds, clips.info.test_folds) == (("train",), ("test",))
    assert load_dataset("table", table, ["test"]).paths == clips.paths[2:]


def test_a_table_of_several_classes_a_clip(tmp_path: Path) -> None:
    rows = ["sounds/a.wav,rain;dog bark", "sounds/b.wav,", "sounds/c.wav,rain ; "]
    clips = load_dataset("table", make_table(tmp_path, "path,labels", rows), ["all"])
    assert clips.info.kind == "multi-label"
    assert clips.tags.tolist() == [[True, True], [False, False], [False, True]]


def test_a_table_of_captions_beside_labels_or_alone(tmp_path: Path) -> None:
    rows = ["a dog,sounds/a.wav", "rain,sounds/b.wav", '"a dog, far",sounds/a.wav']
    clips = load_dataset("table", make_table(tmp_path, "caption,path", rows), ["all"])
    assert (clips.info.kind, clips.info.classes, clips.labels) == ("captions", (), None)
    assert clips.captions == (("a dog", "a dog, far"), ("rain",))
    rows = [f"{row},{label}" for row, label in zip(rows, ("dog", "rain", "dog"), strict=True)]
    both = load_dataset("table", make_table(tmp_path, "caption,path,label", rows), ["all"])
    assert (both.captions, both.labels.tolist()) == (clips.captions, [0, 1])
    assert both.content_hash() != clips.content_hash()


def test_folds_that_are_numbers_come_as_numbers(tmp_path: Path) -> None:
    rows = [f"sounds/{clip},x,{fold}" for clip, fold in {"a": 10, "b": 9, "c": "b", "d": 1}.items()]
    clips = load_dataset("table", make_table(tmp_path, rows=rows), [9, 10, "b"])
    assert clips.info.folds == ("1", "9", "10", "b")
    assert (clips.folds, clips.info.test_folds) == (("10", "9", "b"), ())


def test_an_absolute_path_and_one_that_is_not_there(tmp_path: Path) -> None:
    elsewhere = write_wav(tmp_path / "elsewhere" / "e.wav")
    rows = [f"{elsewhere},x", "sounds/gone.wav,x"]
    table = make_table(tmp_path / "here", "path,label", rows)
    clips = load_dataset("table", table, ["all"])
    assert (clips.paths, clips.missing) == ((elsewhere,), ("sounds/gone.wav",))
    silent = load_dataset("table", table, ["all"], sounds=False)
    assert silent.listed == (str(elsewhere), "sounds/gone.wav")
    assert silent.paths == (elsewhere, table.parent / "sounds/gone.wav") and silent.missing == ()


def test_sounds_of_a_folder_are_their_own_list(tmp_path: Path) -> None:
    heard = load_dataset("folder", make_folder(tmp_path), ["all"])
    silent = load_dataset("folder", tmp_path, ["all"], sounds=False)
    assert (silent.paths, silent.labels.tolist()) == (heard.paths, heard.labels.tolist())
    assert silent.listed == tuple(path.relative_to(tmp_path).as_posix() for path in heard.paths)
    assert silent.content_hash() != heard.content_hash()


@pytest.mark.parametrize(
    ("header", "rows", "message"),
    [
        ("file,label", ["a,x"], "no column 'path'"),
        ("path,split", ["a,x"], "no column 'label', 'labels' or 'caption'"),
        ("path,label,labels", ["a,x,y"], "columns 'label' and 'labels'; keep one"),
        ("path,label", ["a,x", "b,"], ":3: no label"),
        ("path,label", ["a,x", ",x"], ":3: no path"),
        ("path,label,split", ["a,x,1", "b,x,"], ":3: no split"),
        ("path,label", ["a,x", "b,x", "a,x"], ":4: 'a' is listed twice, first in .*:2"),
        ("path,caption", ["a,x", "b, "], ":3: the caption of 'b' is empty"),
        ("path,caption,split", ["a,x,all", "a,y,1"], ":3: 'a' has another split in .*:2"),
        ("path,caption,label", ["a,x,p", "a,y,q"], ":3: 'a' has other labels in .*:2"),
        ("path,label", [], "no lines"),
        ("path,label", ["a,x"], "none of the 1 clips of table in folds all is there, such as a"),
    ],
)
def test_what_is_wrong_with_a_table_is_named(
    tmp_path: Path, header: str, rows: list[str], message: str
) -> None:
    table = make_table(tmp_path, header, rows)
    with pytest.raises(DataError, match=message) as caught:
        load_dataset("table", table, ["all"] if "1" not in ",".join(rows) else ["1"])
    assert str(tmp_path) in str(caught.value)


def test_no_table_or_no_such_split(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="no such file; give a csv file"):
        load_dataset("table", tmp_path, ["all"])
    with pytest.raises(UsageError, match="fold dev: the folds of table are test, train"):
        load_dataset("table", make_table(tmp_path), ["dev"])


def test_a_path_that_no_file_can_have(tmp_path: Path) -> None:
    path = tmp_path / "clips.csv"
    path.write_text(f"path,label\n{'a' * 300}/b.wav,dog\n", encoding="utf-8")
    with pytest.raises(UsageError, match="no file can have such a name"):
        load_dataset("table", path)


def test_a_table_says_which_recording_a_clip_is_from(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write_wav(tmp_path / f"{name}.wav", 0)
    table = tmp_path / "clips.csv"
    table.write_text("path,label,recording\na.wav,x,tape 1\nb.wav,y,tape 1\nc.wav,y,tape 2\n")
    assert load_dataset("table", table).recordings == ("tape 1", "tape 1", "tape 2")
    table.write_text("path,label\na.wav,x\nb.wav,y\n")
    assert load_dataset("table", table).recordings is None
    table.write_text("path,label,recording\na.wav,x,tape 1\nb.wav,y,\n")
    with pytest.raises(DataError, match=r"clips.csv:3: no recording; name one on every line"):
        load_dataset("table", table)
    table.write_text("path,caption,recording\na.wav,x,tape 1\na.wav,y,tape 2\n")
    with pytest.raises(DataError, match="has another recording in"):
        load_dataset("table", table)
