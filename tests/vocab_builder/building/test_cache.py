"""A build with a full cache: the same bytes, less work, and nothing stale."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from concept_core.encoders.base import FloatArray
from concept_core.encoders.cache import CachedEncoder
from concept_core.encoders.cache_file import embeddings_path
from tests.toy import ToyEncoder
from vocab_builder.building import cache as build_cache
from vocab_builder.building.build import build as build_recipe

RECIPE = """
[vocabulary]
id = "toy"
version = "0.1.0"
title = "Toy"
description = "A few words."
encoder = "toy"
[[source]]
kind = "wordlist"
path = "words.txt"
[[filter]]
kind = "stop"
[[filter]]
kind = "redundancy"
threshold = 0.9
[reference]
path = "captions.txt"
[selection]
kind = "coverage"
size = 4
"""
WORDS = "rain\nclock\nclocks\nthunder\nthe\ncafé\nrock 'n' roll\nbell\ndoor\n"


class CountingEncoder(ToyEncoder):
    """Counts the lists of texts that it is asked for; the cache stands before it."""

    def __init__(self) -> None:
        self.asked = 0

    def encode_text(self, texts: Sequence[str]) -> FloatArray:
        self.asked += 1
        return super().encode_text(texts)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def recipe_path(tmp_path: Path) -> Path:
    (tmp_path / "words.txt").write_text(WORDS, encoding="utf-8")
    (tmp_path / "captions.txt").write_text("rain on a door\na bell rings\n", encoding="utf-8")
    path = tmp_path / "toy.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


def build(path: Path, *, cached: bool = True) -> tuple[dict[str, bytes], int, list[str]]:
    """The files of a release, how often the encoder was asked, and what was said."""
    encoder = CountingEncoder()
    said: list[str] = []
    out = path.parent / "out"
    with pytest.MonkeyPatch.context() as patch:
        if not cached:
            patch.setenv("SONOLEX_HOME", tempfile.mkdtemp(dir=path.parent))
        build_recipe(path, out, encoder=CachedEncoder(encoder), progress=said.append)
    files = {file.name: file.read_bytes() for file in out.iterdir()}
    for file in out.iterdir():
        file.unlink()
    out.rmdir()
    return files, encoder.asked, said


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_cold_warm_and_uncached_builds_are_the_same_bytes(recipe_path: Path) -> None:
    cold, asked, _ = build(recipe_path)
    assert asked > 0
    warm, asked, said = build(recipe_path)
    assert (warm, asked) == (cold, 0)
    assert any("order of an earlier build" in line for line in said)
    assert build(recipe_path, cached=False)[0] == cold


@pytest.mark.parametrize("size", [1, 3, 6, None])
def test_another_size_is_a_prefix_and_no_new_run(recipe_path: Path, size: int | None) -> None:
    four, _, _ = build(recipe_path)
    edit(recipe_path, "size = 4\n", "" if size is None else f"size = {size}\n")
    other, asked, said = build(recipe_path)
    assert asked == 0
    assert not [line for line in said if "mining" in line]
    assert other == build(recipe_path, cached=False)[0]
    few, many = sorted((files["concepts.csv"].splitlines() for files in (four, other)), key=len)
    assert many[: len(few)] == few


def test_a_size_beyond_all_is_read_off_too(recipe_path: Path) -> None:
    build(recipe_path)
    edit(recipe_path, "size = 4", "size = 400")
    _, asked, said = build(recipe_path)
    assert asked == 0
    assert any("400 are asked for, only" in line for line in said)


@pytest.mark.parametrize(
    ("file", "old", "new", "asked"),
    [
        ("words.txt", "bell", "bells", 2),  # the captions are the same
        ("captions.txt", "bell", "door", 1),
        ("toy.toml", "threshold = 0.9", "threshold = 0.3", 0),  # nothing new to embed
        ("toy.toml", '"coverage"', '"coverage"\nredundancy = 0.9', 0),
        ("toy.toml", 'kind = "coverage"', 'kind = "random"', 0),
    ],
)
def test_what_changes_is_made_anew(
    recipe_path: Path, file: str, old: str, new: str, asked: int
) -> None:
    build(recipe_path)
    edit(recipe_path.parent / file, old, new)
    warm, found, said = build(recipe_path)
    assert not any("order of an earlier build" in line for line in said)
    assert warm == build(recipe_path, cached=False)[0]
    assert found <= asked


def test_the_header_changes_nothing_that_is_kept(recipe_path: Path) -> None:
    build(recipe_path)
    edit(recipe_path, "A few words.", "Some words.")
    assert build(recipe_path)[1] == 0


def test_broken_entries_are_made_anew(recipe_path: Path, home: Path) -> None:
    cold, _, _ = build(recipe_path)
    entries = sorted((home / "derived").iterdir())
    assert {entry.name.split("-")[0] for entry in entries} == {"order", "mined"}
    embeddings_path().write_bytes(b"x" * 100_000)
    for entry in entries:
        content = bytearray(entry.read_bytes())
        content[-2] ^= 1
        entry.write_bytes(content)
    again, asked, said = build(recipe_path)
    assert again == cold
    assert asked > 0
    assert any("mining" in line for line in said)
    assert build(recipe_path)[1] == 0, "the broken ones are replaced"


def test_other_code_is_another_entry(
    recipe_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(recipe_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "words.txt").write_text("a word list of this package, changed\n")
    monkeypatch.setattr(build_cache, "package_folder", lambda name: tmp_path / "data")
    _, asked, said = build(recipe_path)
    assert any("mining" in line for line in said)
    assert asked == 0, "an encoder's texts change with its spec and its own code alone"
