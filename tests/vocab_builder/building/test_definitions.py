"""Definitions of a source whose licence allows them, in a release."""

from __future__ import annotations

from pathlib import Path

from vocab_builder import build

RECIPE = """
[vocabulary]
id = "birds"
version = "0.1.0"
title = "Birds"
description = "Some birds."

[[source]]
kind = "wordnet"
roots = ["owl.n.01"]
depth = 1
definitions = true

[curation]
decisions = ["decisions.csv"]
licence = "CC0-1.0"

[selection]
kind = "frequency"
"""


def test_a_concept_of_one_synset_has_its_gloss(nltk_data: None, tmp_path: Path) -> None:
    recipe = tmp_path / "birds.toml"
    recipe.write_text(RECIPE, encoding="utf-8")
    decisions = "label,action,to,reason,by,at\nbarn owl,definition,Pale and silent,,me,\n"
    (tmp_path / "decisions.csv").write_text(decisions, encoding="utf-8")
    release = build(recipe)
    said = {one.id: one for one in release.annotations if one.kind == "definition"}
    assert said["owl"].value.startswith("nocturnal bird of prey")
    assert said["owl"].by == "wordnet"
    assert said["barn-owl"].value == "Pale and silent", "a person's own stays"


def test_no_definition_unless_asked_for(nltk_data: None, tmp_path: Path) -> None:
    recipe = tmp_path / "birds.toml"
    text = RECIPE.replace("definitions = true\n", "").replace("[curation]", "[x]")
    recipe.write_text(text.replace('[x]\ndecisions = ["decisions.csv"]\nlicence = "CC0-1.0"\n', ""))
    assert not build(recipe).annotations
