from __future__ import annotations

from pathlib import Path

import pytest

from concept_core.errors import DataError
from concept_core.text.files import read_json, read_lines, read_table


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file.csv"


def test_lines_with_numbers(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbfone\r\ntwo\n\ncaf\xc3\xa9")
    assert list(read_lines(file)) == [(1, "one"), (2, "two"), (3, ""), (4, "café")]


def test_wrong_encoding_names_file_line_and_byte(file: Path) -> None:
    file.write_bytes("dog\ncafé\n".encode("latin-1"))
    with pytest.raises(DataError, match=r"file\.csv:2: not UTF-8 text \(byte 0xe9 at column 4\)"):
        list(read_lines(file))


def test_empty_file(file: Path) -> None:
    file.write_bytes(b"")
    with pytest.raises(DataError, match=r"file\.csv: the file is empty"):
        list(read_lines(file))


def test_missing_file_and_folder(file: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        list(read_lines(file))
    with pytest.raises(DataError, match="cannot be read"):
        list(read_lines(file.parent))


def test_table_with_quoted_line_ends(file: Path) -> None:
    file.write_text('id,caption\n1,"a dog,\nbarking"\n\n2,rain\n', encoding="utf-8")
    assert list(read_table(file)) == [
        (3, {"id": "1", "caption": "a dog,\nbarking"}),
        (5, {"id": "2", "caption": "rain"}),
    ]


def test_row_of_another_length(file: Path) -> None:
    file.write_text("id,caption\n1,a dog\n2,rain,wind\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"file\.csv:3: expected 2 fields \(id, caption\), found 3"):
        list(read_table(file))


@pytest.mark.parametrize("text", ['id,caption\n1,"never closed\n2,rain\n', 'id\n"a" b\n'])
def test_broken_quotes_name_the_line_where_the_row_begins(text: str, file: Path) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"file\.csv:2: the row that begins here is broken"):
        list(read_table(file))


def test_column_named_twice(file: Path) -> None:
    file.write_text("caption,caption\na,b\n", encoding="utf-8")
    with pytest.raises(DataError, match="named twice"):
        list(read_table(file))


def test_broken_json_names_line_and_column(file: Path) -> None:
    file.write_text('[\n {"a": 1},\n {"b" 2}\n]', encoding="utf-8")
    with pytest.raises(DataError, match=r"file\.csv:3: broken JSON at column 7"):
        read_json(file)


def test_json_nested_without_end(file: Path) -> None:
    file.write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(DataError, match="nested deeper"):
        read_json(file)
