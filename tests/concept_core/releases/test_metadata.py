from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from concept_core.errors import DataError
from concept_core.files import package_folder
from concept_core.releases.folder import read_release
from concept_core.releases.metadata import KEYS, check_metadata

RELEASES = sorted(package_folder("vocabularies").glob("*/*/vocabulary.json"))
WRONG = (None, 3, 0.5, True, "x", [], ["x"], [3], {}, {"a": 1}, [{"name": 1}], [[]])


@pytest.mark.parametrize("path", RELEASES, ids=lambda path: f"{path.parts[-3]}@{path.parts[-2]}")
def test_every_release_there_is(path: Path) -> None:
    assert check_metadata(json.loads(path.read_text()), "x", needed=("id", "version"))


@pytest.mark.parametrize("key", KEYS)
def test_other_types_are_refused_wherever_they_are_read(key: str, tmp_path: Path) -> None:
    metadata: dict[str, Any] = json.loads(RELEASES[-1].read_text())
    refused = 0
    for value in WRONG:
        try:
            check_metadata({**metadata, key: value}, "vocabulary.json")
        except DataError as error:
            assert f"vocabulary.json: {key}" in str(error)
            refused += 1
    assert refused >= len(WRONG) - 3


def test_what_is_inside_a_list_is_looked_at_too() -> None:
    source = {"name": "a", "kind": "b", "origin": "c", "sha256": "d", "licence": "e"}
    with pytest.raises(DataError, match="sources, entry 2: the key 'concepts' is missing"):
        check_metadata({"sources": [{**source, "concepts": 1}, source]}, "x")
    with pytest.raises(DataError, match="sources, entry 1: concepts must be a whole number"):
        check_metadata({"sources": [{**source, "concepts": True}]}, "x")


def test_other_keys_may_hold_anything() -> None:
    assert check_metadata({"mine": [{"a": None}], "encoder": None}, "x")


def test_a_release_says_which_key(tmp_path: Path) -> None:
    folder = tmp_path / "toy"
    folder.mkdir()
    (folder / "vocabulary.json").write_text('{"id": "a", "version": 1, "content_hash": "c"}')
    with pytest.raises(DataError, match="version must be text, found 1"):
        read_release(folder)
    (folder / "vocabulary.json").write_text('{"id": "a", "version": "1.0.0"}')
    with pytest.raises(DataError, match="the key 'content_hash' is missing"):
        read_release(folder)
