from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from concept_core.errors import DataError, UsageError
from concept_core.releases.specifiers import load_vocabulary
from tests.releases_toy import release_of
from tests.toy import ToyEncoder
from vocab_builder.building.build import build
from vocab_builder.formats.hub import _front
from vocab_builder.licences.text import render_licence
from vocab_builder.release.card import render_card
from vocab_builder.release.citation import citation
from vocab_builder.release.permissive import permissive_part
from vocab_builder.release.release import Release
from vocab_builder.release.version_rule import compare

RECIPE = '''
[vocabulary]
id = "toy"
version = "0.1.0"
title = "Toy"
description = "A few words."
encoder = "toy"
authors = ["A. Person", "B_"]
purpose = """
# Sounds of <a kitchen>,
- as a cook *hears* them."""
not_for = "Music | speech"
weaknesses = ["Few words.", "1. No [links](x)."]
examples = ["thunder", "café"]
[[source]]
kind = "wordlist"
name = "mine"
path = "words.txt"
licence = "CC0-1.0"
[[filter]]
kind = "form"
[[filter]]
kind = "redundancy"
threshold = 0.9
[selection]
kind = "frequency"
size = 3
'''
KEYS = ("purpose", "not_for", "weaknesses", "examples", "authors")


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    (tmp_path / "words.txt").write_text("rain\ncafé\nthunder\nbell\n", encoding="utf-8")
    path = tmp_path / "toy.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


def changed(recipe: Path, old: str, new: str) -> Path:
    text = recipe.read_text(encoding="utf-8")
    assert old in text
    recipe.write_text(text.replace(old, new), encoding="utf-8")
    return recipe


HOSTILE = "x](javascript:f(1)) | <img src=x onerror=f(1)> `a` <!-- $x$\n\n# h\n- =\u202e\x1b"


def test_nothing_of_others_is_markup() -> None:
    release = release_of(["rain", f"{HOSTILE} label"], licences={"mine": HOSTILE})
    for name in ("title", "description", "purpose", "selection"):
        release.metadata[name] = HOSTILE
    release.metadata["weaknesses"] = [HOSTILE]
    release.metadata["stages"] = [{"stage": HOSTILE, "before": 1, "after": 1}] * 2
    for one in release.metadata["sources"]:
        one |= {"name": HOSTILE, "kind": HOSTILE}
    card = render_card(release, None)
    # What is not behind a backslash is of the card's own.
    bare = re.sub(r"\\[!-/:-@\[-`{-~]", "", card)
    assert not re.search(r"[<>$\u202e\x1b]|\]\(", bare)
    assert [one for one in card.splitlines() if one.startswith(("#", "- ="))] == [
        one for one in card.splitlines() if re.match(r"#+ (x\\\]|[A-Z])", one)
    ]
    for rows in re.findall(r"(?:^\|.*\n)+", bare, re.MULTILINE):
        assert len({row.count("|") for row in rows.splitlines()}) == 1
    for text in (citation(release), _front(release).removeprefix("---\n").removesuffix("---\n")):
        assert HOSTILE in yaml.safe_load(text).values()
    # No source adds a paragraph to the licence.
    usual = release_of(["rain", "label"], licences={"mine": "x"})
    paragraphs = [render_licence(one.vocabulary).count("\n\n") for one in (release, usual)]
    assert paragraphs[0] == paragraphs[1]


def test_what_the_recipe_says_travels_into_metadata_and_card(recipe: Path, tmp_path: Path) -> None:
    build(recipe, tmp_path / "out", encoder=ToyEncoder())
    metadata = load_vocabulary(tmp_path / "out").metadata
    assert metadata["weaknesses"] == ["Few words.", "1. No [links](x)."]
    assert metadata["examples"] == ["thunder", "café"]
    assert metadata.keys() >= set(KEYS)
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    for line in (
        "**Such as:** thunder, café",
        r"**What it is for:** \# Sounds of \<a kitchen\>, - as a cook \*hears\* them.",
        "**What it is not for:** Music | speech",
        r"**Made by:** A. Person, B\_",
        "## Known weaknesses",
        r"- 1\. No \[links\](x).",
        "Of 4 candidates the filters form, redundancy left 4, of which the first 3 by frequency"
        " were taken. The embeddings that stages compared are those of toy.",
    ):
        assert line in card.splitlines()


def test_a_card_says_nothing_that_the_recipe_does_not(recipe: Path) -> None:
    text = recipe.read_text(encoding="utf-8")
    start, end = text.index("authors"), text.index("[[source]]")
    changed(recipe, text[start:end], "")
    release = build(recipe, encoder=ToyEncoder())
    assert release.metadata.keys().isdisjoint(KEYS)
    card = render_card(release, None)
    assert "**" not in card and "weaknesses" not in card
    assert yaml.safe_load(citation(release))["abstract"] == "A few words."


def test_of_a_vocabulary_without_filters_and_encoder_the_card_says_so() -> None:
    card = render_card(release_of(["rain"]), None)
    assert (
        "Of 9 candidates no filter at all left 9. The embeddings that stages compared are none"
        in card
    )


def test_purpose_is_in_the_abstract_of_the_citation(recipe: Path) -> None:
    document = yaml.safe_load(citation(build(recipe, encoder=ToyEncoder())))
    assert document["abstract"] == (
        "A few words. For: # Sounds of <a kitchen>, - as a cook *hears* them."
        " Not for: Music | speech"
    )
    assert [one["name"] for one in document["authors"]] == ["A. Person", "B_"]


def test_examples_that_are_not_in_stop_the_build(recipe: Path, tmp_path: Path) -> None:
    changed(recipe, '"thunder", "café"', '"thunders"')
    with pytest.raises(DataError, match=r"examples: 'thunders' is no label .* did you mean"):
        build(recipe, tmp_path / "out", encoder=ToyEncoder())
    assert not (tmp_path / "out").exists()


def test_an_example_that_is_an_alias_names_its_label(recipe: Path, tmp_path: Path) -> None:
    (tmp_path / "decisions.csv").write_text("label,action,to\nbell,merge,rain\n")
    changed(recipe, "[[filter]]\nkind = \"form\"", "[curation]\ndecisions = [\"decisions.csv\"]\n"
            "[[filter]]\nkind = \"form\"")  # fmt: skip
    changed(recipe, '"thunder", "café"', '"bell"')
    with pytest.raises(DataError, match="'bell' is no label .* here it is 'rain'"):
        build(recipe, encoder=ToyEncoder())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('not_for = "Music | speech"', "not_for = 3", "not_for: expected str, found 3"),
        ('["Few words.", ', '["", ', "an entry of weaknesses is empty"),
        ("weaknesses", "weaknes", "did you mean 'weaknesses'"),
    ],
)
def test_wrong_keys_are_refused(recipe: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        build(changed(recipe, old, new), encoder=ToyEncoder())


@pytest.mark.parametrize("key", KEYS)
def test_a_change_of_what_the_card_says_is_a_patch(key: str) -> None:
    one = release_of(["rain", "bell"])
    value = "For cooks." if key in ("purpose", "not_for") else ["rain"]
    other = one.with_concepts(one.vocabulary.concepts, **{key: value})
    found = compare(one, other, ((), ()))
    assert (found.bump, found.metadata) == ("patch", (key,))


def test_examples_go_with_their_concepts() -> None:
    seen = {"rain": ["open"], "bell": ["closed"]}
    licences = {"open": "CC0-1.0", "closed": "CC-BY-SA-4.0"}
    release = release_of(["rain", "bell"], seen=seen, licences=licences)
    release = release.with_concepts(release.vocabulary.concepts, examples=["bell", "rain"])
    part: Release = permissive_part(release)
    assert part.metadata["examples"] == ["rain"]
    assert "**Such as:** rain" in render_card(part, None).splitlines()
