from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from concept_core.errors import DataError, UsageError
from tests.sources_toy import mine
from vocab_builder.stages.candidates import Candidate


def entry(category: str, sub: str, cat_id: str, *synonyms: str) -> dict[str, Any]:
    return {
        "Category": category,
        "SubCategory": sub,
        "CatID": cat_id,
        "CatShort": cat_id[:4].upper(),
        "Explanations": "a sentence of the source",
        "Synonyms": list(synonyms),
    }


ENTRIES = [
    entry("FOOD & DRINK", "POUR", "FOODPour", "decant", "food"),
    entry("GLASS", "IMPACT", "GLASImpt", "clink", "clink"),
    entry("WOOD", "IMPACT", "WOODImpt", "Knock"),
    entry("GLASS", "MISC", "GLASMisc", "miscellaneous"),
    entry("ANIMALS", "CAT WILD", "ANMLCatW", "lion"),
    entry("ARCHIVED", "WORK IN PROGRESS", "ARCHWip", "draft"),
]


def mine_entries(entries: Any, folder: Path, **options: Any) -> dict[str, Candidate]:
    path = folder / "ucs_en.json"
    path.write_text(json.dumps(entries), encoding="utf-8")
    found = mine("ucs", "ucs", path, options)
    return {one.label: one for one in found}


def test_names_and_synonyms(tmp_path: Path) -> None:
    found = mine_entries(ENTRIES, tmp_path)
    assert set(found) == {
        "food", "drink", "pour", "decant", "glass", "impact", "clink", "wood", "knock", "animals",
        "wild cat", "lion",
    }  # fmt: skip
    assert found["impact"].count == 2
    assert [one.locator for one in found["impact"].evidence] == ["GLASImpt", "WOODImpt"]
    assert found["clink"].count == found["food"].count == 1
    assert found["wild cat"].kind == "phrase"


def test_only_names_that_mean_one_category_link(tmp_path: Path) -> None:
    found = mine_entries(ENTRIES, tmp_path)
    assert found["pour"].links == ("ucs:FOODPour",)
    assert found["glass"].links == ("ucs:GLAS",)
    assert found["food"].links == ("ucs:FOOD",)
    assert found["impact"].links == found["clink"].links == ()


def test_without_synonyms(tmp_path: Path) -> None:
    assert "clink" not in mine_entries(ENTRIES, tmp_path, synonyms=False)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"a": 1}, "expected a list"),
        ([{"Category": "AIR"}], "entry 1 .*SubCategory"),
        ([*ENTRIES, 7], "entry 7"),
        ([], "no labels found"),
    ],
)
def test_broken_files(entries: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=message):
        mine_entries(entries, tmp_path)


def test_real_list_has_no_sentence_and_no_shelf_mark(shared: Path) -> None:
    path = shared / "data/ucs/ucs_en.json"
    found = {one.label: one for one in mine("ucs", "ucs", path, {})}
    assert found["helicopter"].links == ("ucs:AEROHeli",)
    assert not {"misc", "miscellaneous", "designed", "archived", "wtf"} & found.keys()
    assert max(len(label.split()) for label in found) <= 4


@pytest.mark.parametrize(
    ("under", "expected"),
    [
        (["glass"], {"glass", "impact", "clink"}),
        (["Animals / Cat Wild"], {"animals", "wild cat", "lion"}),
        (["wood/impact", "animals"], {"wood", "impact", "knock", "animals", "wild cat", "lion"}),
    ],
)
def test_only_what_is_under_a_category(
    under: list[str], expected: set[str], tmp_path: Path
) -> None:
    assert set(mine_entries(ENTRIES, tmp_path, under=under)) == expected


def test_a_category_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown UCS category 'glas'; those that hold it: glass"):
        mine_entries(ENTRIES, tmp_path, under=["glas"])
    with pytest.raises(UsageError, match=r"unknown UCS category 'wodo'; did you mean 'wood'"):
        mine_entries(ENTRIES, tmp_path, under=["wodo"])
