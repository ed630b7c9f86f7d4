from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_core.errors import UsageError
from concept_core.files import (
    atomic_path,
    canonical_json,
    named_path,
    package_folder,
    pretty_json,
    sha256_file,
    write_text,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), JSON))
def test_canonical_json_ignores_key_order(value: dict[str, object]) -> None:
    assert canonical_json(value) == canonical_json(dict(reversed(value.items())))


@given(st.dictionaries(st.text(), JSON))
def test_pretty_json_is_the_same_value_without_a_control(value: dict[str, object]) -> None:
    text = pretty_json(value)
    assert json.loads(text) == value
    assert not [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf")]


def test_pretty_json_keeps_letters() -> None:
    assert pretty_json("café \x9b[31m 🔔") == '"café \\u009b[31m 🔔"\n'


def test_a_failed_write_keeps_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "a" / "file.txt"
    write_text(target, "first")

    def fail() -> None:
        with atomic_path(target) as temporary:
            temporary.write_text("half of the sec")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        fail()
    assert target.read_text() == "first"
    assert [path.name for path in target.parent.iterdir()] == ["file.txt"]


def test_sha256_of_a_known_text(tmp_path: Path) -> None:
    write_text(tmp_path / "abc", "abc")
    assert sha256_file(tmp_path / "abc") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


def test_package_data_are_found() -> None:
    assert (package_folder("data") / "stop" / "function.txt").is_file()
    assert package_folder("vocabularies").is_dir()


def test_pretty_json_can_be_written_whatever_a_file_is_called() -> None:
    text = pretty_json(b"\xff.wav".decode("utf-8", "surrogateescape"))
    assert text.encode("utf-8") == b'"\\udcff.wav"\n'


@pytest.mark.parametrize("text", ["a" * 256, "x/" * 3000, "a\0b", "\ud800", "é" * 200])
def test_no_path(text: str) -> None:
    with pytest.raises(UsageError, match="no file can have such a name"):
        named_path(text)


def test_paths_as_people_name_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert named_path("~/a") == tmp_path / "a"
    assert named_path("") == Path()
    # A file's name need not be UTF-8.
    assert named_path("\udcff") == Path("\udcff")
    with pytest.raises(UsageError, match="there is no such user"):
        named_path("~nosuchuser/a")
