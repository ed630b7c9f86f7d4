from __future__ import annotations

from pathlib import Path

import pytest

from concept_core.datasets.listing import audio_files, find_clip
from concept_core.datasets.tables import read_table
from concept_core.errors import DataError


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "clips.csv"


def test_lines_know_where_they_are(table: Path) -> None:
    table.write_text('\ufefffile, fold\n"a, b.wav",1\n\nc.wav,2\n', encoding="utf-8")
    first, second = read_table(table, ("file", "fold"), "")
    assert (first["file"], first["fold"], first.where) == ("a, b.wav", "1", f"{table}:2")
    assert (second["file"], second.where) == ("c.wav", f"{table}:4")


def test_without_a_header_columns_are_by_place_and_more_may_follow(table: Path) -> None:
    table.write_text("# said\na.wav\tbus\tx\n", encoding="utf-8")
    options = {"delimiter": "\t", "headed": False, "comment": "#"}
    assert [line.values for line in read_table(table, ("file", "scene"), "", **options)] == [
        {"file": "a.wav", "scene": "bus"}
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,Fold\na,1\n", "no column 'fold'; expected the columns file, fold"),
        ("", "the file is empty"),
        ("file,fold\n", "no lines; get it anew"),
        ("file,fold\na,1\nb\n", r":3: 1 values instead of 2 \(file, fold\)"),
        ("file,fold\na,1,x\n", r":2: 3 values instead of 2"),
        ('file,fold\na,"1', ":2: the row that begins here is broken"),
    ],
)
def test_what_is_broken_is_named(table: Path, text: str, message: str) -> None:
    table.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=message) as caught:
        read_table(table, ("file", "fold"), "")
    assert str(table) in str(caught.value)


def test_a_missing_table_says_how_it_should_look(table: Path) -> None:
    with pytest.raises(DataError, match=r"clips\.csv: no such file; look so"):
        read_table(table, ("file",), "look so")


def test_the_named_file_comes_first_then_other_suffixes_then_other_places(tmp_path: Path) -> None:
    places = (tmp_path / "one" / "a.b.wav", tmp_path / "two" / "a.b.wav")
    assert find_clip(places, {}) is None
    for number, name in enumerate(("two/a.b.wav", "one/a.b.mp3", "one/a.b.wav")):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
        assert find_clip(places, {}) == path, number
    assert find_clip([tmp_path / "one" / "a.b"], {}) == tmp_path / "one" / "a.b.wav"
    assert find_clip([tmp_path / "one" / "a"], {}) is None


def test_sounds_are_found_at_any_depth_hidden_ones_are_not(tmp_path: Path) -> None:
    for name in ("b.WAV", "a/c.flac", ".d.wav", ".e/f.wav", "g.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    assert audio_files(tmp_path) == [tmp_path / "a" / "c.flac", tmp_path / "b.WAV"]
    assert audio_files(tmp_path / "none") == []
