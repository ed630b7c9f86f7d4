"""What is particular to UrbanSound8K, VocalSound, TUT 2017, GTZAN and NSynth."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from concept_core.datasets import load_dataset
from concept_core.errors import DataError, UsageError
from tests.layouts import (
    make_gtzan,
    make_nsynth,
    make_tut2017,
    make_urbansound8k,
    make_vocalsound,
    write_json,
    write_lines,
    write_wav,
)

HEADER = "slice_file_name,fsID,start,end,salience,fold,classID,class"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("a.wav,1,0,1,1,11,8,siren", ":2: fold '11'; UrbanSound8K has folds 1-10"),
        ("a.wav,1,0,1,1,fold1,8,siren", ":2: fold 'fold1'"),
        ("a.wav,1,0,1,1,1,7,siren", ":2: classID '7' is not class 'siren', which is 8"),
        ("a.wav,1,0,1,1,1,8,Siren", ":2: unknown class 'Siren'; the 10 are air_conditioner"),
        ("b/a.wav,1,0,1,1,1,8,siren", ":2: slice_file_name 'b/a.wav' is not the name"),
    ],
)
def test_a_broken_line_of_urbansound8k(tmp_path: Path, row: str, message: str) -> None:
    write_lines(tmp_path / "metadata" / "UrbanSound8K.csv", [HEADER, row])
    with pytest.raises(DataError, match=message):
        load_dataset("urbansound8k", tmp_path, [1])


def test_the_fold_column_of_urbansound8k_is_asked_for(tmp_path: Path) -> None:
    folder = make_urbansound8k(tmp_path)
    table = folder / "metadata" / "UrbanSound8K.csv"
    table.write_text(table.read_text("utf-8").replace(",fold,", ",split,"), "utf-8")
    with pytest.raises(DataError, match=r"UrbanSound8K\.csv: no column 'fold'; expected"):
        load_dataset("urbansound8k", folder, [1])


def test_the_better_of_two_vocalsounds_is_heard(tmp_path: Path) -> None:
    folder = make_vocalsound(make_vocalsound(tmp_path, 1), 1, "audio_16k")
    clips = load_dataset("vocalsound", folder, ["test"])
    assert {path.parent.name for path in clips.paths} == {"audio_44k"}
    assert [clips.info.classes[label] for label in clips.labels] == list(clips.info.classes)
    clips.paths[0].unlink()
    assert load_dataset("vocalsound", folder, ["test"]).paths[0].parent.name == "audio_16k"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "no list 'data' with clips"),
        ({"data": []}, "no list 'data' with clips"),
        ({"data": [{"wav": "a.wav"}]}, "entry 1: labels is None, not a text"),
        ({"data": ["a.wav"]}, "entry 1: wav is None"),
        ({"data": [{"wav": "x/", "labels": "/m/01b_21"}]}, "entry 1: wav 'x/' names no file"),
        ({"data": [{"wav": "a", "labels": "cough"}]}, "entry 1: unknown class 'cough'; the 6 are"),
        ({"data": [{"wav": "x/a", "labels": "/m/01b_21"}] * 2}, "entry 2: 'a' is listed twice"),
    ],
)
def test_a_broken_list_of_vocalsound(tmp_path: Path, value: object, message: str) -> None:
    write_json(tmp_path / "datafiles" / "te.json", value)
    with pytest.raises(DataError, match=message):
        load_dataset("vocalsound", tmp_path, ["test"])


def test_a_fold_of_tut2017_is_the_one_that_tests_on_the_clip(tmp_path: Path) -> None:
    clips = load_dataset("tut2017", make_tut2017(tmp_path), ["evaluation", 2])
    assert clips.folds == ("2",) * 15 + ("evaluation",) * 15
    assert clips.labels.tolist() == 2 * list(range(15))
    assert clips.info.classes[2] == "cafe or restaurant"
    assert "2017-development" in str(clips.paths[0]) and "2017-evaluation" in str(clips.paths[-1])


def test_a_clip_in_two_folds_of_tut2017_and_a_path_out_of_it(tmp_path: Path) -> None:
    folder = make_tut2017(tmp_path)
    lists = folder / "TUT-acoustic-scenes-2017-development" / "evaluation_setup"
    (lists / "fold2_evaluate.txt").write_bytes((lists / "fold1_evaluate.txt").read_bytes())
    with pytest.raises(DataError, match=r"fold2_evaluate.*'.*b100_0_10\.wav' is listed twice"):
        load_dataset("tut2017", folder, [1, 2])
    write_lines(lists / "fold1_evaluate.txt", ["../a.wav\tbus"])
    with pytest.raises(DataError, match=r":1: file '\.\./a\.wav' is not a file in audio/"):
        load_dataset("tut2017", folder, [1])


def test_gtzan_without_its_lists_is_one_fold_with_its_faults(tmp_path: Path) -> None:
    folder = make_gtzan(tmp_path)
    for path in folder.glob("*.txt"):
        path.unlink()
    every = load_dataset("gtzan", folder, ["all"])
    assert (len(every), set(every.folds)) == (40, {"all"})
    assert every.info.classes[every.labels[-13]] == "metal"
    with pytest.raises(DataError, match=r"test_filtered\.txt: no such file; .* the fold all"):
        load_dataset("gtzan", folder, ["test"])
    with pytest.raises(UsageError, match="folds test, all: 'all' holds the others"):
        load_dataset("gtzan", folder, ["all", "test"])


def test_gtzan_as_first_published_holds_au_files(tmp_path: Path) -> None:
    write_lines(tmp_path / "test_filtered.txt", ["hiphop/hiphop.00001.wav"])
    path = write_wav(tmp_path / "genres" / "hiphop" / "hiphop.00001.au")
    clips = load_dataset("gtzan", tmp_path, ["test"])
    assert (clips.paths, clips.info.classes[clips.labels[0]]) == ((path,), "hip hop")
    write_lines(tmp_path / "test_filtered.txt", ["hiphop.00001.wav"])
    with pytest.raises(DataError, match=":1: 'hiphop.00001.wav' is not GENRE/FILE"):
        load_dataset("gtzan", tmp_path, ["test"])


@pytest.mark.parametrize(
    ("note", "message"),
    [
        ({"instrument_family": 3, "instrument_family_str": "bass"}, "3 is not 'bass', which is 0"),
        ({"instrument_family": 0}, "note 'n': unknown class 'None'"),
        ("bass", "note 'n': unknown class 'None'"),
    ],
)  # fmt: skip
def test_a_broken_note_of_nsynth(tmp_path: Path, note: object, message: str) -> None:
    write_json(tmp_path / "nsynth-test" / "examples.json", {"n": note})
    with pytest.raises(DataError, match=message):
        load_dataset("nsynth", tmp_path, ["test"])


def test_notes_of_nsynth_come_by_name(tmp_path: Path) -> None:
    clips = load_dataset("nsynth", make_nsynth(tmp_path), ["test"])
    assert [path.stem for path in clips.paths] == sorted(path.stem for path in clips.paths)
    assert clips.info.classes[9] == "synth lead"
    write_json(tmp_path / "nsynth-test" / "examples.json", [])
    with pytest.raises(DataError, match=r"examples\.json: no notes by name"):
        load_dataset("nsynth", tmp_path, ["test"])
    assert json.loads((tmp_path / "nsynth-train" / "examples.json").read_text("utf-8"))
