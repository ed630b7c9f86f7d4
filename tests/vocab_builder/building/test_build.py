"""A whole build on word lists, with the toy encoder: what is written, and that nothing is lost."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from concept_core.engine import open_engine
from concept_core.errors import DataError, MissingError, UsageError
from concept_core.releases.folder import verify_release
from concept_core.releases.specifiers import load_vocabulary
from tests.toy import RandomEncoder, ToyEncoder
from vocab_builder.building.build import build as build_recipe
from vocab_builder.building.build import is_up_to_date, lock_of
from vocab_builder.building.inputs import resolve_inputs
from vocab_builder.building.pipeline import order
from vocab_builder.building.recipe import Recipe
from vocab_builder.release import files as release_files
from vocab_builder.release.check import check_release
from vocab_builder.release.files import check_target
from vocab_builder.release.lock import Lock
from vocab_builder.release.release import Release

RECIPE = """
[vocabulary]
id = "toy"
version = "0.1.0"
title = "Toy"
description = "A few words."
encoder = "toy"
[[source]]
kind = "wordlist"
name = "mine"
path = "words.txt"
licence = "CC0-1.0"
[[source]]
kind = "wordlist"
name = "yours"
path = "more.txt"
[[filter]]
kind = "form"
[[filter]]
kind = "stop"
[[filter]]
kind = "twins"
forms = "snowball"
[[filter]]
kind = "redundancy"
threshold = 0.9
[selection]
kind = "frequency"
size = 4
"""
WORDS = "rain\nclock\nclocks\nthunder\nthe\nmen's\ncafé\nrock 'n' roll\n"


@pytest.fixture
def recipe_path(tmp_path: Path) -> Path:
    (tmp_path / "words.txt").write_text(WORDS, encoding="utf-8")
    (tmp_path / "more.txt").write_text("rain\nbell\n", encoding="utf-8")
    path = tmp_path / "toy.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def nothing_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No earlier build has left anything."""
    monkeypatch.setattr("concept_core.encoders.runtime.derived_folder", lambda: tmp_path / "kept")


def build(path: Path, out: Path) -> list[str]:
    said: list[str] = []
    build_recipe(path, out, encoder=ToyEncoder(), progress=said.append)
    return said


def test_kept_and_dropped_are_all_candidates(recipe_path: Path, tmp_path: Path) -> None:
    said = build(recipe_path, tmp_path / "out")
    vocabulary = load_vocabulary(tmp_path / "out")
    with open(tmp_path / "out" / "drops.csv", encoding="utf-8", newline="") as handle:
        drops = list(csv.DictReader(handle))
    everything = {*WORDS.split("\n"), "bell"} - {""}
    assert {*vocabulary.labels, *(drop["label"] for drop in drops)} == everything
    assert len(vocabulary) + len(drops) == len(everything)
    assert len(vocabulary) == 4
    reasons = {drop["label"]: drop["reason"] for drop in drops}
    assert reasons["the"] == "stop-word"
    assert reasons["men's"] == "possessive"
    assert reasons["clocks"] == "lexical-twin"
    (twin,) = [drop for drop in drops if drop["label"] == "clocks"]
    assert twin["twin"] == "clock"
    left = [drop for drop in drops if drop["reason"] == "not-selected"]
    assert [int(drop["rank"]) for drop in left] == [5, 6][: len(left)]
    assert any("form: 9 -> " in line for line in said)


def test_the_folder_verifies_and_tells_where_words_come_from(
    recipe_path: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    build(recipe_path, out)
    assert verify_release(out) == (
        "CITATION.cff",
        "LICENSE",
        "README.md",
        "aliases.csv",
        "concepts.csv",
        "drops.csv",
        "evidence.csv",
        "recipe.lock",
        "recipe.toml",
        "scores.csv",
        "vocabulary.json",
    )
    vocabulary = load_vocabulary(out)
    rain = next(concept for concept in vocabulary if concept.label == "rain")
    assert {evidence.source for evidence in rain.evidence} == {"mine", "yours"}
    assert rain.count == sum(evidence.count for evidence in rain.evidence)
    sources = {source["name"]: source for source in vocabulary.metadata["sources"]}
    assert sources["mine"]["licence"] == "CC0-1.0"
    assert sources["yours"]["licence"] == "not stated"
    assert vocabulary.metadata["encoder"]["name"] == "toy"
    assert check_release(Release.load(out)).findings == ()


def test_equal_inputs_give_equal_bytes(recipe_path: Path, tmp_path: Path) -> None:
    build(recipe_path, tmp_path / "one")
    build(recipe_path, tmp_path / "two")
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_no_path_of_this_machine_is_written(recipe_path: Path, tmp_path: Path) -> None:
    build(recipe_path, tmp_path / "out")
    for path in (tmp_path / "out").iterdir():
        assert str(tmp_path) not in path.read_text(encoding="utf-8")


def test_a_release_is_never_overwritten(recipe_path: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "precious").write_text("x")
    with pytest.raises(DataError, match="never overwritten"):
        build(recipe_path, out)
    assert (out / "precious").read_text() == "x"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_lock_tells_whether_a_folder_is_up_to_date(recipe_path: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(recipe_path, out)

    def lock() -> Lock:
        recipe = Recipe.read(recipe_path)
        return lock_of(recipe, resolve_inputs(recipe), ToyEncoder().spec)

    assert is_up_to_date(out, lock())
    (recipe_path.parent / "more.txt").write_text("rain\nbells\n", encoding="utf-8")
    assert not is_up_to_date(out, lock())
    assert not is_up_to_date(tmp_path / "none", lock())
    lock = json.loads((out / "recipe.lock").read_text())
    assert set(lock["outputs"]) == {
        "aliases.csv", "concepts.csv", "drops.csv", "evidence.csv", "recipe.toml", "scores.csv",
        "vocabulary.json",
    }  # fmt: skip
    assert lock["parameters"]["filters"][0] == {
        "kind": "form", "min_length": 3, "max_length": 30, "max_words": 3, "dictionary": "none",
        "trusted": [],
    }  # fmt: skip


def test_a_release_is_a_source(recipe_path: Path, tmp_path: Path) -> None:
    build(recipe_path, tmp_path / "out")
    first = load_vocabulary(tmp_path / "out")
    again = RECIPE.replace('kind = "wordlist"\nname = "mine"\npath = "words.txt"', (
        'kind = "release"\nname = "mine"\npath = "out"'
    )).replace("size = 4", "size = 3")  # fmt: skip
    (tmp_path / "again.toml").write_text(again, encoding="utf-8")
    build(tmp_path / "again.toml", tmp_path / "second")
    second = load_vocabulary(tmp_path / "second")
    assert set(second.labels) <= {*first.labels, "bell"}
    source = second.metadata["sources"][0]
    assert source["origin"] == "toy@0.1.0"
    assert source["concepts"] > 0
    # Counts decide too: labels that stay the same do not make it the same input.
    concepts = tmp_path / "out" / "concepts.csv"
    concepts.write_text(re.sub(r",(\d+),", r",9\1,", concepts.read_text("utf-8")), "utf-8")
    assert load_vocabulary(tmp_path / "out").content_hash == first.content_hash
    (changed, *_) = resolve_inputs(Recipe.read(tmp_path / "again.toml")).listed()
    assert changed.sha256 != source["sha256"]


def test_an_own_release_keeps_its_order(recipe_path: Path, tmp_path: Path) -> None:
    build(recipe_path, tmp_path / "out")
    first = load_vocabulary(tmp_path / "out")
    (tmp_path / "more.txt").write_text("zip\nanvil\n")
    words = 'kind = "wordlist"\nname = "mine"\npath = "words.txt"'
    own = RECIPE.replace(words, 'kind = "release"\nname = "mine"\npath = "out"\npinned = true')
    own = own.replace('path = "more.txt"', 'path = "more.txt"\npinned = true')
    (tmp_path / "own.toml").write_text(own.replace("size = 4", "size = 6"), encoding="utf-8")
    build(tmp_path / "own.toml", tmp_path / "second")
    second = load_vocabulary(tmp_path / "second")
    assert second.labels == [*first.labels, "zip", "anvil"]
    assert [one.id for one in second][:4] == [one.id for one in first]
    assert {(one.id, one.alias) for one in first.aliases} <= {
        (one.id, one.alias) for one in second.aliases
    }
    assert first.aliases


def test_missing_files_are_named(recipe_path: Path, tmp_path: Path) -> None:
    (tmp_path / "more.txt").unlink()
    with pytest.raises(DataError, match="no file 'more.txt' in "):
        resolve_inputs(Recipe.read(recipe_path))
    recipe_path.write_text(RECIPE.replace('path = "more.txt"', 'resource = "ucs"\nmember = "x"'))
    with pytest.raises((UsageError, MissingError), match="ucs"):
        resolve_inputs(Recipe.read(recipe_path))
    recipe_path.write_text(RECIPE.replace('path = "more.txt"\n', ""))
    with pytest.raises(UsageError, match="give either path or resource"):
        resolve_inputs(Recipe.read(recipe_path))


def test_a_size_is_a_maximum_and_the_build_says_so(recipe_path: Path, tmp_path: Path) -> None:
    recipe_path.write_text(RECIPE.replace("size = 4", "size = 400"), encoding="utf-8")
    said = build(recipe_path, tmp_path / "out")
    assert len(load_vocabulary(tmp_path / "out")) == 6
    assert [line for line in said if line.endswith("(400 are asked for, only 6 add something)")]


def test_without_a_size_all_survivors_are_taken(recipe_path: Path, tmp_path: Path) -> None:
    recipe_path.write_text(RECIPE.replace("size = 4\n", ""), encoding="utf-8")
    build(recipe_path, tmp_path / "out")
    assert len(load_vocabulary(tmp_path / "out")) == 6


def test_findings_have_codes(tmp_path: Path) -> None:
    path = tmp_path / "bad.txt"
    path.write_text("clock\nclocks\noneself\nmen's\nrain\n", encoding="utf-8")
    findings = check_release(Release.load(path)).findings
    assert [(finding.code, finding.label) for finding in findings] == [
        ("E101", "clocks"),
        ("E102", "oneself"),
        ("E103", "men's"),
    ]


def test_a_source_may_be_called_reference(recipe_path: Path, tmp_path: Path) -> None:
    text = RECIPE.replace('name = "mine"', 'name = "reference"')
    text = text.replace("[selection]", '[reference]\npath = "more.txt"\n[selection]')
    recipe_path.write_text(text, encoding="utf-8")
    build(recipe_path, tmp_path / "out")
    source = load_vocabulary(tmp_path / "out").metadata["sources"][0]
    assert (source["origin"], source["licence"]) == ("words.txt", "CC0-1.0")


def test_what_the_recipe_lacks_is_told_before_sources_are_mined(
    recipe_path: Path, tmp_path: Path
) -> None:
    recipe = Recipe.read(recipe_path)
    said: list[str] = []
    with pytest.raises(UsageError, match="needs embeddings; name an encoder"):
        order(recipe, resolve_inputs(recipe), None, said.append)
    recipe_path.write_text(RECIPE.replace('"frequency"', '"coverage"'), encoding="utf-8")
    recipe = Recipe.read(recipe_path)
    with pytest.raises(UsageError, match=r"has no \[reference\]; add one") as caught:
        order(recipe, resolve_inputs(recipe), ToyEncoder(), said.append)
    assert said == []
    # What the message says to add is something that a recipe takes.
    line = str(caught.value).partition("such as [reference] with ")[2]
    recipe_path.write_text(RECIPE.replace("[selection]", f"[reference]\n{line}\n[selection]"))
    assert Recipe.read(recipe_path).reference is not None


def test_the_lock_has_every_option_and_what_nltk_reads(
    recipe_path: Path, tmp_path: Path, nltk_data: None
) -> None:
    recipe_path.write_text(RECIPE.replace("snowball", "wordnet"), encoding="utf-8")
    build(recipe_path, tmp_path / "out")
    lock = json.loads((tmp_path / "out" / "recipe.lock").read_text())
    assert lock["parameters"]["sources"][0] == {
        "kind": "wordlist", "name": "mine", "weight": 1.0, "pinned": False, "order": "descending",
    }  # fmt: skip
    (language,) = [entry for entry in lock["inputs"] if entry["role"] == "language"]
    assert (language["origin"], len(language["sha256"])) == ("resource:wordnet", 64)


@pytest.mark.parametrize("same", [True, False])
def test_of_two_builds_into_one_folder_the_second_to_end_agrees_or_is_refused(
    same: bool, recipe_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, other = tmp_path / "out", tmp_path / "other.toml"
    text = recipe_path.read_text(encoding="utf-8")
    other.write_text(text if same else f"# another\n{text}", encoding="utf-8")
    render = release_files.render_card

    def meanwhile(*arguments: Any) -> str:
        monkeypatch.setattr(release_files, "render_card", render)
        build(other, out)
        return render(*arguments)

    monkeypatch.setattr(release_files, "render_card", meanwhile)
    if same:
        assert f"{out}: another build of the same was faster" in build(recipe_path, out)
    else:
        with pytest.raises(DataError, match="never overwritten"):
            build(recipe_path, out)
    assert verify_release(out)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_folder_that_cannot_be_made_is_told_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match="cannot be made"):
        check_target(tmp_path / "file" / "out")
    (tmp_path / "link").symlink_to(tmp_path / "nothing")
    with pytest.raises(DataError, match="never overwritten"):
        check_target(tmp_path / "link")


def test_stop_words_are_found_in_any_case(tmp_path: Path) -> None:
    path = tmp_path / "bad.txt"
    path.write_text("Background\nRain\n", encoding="utf-8")
    findings = check_release(Release.load(path)).findings
    assert [(finding.code, finding.label) for finding in findings] == [("E102", "Background")]


def test_coverage_of_clips(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("rain\nbell\nthunder\nclock\n", encoding="utf-8")
    (tmp_path / "clips").mkdir()
    for name in ("thunder", "clock ticking", "clock"):
        (tmp_path / "clips" / f"{name}.wav").touch()
    path = tmp_path / "clips.toml"
    path.write_text(
        '[vocabulary]\nid = "toy"\nversion = "0.1.0"\ntitle = "Toy"\ndescription = "Words."\n'
        'encoder = "toy"\n[[source]]\nkind = "wordlist"\npath = "words.txt"\n'
        '[reference]\npath = "clips"\n[selection]\nkind = "coverage"\nsize = 2\n',
        encoding="utf-8",
    )
    # The toy encoder hears a clip as the text of its name.
    build(path, tmp_path / "out")
    assert load_vocabulary(tmp_path / "out").labels == ["clock", "thunder"]
    lock = json.loads((tmp_path / "out" / "recipe.lock").read_text())
    before = [one["sha256"] for one in lock["inputs"] if one["role"] == "reference"]
    (tmp_path / "clips" / "rain.wav").touch()
    assert resolve_inputs(Recipe.read(path)).listed()[-1].sha256 not in before


def test_from_recipe_to_release_in_one_call(recipe_path: Path, tmp_path: Path) -> None:
    release = build_recipe(str(recipe_path), encoder=ToyEncoder())
    assert not (tmp_path / "out").exists()
    assert release.folder is None
    written = build_recipe(Recipe.read(recipe_path), str(tmp_path / "out"), encoder=ToyEncoder())
    assert written == release
    assert build_recipe(recipe_path, tmp_path / "out", encoder=ToyEncoder()).folder is not None
    assert repr(Recipe.read(recipe_path)) == (
        "Recipe('toy@0.1.0', 2 sources, form, stop, twins, redundancy, frequency)"
    )


def test_a_lock_holds_the_inputs(recipe_path: Path, tmp_path: Path) -> None:
    build(recipe_path, tmp_path / "out")
    (tmp_path / "more.txt").write_text("rain\nwind\n", encoding="utf-8")
    with pytest.raises(DataError, match="other inputs than the lock has"):
        build_recipe(recipe_path, encoder=ToyEncoder(), lock=tmp_path / "out" / "recipe.lock")


def test_sources_are_told_apart_by_name(recipe_path: Path) -> None:
    inputs = resolve_inputs(Recipe.read(recipe_path))
    mine, yours = inputs.sources
    assert (mine.name, mine.input.origin, mine.input.licence) == ("mine", "words.txt", "CC0-1.0")
    assert [one.role for one in inputs.read_by(yours)] == ["yours"]


def test_how_good_the_filters_were_reaches_card_and_metadata_also_from_the_cache(
    recipe_path: Path, tmp_path: Path
) -> None:
    recipe_path.write_text(RECIPE.replace("threshold = 0.9\n", ""), encoding="utf-8")
    said = build(recipe_path, tmp_path / "one")
    assert any("redundancy with toy: area under the ROC curve 0." in line for line in said)
    (figure,) = load_vocabulary(tmp_path / "one").metadata["calibration"]
    assert (figure["stage"], figure["encoder"], figure["measure"]) == (
        "redundancy", "toy", "area under the ROC curve",
    )  # fmt: skip
    assert 0.5 < figure["low"] < figure["value"] < 1 and 0 < figure["threshold"] < 1
    card = (tmp_path / "one" / "README.md").read_text(encoding="utf-8")
    assert "## How good the filters were\n\n- redundancy with toy: area under the ROC" in card
    again = build(recipe_path, tmp_path / "two")
    assert any("in the order of an earlier build" in line for line in again)
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_an_encoder_no_better_than_chance_builds_only_with_a_threshold(
    recipe_path: Path, tmp_path: Path
) -> None:
    build_recipe(recipe_path, tmp_path / "given", encoder=RandomEncoder())
    assert "calibration" not in load_vocabulary(tmp_path / "given").metadata
    assert "How good the filters" not in (tmp_path / "given" / "README.md").read_text("utf-8")
    recipe_path.write_text(RECIPE.replace("threshold = 0.9\n", ""), encoding="utf-8")
    with pytest.raises(UsageError, match="redundancy: with the encoder random it is no better"):
        build_recipe(recipe_path, tmp_path / "out", encoder=RandomEncoder())
    assert not (tmp_path / "out").exists()


def test_workers_mine_for_the_same_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "".join(f"A dog barks at the {word}\n" for word in WORDS.split() * 10)
    (tmp_path / "said.txt").write_text(said, encoding="utf-8")
    path = tmp_path / "toy.toml"
    source = '[[source]]\nkind = "captions"\npath = "said.txt"\ntagger = "none"\n'
    head, tail = RECIPE.split("[[source]]", 1)[0], RECIPE[RECIPE.index("[[filter]]") :]
    path.write_text(head + source + tail, encoding="utf-8")
    for name, workers in (("one", 1), ("two", 2)):
        monkeypatch.setattr(
            "concept_core.encoders.runtime.derived_folder", lambda name=name: tmp_path / f"k-{name}"
        )
        with open_engine("local", workers) as engine:
            build_recipe(path, tmp_path / name, encoder=ToyEncoder(), engine=engine)
    files = sorted(one.name for one in (tmp_path / "one").iterdir())
    assert files == sorted(one.name for one in (tmp_path / "two").iterdir())
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
