"""The recipes of the repository: all are read, the paper's run on a fixture of FSD50K's schema."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from concept_core.encoders import Encoder
from concept_core.errors import MissingError
from tests.toy import ToyEncoder
from vocab_builder.building.build import build as build_release
from vocab_builder.building.inputs import resolve_inputs
from vocab_builder.building.pipeline import order
from vocab_builder.building.recipe import Recipe
from vocab_builder.curation.aliases import final_twin, says_the_same
from vocab_builder.selection import take
from vocab_builder.stages.candidates import Outcome

ROOT = Path(__file__).parents[1]
# A study is no recipe of a vocabulary.
RECIPES = sorted(
    set((ROOT / "recipes").glob("*.toml")) - set((ROOT / "recipes").glob("reproduce-*"))
)
TAGS = {
    "dog": 12, "dogs": 9, "bark": 8, "barking": 7, "rain": 20, "thunder": 6, "storm": 5,
    "field-recording": 30, "shit": 25, "regen": 4, "x": 15, "2012": 14, "thunnder": 11,
    "guitar": 10, "automobile": 3, "car": 13, "zoom-h4n": 2, "cock": 2, "laugh": 4, "laughter": 2,
}  # fmt: skip


@pytest.fixture
def metadata(tmp_path: Path) -> Path:
    """The two files of FSD50K.metadata, with as many clips as a tag is to have."""
    for name, share in (("dev", 1), ("eval", 0)):
        clips = {
            str(number): {
                "title": "a title", "description": "a sentence", "license": "CC0",
                "uploader": "somebody",
                "tags": [tag for tag, count in TAGS.items() if number < count - share],
            }
            for number in range(share, 40)
        }  # fmt: skip
        path = tmp_path / f"{name}_clips_info_FSD50K.json"
        path.write_text(json.dumps(clips), encoding="utf-8")
    return tmp_path


def small(name: str, folder: Path) -> Path:
    """A recipe on the fixture, its numbers made fit for it; nothing else is changed."""
    text = (ROOT / "recipes" / f"{name}.toml").read_text(encoding="utf-8")
    text = re.sub(r'resource = "fsd50k-metadata"\nmember = ', "path = ", text)
    text = text.replace("2000", "6").replace("10000", "19")
    # Nobody has calibrated the toy encoder.
    text = text.replace('kind = "synonyms"', 'kind = "synonyms"\nwitness = 0.9')
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def build(name: str, folder: Path) -> Outcome:
    recipe = Recipe.read(small(name, folder))
    return first(recipe, ToyEncoder())


def first(recipe: Recipe, encoder: Encoder) -> Outcome:
    ordered = order(recipe, resolve_inputs(recipe), encoder)
    return take(ordered, recipe.size, recipe.selection.kind)


def reasons(built: Outcome) -> dict[str, str]:
    return {drop.candidate.label: drop.reason for drop in built.dropped}


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_is_read(path: Path) -> None:
    recipe = Recipe.read(path)
    assert recipe.header.id == path.stem


def test_baseline(metadata: Path) -> None:
    built = build("paper-baseline", metadata)
    assert [one.label for one in built.kept] == [
        "field recording", "rain", "x", "2012", "car", "dog",
    ]  # fmt: skip
    left = reasons(built)
    assert left["shit"] == "profane" and left["regen"] == "other-language"
    assert left["cock"] == "not-selected"
    # Both files are counted: 18 and 20 clips.
    assert built.kept[1].count == 38


def test_pruned(metadata: Path, nltk_data: None) -> None:
    built = build("paper-pruned", metadata)
    left = reasons(built)
    assert left["x"] == "too-short" and left["thunnder"] == "unknown-word"
    assert left["2012"] in ("digits", "number")
    assert left["dogs"] == left["barking"] == "lexical-twin"
    dog = next(one for one in built.kept if one.label == "dog")
    assert dog.count == (10 + 7) + (12 + 9)
    assert len(built.kept) == 6


def test_clustered(metadata: Path) -> None:
    built = build("paper-clustered", metadata)
    assert len(built.kept) == 6
    assert "infrequent" in reasons(built).values()
    again = build("paper-clustered", metadata)
    assert [one.label for one in again.kept] == [one.label for one in built.kept]


@pytest.mark.parametrize("name", ["paper-baseline", "paper-pruned", "paper-clustered"])
def test_what_is_not_here_is_said(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path))
    with pytest.raises(MissingError, match="sonolex fetch fsd50k-metadata"):
        resolve_inputs(Recipe.read(ROOT / "recipes" / f"{name}.toml"))


def test_birdwatcher(encoder: Encoder, nltk_data: None) -> None:
    path = ROOT / "recipes" / "birdwatcher.toml"
    assert path.read_text(encoding="utf-8") in (ROOT / "docs" / "birdwatcher.md").read_text(
        encoding="utf-8"
    )
    recipe = Recipe.read(path)
    built = first(recipe, encoder)
    labels = [one.label for one in built.kept]
    assert len(set(labels)) == 150
    assert {"robin", "wren", "cuckoo", "nightingale", "tawny owl", "jackdaw"} <= set(labels)
    assert "wrens" not in labels and "blackbirds" not in labels
    own = [one for one in built.kept if one.seen_in(["my-birds"])]
    assert len(own) > 140


@pytest.mark.long
@pytest.mark.parametrize(("name", "size"), [("foley", 150), ("urban", 100), ("underwater", 100)])
def test_own_words_first(name: str, size: int, encoder: Encoder, nltk_data: None) -> None:
    path = ROOT / "recipes" / f"{name}.toml"
    lines = (ROOT / "recipes" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    own = [line for line in lines if not line.startswith("#")]
    release = build_release(path, encoder=encoder)
    assert release.vocabulary.labels[: len(own)] == own and len(release.vocabulary) == size
    assert not {"theological", "man speaking", "telephone"} & set(release.vocabulary.labels)
    assert "stale_decisions" not in release.metadata
    held = {one.label: one for one in release.decisions}
    for label, decision in held.items():
        if decision.action == "drop":
            assert label not in release.vocabulary
        if decision.action in ("rename", "merge"):
            concept = release.vocabulary.find(label)
            assert concept is not None and concept.label != label


def test_no_word_of_the_demo_went_for_one_that_went_later(encoder: Encoder) -> None:
    release = build_release(ROOT / "recipes" / "demo.toml", encoder=encoder)
    drops = {drop.candidate.label: drop for drop in release.drops}
    twins = [label for label, drop in drops.items() if says_the_same(drop)]
    kept = {concept.label for concept in release.vocabulary.concepts}
    assert twins
    for label in twins:
        end = final_twin(label, drops)
        assert end is not None and end[0] in kept, label
