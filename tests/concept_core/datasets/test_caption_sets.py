"""What is particular to Clotho and AudioCaps."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from concept_core.datasets import load_dataset
from concept_core.errors import DataError
from tests.layouts import make_audiocaps, make_clotho, write_lines, write_wav

CLOTHO = "file_name,caption_1,caption_2,caption_3,caption_4,caption_5"
AUDIOCAPS = "audiocap_id,youtube_id,start_time,caption"


def test_five_captions_a_clip_of_clotho(tmp_path: Path) -> None:
    clips = load_dataset("clotho", make_clotho(tmp_path), ["evaluation"])
    assert clips.captions[1][:2] == ("a car horn far away", "a car horn close by")
    assert clips.paths[0].name == " air conditioner, evaluation 0.wav"
    clips.paths[0].rename(clips.paths[0].with_name(clips.paths[0].name.strip()))
    stripped = load_dataset("clotho", tmp_path, ["evaluation"])
    assert stripped.paths[0].name == "air conditioner, evaluation 0.wav"


def test_clotho_may_lie_as_its_archives_are_named(tmp_path: Path) -> None:
    folder = make_clotho(tmp_path)
    (folder / "clotho_audio_evaluation").mkdir()
    (folder / "evaluation").rename(folder / "clotho_audio_evaluation" / "evaluation")
    assert len(load_dataset("clotho", folder, ["evaluation"])) == 6


def test_a_broken_table_of_clotho(tmp_path: Path) -> None:
    table = tmp_path / "clotho_captions_evaluation.csv"
    write_lines(table, [CLOTHO, "a.wav,a,b,c,,e"])
    with pytest.raises(DataError, match=r":2: caption_4 of 'a\.wav' is empty"):
        load_dataset("clotho", tmp_path, ["evaluation"])
    write_lines(table, [CLOTHO.removesuffix(",caption_5"), "a.wav,a,b,c,d"])
    with pytest.raises(DataError, match=r"evaluation\.csv:1: no column 'caption_5'"):
        load_dataset("clotho", tmp_path, ["evaluation"])


def test_the_real_captions_of_clotho_are_read(tmp_path: Path, shared: Path) -> None:
    real = shared / "data" / "clotho" / "clotho_captions_development.csv"
    (tmp_path / real.name).write_bytes(real.read_bytes())
    with open(real, encoding="utf-8", newline="") as handle:
        names = [row["file_name"] for row in csv.DictReader(handle)][:3]
    for name in names:
        write_wav(tmp_path / "development" / name)
    clips = load_dataset("clotho", tmp_path, ["development"])
    assert [path.name for path in clips.paths] == names
    assert (len(clips.missing), {len(five) for five in clips.captions}) == (3836, {5})


def test_lines_of_audiocaps_are_gathered_by_clip(tmp_path: Path) -> None:
    folder = make_audiocaps(tmp_path, parts=("train", "test"))
    clips = load_dataset("audiocaps", folder, ["test", "train"])
    assert [len(captions) for captions in clips.captions] == [1] * 4 + [5] * 4
    assert [path.stem for path in clips.paths[4:7]] == [
        "-test000000",
        "Y-test000001",
        "-test000002_30",
    ]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("1,b,30,two", ":3: audiocap_id '1' is listed twice, first in .*:2"),
        ("2,b,30, ", ":3: the caption of 'b' is empty"),
        ("2,a,40,two", ":3: 'a' starts at 40 s, and at 30 s in .*:2"),
        ("2,b/c,40,two", ":3: youtube_id 'b/c' is not the name of a file"),
    ],
)
def test_a_broken_line_of_audiocaps(tmp_path: Path, row: str, message: str) -> None:
    write_lines(tmp_path / "test.csv", [AUDIOCAPS, "1,a,30,one", row])
    with pytest.raises(DataError, match=message):
        load_dataset("audiocaps", tmp_path, ["test"])


def test_a_clip_in_two_splits_of_audiocaps(tmp_path: Path) -> None:
    for part in ("val", "test"):
        write_lines(tmp_path / f"{part}.csv", [AUDIOCAPS, "1,a,30,one"])
    with pytest.raises(DataError, match=r"test\.csv:2: 'a' is listed twice, first in .*val"):
        load_dataset("audiocaps", tmp_path, ["val", "test"])


def test_the_real_captions_of_audiocaps_are_read(tmp_path: Path, shared: Path) -> None:
    real = shared / "data" / "audiocaps" / "v1_val.csv"
    (tmp_path / "val.csv").write_bytes(real.read_bytes())
    write_wav(tmp_path / "audio" / "vfY_TJq7n_U.wav")
    clips = load_dataset("audiocaps", tmp_path, ["val"])
    assert (len(clips), len(clips.missing), len(clips.captions[0])) == (1, 494, 5)
