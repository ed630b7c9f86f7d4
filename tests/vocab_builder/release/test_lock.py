"""Recipes that take a range of releases, and a lock that says which one it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from concept_core.errors import DataError
from tests.releases_toy import release_of, write
from vocab_builder.building import inputs
from vocab_builder.building.inputs import resolve_inputs
from vocab_builder.building.recipe import Recipe
from vocab_builder.release.lock import Lock, read_lock
from vocab_builder.release.making import make_release, plan_release

RECIPE = """
[vocabulary]
id = "mine"
version = "0.1.0"
title = "Mine"
description = "A few words."
[[source]]
kind = "release"
name = "base"
path = "toy@^1"
[[source]]
kind = "wordlist"
name = "more"
path = "more.txt"
[selection]
kind = "frequency"
"""


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recipe on releases of a folder of their own, of which there is one so far."""
    root = tmp_path / "vocabularies"
    release(tmp_path, ["rain", "bell"], "1.0.0")
    monkeypatch.setattr("concept_core.releases.specifiers.package_folder", lambda name: root)
    (tmp_path / "more.txt").write_text("dog\n", encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


def release(tmp_path: Path, labels: list[str], version: str) -> None:
    root = tmp_path / "vocabularies"
    folder = write(release_of(labels), tmp_path / f"built-{version}")
    make_release(plan_release(folder, root, version=version), root)


def write_lock(found: inputs.Inputs, path: Path) -> Path:
    path.write_text(Lock("0", "old", found.listed(), {}, None).document({}))
    return path


def origin(found: inputs.Inputs) -> str:
    return found.listed()[0].origin


def test_a_range_is_resolved_and_recorded(recipe: Path, tmp_path: Path) -> None:
    before = resolve_inputs(Recipe.read(recipe))
    assert origin(before) == "toy@1.0.0"
    lock = write_lock(before, tmp_path / "recipe.lock")
    release(tmp_path, ["rain", "bell", "wind"], "1.1.0")
    release(tmp_path, ["wind"], "2.0.0")
    assert origin(resolve_inputs(Recipe.read(recipe))) == "toy@1.1.0"
    held = read_lock(lock)
    pinned = resolve_inputs(Recipe.read(recipe), held)
    assert pinned == before
    held.check_inputs(pinned.listed(), str(lock))


def test_inputs_that_differ_from_the_lock_are_all_named(recipe: Path, tmp_path: Path) -> None:
    held = read_lock(write_lock(resolve_inputs(Recipe.read(recipe)), tmp_path / "recipe.lock"))
    (tmp_path / "more.txt").write_text("cat\n", encoding="utf-8")
    recipe.write_text(RECIPE.replace("toy@^1", "vocabularies/toy/1.0.0"), encoding="utf-8")
    with pytest.raises(DataError, match=r"more \(more\.txt\): sha256 is .* the lock says"):
        held.check_inputs(resolve_inputs(Recipe.read(recipe), held).listed(), "x")
    recipe.write_text(RECIPE.replace('name = "more"', 'name = "less"'), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        held.check_inputs(resolve_inputs(Recipe.read(recipe), held).listed(), "x")
    assert "less (more.txt)" in str(caught.value) and "the lock says nothing of it" in str(
        caught.value
    )
    assert "more (more.txt): sha256 is none, it is not read" in str(caught.value)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"inputs": [1]}', '{"inputs": [{}]}'])
def test_what_is_no_lock_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.lock").write_text(text)
    with pytest.raises(DataError, match="x.lock: not a recipe.lock"):
        read_lock(tmp_path / "x.lock")
    with pytest.raises(DataError, match="no such file"):
        read_lock(tmp_path / "none.lock")


@pytest.mark.parametrize("sources", [3, [1], [{}], [{"name": 1}], [{"name": "a", "pinned": "x"}]])
def test_parameters_of_other_types(tmp_path: Path, sources: object) -> None:
    path = tmp_path / "recipe.lock"
    whole = {"sonolex": "1", "recipe_sha256": "0", "inputs": [], "encoder": None}
    path.write_text(json.dumps({**whole, "parameters": {"sources": sources}}), encoding="utf-8")
    with pytest.raises(DataError, match="recipe.lock: parameters"):
        read_lock(path)
    path.write_text(json.dumps({**whole, "parameters": {"x": float("nan")}}), encoding="utf-8")
    with pytest.raises(DataError, match="nan is not finite"):
        read_lock(path)
