"""What is particular to DCASE 2017 task 4, AudioSet and FSD50K."""

from __future__ import annotations

from pathlib import Path

import pytest

from concept_core.datasets import ClipSet, load_dataset
from concept_core.errors import DataError
from tests.layouts import make_audioset, make_dcase2017_task4, make_fsd50k, write_lines


def names(clips: ClipSet) -> list[list[str]]:
    """The class names of each clip."""
    return [[clips.info.classes[i] for i in row.nonzero()[0]] for row in clips.targets]


def test_lines_of_dcase_are_gathered_by_clip(tmp_path: Path) -> None:
    folder = make_dcase2017_task4(tmp_path)
    clips = load_dataset("dcase2017-task4", folder, ["evaluation"])
    assert len(clips) == 17
    assert names(clips)[:2] == [["Train horn"], ["Air horn, truck horn", "Car alarm"]]
    assert clips.paths[0].name.startswith("Y-eval")
    listed = folder / "groundtruth_weak_label_evaluation_set.csv"
    listed.write_text(2 * listed.read_text("utf-8"), "utf-8")
    again = load_dataset("dcase2017-task4", folder, ["evaluation"])
    assert again.content_hash() == clips.content_hash()


def test_dcase_needs_only_the_lists_that_are_asked(tmp_path: Path) -> None:
    folder = make_dcase2017_task4(tmp_path)
    with pytest.raises(DataError, match=r"weak_label_testing_set\.csv: no such file"):
        load_dataset("dcase2017-task4", folder, ["testing"])
    write_lines(folder / "groundtruth_weak_label_testing_set.csv", ["a.wav,0,10,Bus"])
    with pytest.raises(DataError, match=r":1: 1 values instead of 4"):
        load_dataset("dcase2017-task4", folder, ["testing"])


def test_audioset_takes_its_names_from_its_own_list(tmp_path: Path) -> None:
    clips = load_dataset("audioset", make_audioset(tmp_path), ["eval"])
    assert clips.info.classes == ("Speech", "Dog", "Rain", "Bell")
    assert names(clips)[3:] == [["Bell"], ["Speech", "Dog"], ["Dog", "Rain"]]
    assert [path.name[0] for path in clips.paths] == ["-", "Y"] * 3


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('2,/m/2,"Two"', ":3: index '2', mid '/m/2'; expected index 1"),
        ('1,/m/09x0r,"Two"', "index '1', mid '/m/09x0r'; expected index 1, a mid of its own"),
        ("1,/m/2,", ":3: .* and a name"),
        ("1,/m/2,Two,three", ":3: 4 values instead of 3"),
    ],
)  # fmt: skip
def test_a_broken_list_of_classes(tmp_path: Path, row: str, message: str) -> None:
    folder = make_audioset(tmp_path)
    rows = ["index,mid,display_name", '0,/m/09x0r,"Speech"', row]
    write_lines(folder / "class_labels_indices.csv", rows)
    with pytest.raises(DataError, match=message):
        load_dataset("audioset", folder, ["eval"])


def test_the_real_list_of_audioset_is_read(tmp_path: Path, shared: Path) -> None:
    folder = make_audioset(tmp_path)
    real = shared / "data" / "audioset" / "class_labels_indices.csv"
    (folder / "class_labels_indices.csv").write_bytes(real.read_bytes())
    clips = load_dataset("audioset", folder, ["eval"])
    assert (len(clips.info.classes), len(clips)) == (527, 6)
    assert names(clips)[4] == ["Speech", "Dog"]


def test_fsd50k_has_two_parts_of_development(tmp_path: Path) -> None:
    folder = make_fsd50k(tmp_path)
    clips = load_dataset("fsd50k", folder, ["train", "val"])
    assert clips.info.classes == ("Bark", "Dog", "Wild animals", "Rain and drizzle")
    assert clips.folds == ("train", "train", "val") * 2
    assert names(clips)[0] == ["Bark", "Dog"]
    # The evaluation set needs no dev.csv.
    (folder / "FSD50K.ground_truth" / "dev.csv").unlink()
    assert len(load_dataset("fsd50k", folder, ["eval"])) == 6


def test_a_broken_table_of_fsd50k(tmp_path: Path) -> None:
    folder = make_fsd50k(tmp_path)
    truth = folder / "FSD50K.ground_truth"
    write_lines(truth / "dev.csv", ["fname,labels,mids,split", "1,Dog,/m/1,test"])
    with pytest.raises(DataError, match=":2: split 'test'; FSD50K's are train and val"):
        load_dataset("fsd50k", folder, ["train"])
    write_lines(truth / "dev.csv", ["fname,labels,mids", "1,Dog,/m/1"])
    with pytest.raises(DataError, match=r"dev\.csv: no column 'split'"):
        load_dataset("fsd50k", folder, ["train"])
    write_lines(truth / "vocabulary.csv", ["0,Dog,/m/0", "1,Dog,/m/1"])
    with pytest.raises(DataError, match=r"vocabulary\.csv:2: index '1', label 'Dog'"):
        load_dataset("fsd50k", folder, ["eval"])
