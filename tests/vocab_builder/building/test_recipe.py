from __future__ import annotations

from pathlib import Path

import pytest

from concept_core.errors import DataError, SonolexError, UsageError
from vocab_builder.building.recipe import Recipe, SelectionEntry
from vocab_builder.filters.twins import Twins
from vocab_builder.selection.baselines import FrequencySelection

RECIPES = Path(__file__).resolve().parents[3] / "recipes"
GOOD = """
[vocabulary]
id = "toy"
version = "0.1.0"
title = "Toy"
description = "Three words."
[[source]]
kind = "wordlist"
path = "words.txt"
[[filter]]
kind = "twins"
forms = "snowball"
[selection]
kind = "frequency"
size = 3
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_recipe(tmp_path: Path) -> None:
    recipe = Recipe.read(write(tmp_path, GOOD))
    assert (recipe.header.id, recipe.size, recipe.selection.kind) == ("toy", 3, "frequency")
    assert recipe.filters[0].filter == Twins("snowball")
    assert recipe.selection == SelectionEntry("frequency", FrequencySelection())
    assert (recipe.sources[0].name, recipe.sources[0].place.path) == ("wordlist", "words.txt")
    assert recipe.text == GOOD


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[[filter]]", "[[fliter]]", r"unknown table 'fliter'; did you mean 'filter'"),
        (
            'forms = "snowball"',
            'froms = "snowball"',
            r"\[\[filter\]\] 1 \(twins\).*'froms'.*'forms'",
        ),
        ('forms = "snowball"', 'forms = "snow"', r"unknown rule of forms 'snow'"),
        ('kind = "twins"', 'kind = "twin"', r"unknown filter 'twin'; did you mean 'twins'"),
        ('kind = "frequency"', 'kind = "frequent"', r"unknown selection 'frequent'"),
        ('kind = "wordlist"', 'kind = "wordlst"', r"'wordlst'; did you mean 'wordlist'"),
        ('path = "words.txt"', 'pth = "words.txt"', r"'pth'"),
        ("size = 3", "size = 0", r"size must be a whole number from 1, found 0"),
        ("size = 3", 'size = "3"', r"found '3'"),
        ('version = "0.1.0"', 'version = "1"', r"MAJOR.MINOR.PATCH"),
        ('id = "toy"', 'id = "My Toy"', r"id 'My Toy' is not made of small letters"),
        ('title = "Toy"\n', "", r"\[vocabulary\]: the key 'title' is missing"),
        ("[selection]", "[[selection]]", r"table \[selection\] is missing"),
        ("[[filter]]", "[filter]", r"write \[\[filter\]\] with two brackets"),
        ('kind = "wordlist"\n', "", r"\[\[source\]\] 1: the key 'kind' is missing"),
        ("[[filter]]", '[[source]]\nkind = "wordlist"\npath = "b.txt"\n[[filter]]', "two sources"),
        (
            "[[filter]]",
            "[reference]\nsample = -3\n[[filter]]",
            r"\[reference\]: sample must be from 0",
        ),
        ("[[filter]]", "[reference]\nseed = -1\n[[filter]]", r"\[reference\]: seed must be from 0"),
        ("\n[vocab", "reference = 5\n[vocab", r"\[reference\]: expected a table, found 5"),
        (
            "[[filter]]",
            "[[filter]]\nkind = 'stop'\nlists = ['abstrct']\n[[filter]]",
            "mean 'abstract'",
        ),
        (
            "[[filter]]",
            "[[filter]]\nkind = 'stop'\nspare = ['wordlst']\n[[filter]]",
            r"1 \(stop\): spare: unknown source 'wordlst'; did you mean 'wordlist'",
        ),
        (
            "[[filter]]",
            "[[filter]]\nkind = 'audibility'\nexamples = ['wordlst']\n[[filter]]",
            r"1 \(audibility\): examples: unknown source 'wordlst'; did you mean 'wordlist'",
        ),
        ("forms =", "forms = 'snow'\n#", r"toml: \[\[filter\]\] 1 \(twins\): .*unknown rule"),
        ('path = "words.txt"', 'path = "words.txt"\nmember = "x"', "say which with resource"),
        ('"wordlist"\npath', '"wordnet"\npath', "path is not read by this kind"),
        ('"wordlist"\npath', '"release"\nresource', "resource is not read by this kind"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(UsageError, match=message) as caught:
        Recipe.read(write(tmp_path, GOOD.replace(old, new, 1)))
    assert caught.value.exit_code == 2


def test_broken_files(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such recipe"):
        Recipe.read(tmp_path / "none.toml")
    with pytest.raises(DataError, match="line 2"):
        Recipe.read(write(tmp_path, "[vocabulary]\nid = \ntitle = 1\n"))
    with pytest.raises(DataError, match="a folder, not a recipe"):
        Recipe.read(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b"[vocabulary]\ntitle = 'caf\xe9'\n")
    with pytest.raises(DataError, match="latin.toml:2: not valid UTF-8"):
        Recipe.read(tmp_path / "latin.toml")


@pytest.mark.parametrize("name", ["source", "filter"])
def test_arrays_hold_tables(tmp_path: Path, name: str) -> None:
    start, end = GOOD.index(f"[[{name}]]"), GOOD.index("[[filter]]" if name == "source" else "[sel")
    text = f"{name} = [1]\n" + GOOD[:start] + GOOD[end:]
    with pytest.raises(UsageError, match=rf"write \[\[{name}\]\] with two brackets"):
        Recipe.read(write(tmp_path, text))


@pytest.mark.parametrize(
    "path",
    sorted(set(RECIPES.glob("*.toml")) - set(RECIPES.glob("reproduce-*"))),
    ids=lambda path: path.stem,
)
def test_the_projects_recipes_are_well_formed(path: Path) -> None:
    try:
        recipe = Recipe.read(path)
    except SonolexError as error:
        pytest.fail(str(error))
    assert recipe.header.id == path.stem


@pytest.mark.parametrize("weight", ["0", "-1", "true", '"2"', "inf"])
def test_weights_are_numbers_above_zero(weight: str, tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(
        '[vocabulary]\nid = "a"\nversion = "0.1.0"\ntitle = "A"\ndescription = "A."\n'
        f'[[source]]\nkind = "wordlist"\npath = "a.txt"\nweight = {weight}\n'
        '[selection]\nkind = "frequency"\n',
        encoding="utf-8",
    )
    with pytest.raises(UsageError, match=r"\[\[source\]\] 1 \(wordlist\): weight"):
        Recipe.read(path)
