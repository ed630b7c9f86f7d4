from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from concept_core.documents import (
    DEEPEST,
    parse_json,
    parse_toml,
    parse_yaml,
    read_json,
    read_text,
    read_toml,
    whole_number,
)
from concept_core.errors import DataError
from concept_core.files import canonical_json, pretty_json

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{one}: &{one} [{', '.join([f'*{chr(ord(one) - 1)}'] * 9)}]\n" for one in "bcdefgh"
)


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


def test_plain_data_come_through() -> None:
    value = {"a": [1, -2.5, None, True, "café 🔔"], "b": {"c": 2**64 - 1, "d": -(2**63)}}
    text = json.dumps(value)
    assert parse_json(text, "x") == parse_json(text.encode(), "x") == value
    assert parse_json(b"\xef\xbb\xbf[1]", "x") == [1]
    assert parse_toml('a = 1\nb = "2001-01-01"\n[c]\nd = [1.5]\r\n', "x")["c"] == {"d": [1.5]}
    whole = parse_yaml("- when: 2001-02-30\n  n: 1\n- &one {a: b}\n- *one\n", "x")
    assert whole == [{"when": "2001-02-30", "n": 1}, {"a": "b"}, {"a": "b"}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{\n1: 2}", "x:2: broken JSON at column 1"),
        (b"[\n\xff]", r"x:2: not valid UTF-8 \(byte 0xff\)"),
        ("[1]".encode("utf-16"), "not valid UTF-8"),
        ('{"a": 1, "a": 2}', "the key 'a' is in one object twice"),
        ("9" * 5000, "digits"),
        ("9" * 30, "whole number of more than 64 bits"),
        ('{"a": [1e999]}', "inf is not finite"),
        ("[NaN]", "nan is not finite"),
        ('"\\ud83d"', "half of a surrogate pair"),
        ('{"\\udd14": 1}', "half of a surrogate pair"),
        (nested(DEEPEST + 1), "nested deeper than 64 levels"),
        ("[" * 100_000, "nested deeper than 64 levels"),
        ('{"a":' * 100_000, "nested deeper than 64 levels"),
    ],
)
def test_json_that_cannot_be_kept(text: str | bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_json(text, "x")


def test_json_of_others_may_have_what_is_no_number() -> None:
    assert parse_json("[Infinity, 1]", "x", finite=False) == [float("inf"), 1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = ", "not valid UTF-8 TOML"),
        (b"a = '\xe9'", "x:1: not valid UTF-8"),
        ("a = " + "9" * 5000, "digits"),
        ("a = " + "9" * 30, "more than 64 bits"),
        ("a = 1979-05-27", "1979-05-27 must stand in quotation marks"),
        ("a = 07:32:00", "must stand in quotation marks"),
        ("a = " + nested(DEEPEST), "nested deeper"),
        ("a = " + "[" * 100_000, "nested deeper"),
        ("a." * 50_000 + "b = 1", "nested deeper"),
        ('a = { "b" . ' + '"b" . ' * 50_000 + "b = 1 }", "nested deeper"),
        ("[" + "a." * 100 + "b]", "nested deeper"),
    ],
)
def test_toml_that_cannot_be_kept(text: str | bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_toml(text, "x")


def test_full_stops_in_texts_are_no_depth() -> None:
    text = "Dots. " * 60 + "... " * 200
    assert parse_toml(f'a = "{text}"', "x") == {"a": text}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [}", "x:1: broken YAML"),
        ("!!python/object/apply:os.system [x]", "broken YAML"),
        ("!!int x", "cannot be kept"),
        ("!!float x", "cannot be kept"),
        ("!!bool x", "cannot be kept"),
        ("- " + "9" * 5000, "cannot be kept"),
        ("&a [*a]", "nested deeper"),
        ("[" * 100_000, "nested deeper"),
        (LAUGHS, "an alias stands for more than 10000 values"),
        ("!!binary 3", "broken YAML"),
        ("!!set {a, b}", "must be plain data"),
        ("!!binary aGVsbG8=", "must be plain data"),
        ("a: {3: x}", "the key 3 must be text"),
        ("? null\n: x", "the key None must be text"),
    ],
)
def test_yaml_that_cannot_be_kept(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_yaml(text, "x")


def test_timestamps_of_yaml_are_text() -> None:
    texts = ["2001-12-14t21:59:43.10-05:00", "2001-02-30", "2001-99-99 99:99:99"]
    assert parse_yaml("\n".join(f"- {one}" for one in texts), "x") == texts
    assert parse_yaml("!!timestamp never", "x") == "never"


@pytest.mark.parametrize("value", [[], {}, "a", 1, None, [[{"a": [1]}]]])
def test_what_comes_through_can_be_written_again(value: Any) -> None:
    for _ in range(DEEPEST - 5):
        value = [value]
    found = parse_json(json.dumps(value), "x")
    assert parse_json(canonical_json(found), "x") == parse_json(pretty_json(found), "x") == value


def test_files(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_json(tmp_path / "none.json")
    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        read_toml(tmp_path)
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfa\r\nb\rc\n")
    assert read_text(tmp_path / "a.txt") == "a\nb\nc\n"


@pytest.mark.parametrize("text", ["", "-1", "1.5", "٣", "²", "x", " 1", "9" * 19, "9" * 5000])
def test_what_is_no_whole_number(text: str) -> None:
    assert whole_number(text) is None


def test_whole_numbers() -> None:
    assert [whole_number(text) for text in ("0", "007", "9" * 18)] == [0, 7, 10**18 - 1]
