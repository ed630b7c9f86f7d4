from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from concept_core.errors import DataError, UsageError
from tests.sources_toy import mine
from vocab_builder.sources.ucs_files import read_entries
from vocab_builder.sources.ucs_names import name_table
from vocab_builder.stages.candidates import Candidate, OtherName
from vocab_builder.words.normal_form import normal_form


def entry(category: str, sub: str, cat_id: str, *synonyms: str) -> dict[str, Any]:
    return {
        "Category": category,
        "SubCategory": sub,
        "CatID": cat_id,
        "Explanations": "a sentence of the source",
        "Synonyms": list(synonyms),
    }


ENTRIES = [
    entry("FOOD & DRINK", "POUR", "FOODPour", "decant", "food"),
    entry("GLASS", "IMPACT", "GLASImpt", "clink", "clink"),
    entry("WOOD", "IMPACT", "WOODImpt", "Knock"),
    entry("GLASS", "MISC", "GLASMisc", "miscellaneous"),
    entry("ANIMALS", "CAT WILD", "ANMLWcat", "lion"),
    entry("ARCHIVED", "WORK IN PROGRESS", "ARCHWip", "draft"),
]


def mine_entries(entries: Any, folder: Path, **options: Any) -> dict[str, Candidate]:
    path = folder / "ucs_en.json"
    path.write_text(json.dumps(entries), encoding="utf-8")
    found = mine("ucs", "ucs", path, options)
    return {one.label: one for one in found}


def aliases(candidate: Candidate) -> list[str]:
    return [one.alias for one in candidate.other_names]


def test_category_and_subcategory_are_joined_as_people_say_it(tmp_path: Path) -> None:
    found = mine_entries(ENTRIES, tmp_path)
    assert set(found) == {
        "eating", "drinking", "drink pouring", "glass", "glass impact", "glass clinking", "wood",
        "wood impact", "wood knock", "animal", "lion", "tiger", "wild cat",
    }  # fmt: skip
    assert found["glass"].count == 2
    assert [one.locator for one in found["glass"].evidence] == ["GLASImpt", "GLASMisc"]
    assert found["wild cat"].kind == "phrase"


def test_labels_link_to_what_they_stand_for(tmp_path: Path) -> None:
    found = mine_entries(ENTRIES, tmp_path)
    assert found["drink pouring"].links == ("ucs:FOODPour",)
    assert found["glass impact"].links == ("ucs:GLASImpt",)
    assert found["glass"].links == ("ucs:GLAS", "ucs:GLASMisc")
    assert found["drinking"].links == ("ucs:FOOD",)


@pytest.mark.parametrize(
    ("category", "subcategory", "labels"),
    [
        ("GLASS", "BREAK", ["glass breaking"]),
        ("DOORS", "KNOCK", ["door knocking"]),
        ("METAL", "HANDLE", ["metal handling"]),
        ("GUNS", "ANTIQUE", ["antique gun"]),
        ("BIRDS", "CROW", ["crow"]),
        ("DESTRUCTION", "MISC", ["demolition"]),
        ("AMBIENCE", "FOREST", ["forest ambience"]),
        ("BOATS", "GENERAL", ["boat"]),
        ("RAIN", "METAL", ["rain on metal"]),
        ("TOOLS", "SAW & LATHES", ["saw", "lathe"]),
        ("ARCHIVED", "MIX", []),
    ],
)
def test_rules(category: str, subcategory: str, labels: list[str]) -> None:
    found = name_table().entry(category, subcategory, "XXXXYyyy")
    assert [one.label for one in found] == labels


def test_synonyms_of_one_label_alone_are_its_other_names(tmp_path: Path) -> None:
    shared_word = entry("WOOD", "BREAK", "WOODBrk", "Knock", "snap")
    found = mine_entries([*ENTRIES, shared_word], tmp_path)
    assert OtherName("clink", "synonym", "ucs") in found["glass impact"].other_names
    assert "knock" not in {one for each in found.values() for one in aliases(each)}
    assert aliases(found["wood breaking"]) == ["snap", "wood snapping"]
    # Words of the categories themselves, and words that only sort, are nobody's.
    assert aliases(found["drink pouring"]) == ["decant", "food"]
    assert aliases(found["glass"]) == []


def test_the_plural_of_a_category_is_a_form_of_it(tmp_path: Path) -> None:
    found = mine_entries([entry("GUNS", "PISTOL", "GUNPis")], tmp_path)
    assert found["gun"].other_names == (OtherName("guns", "form", "ucs"),)


def test_patterns_give_other_names(tmp_path: Path) -> None:
    found = mine_entries([entry("AMBIENCE", "FOREST", "AMBForst")], tmp_path, synonyms="none")
    assert aliases(found["forest ambience"]) == ["forest"]


def test_synonyms_as_candidates(tmp_path: Path) -> None:
    found = mine_entries(ENTRIES, tmp_path, synonyms="candidates")
    assert found["clink"].links == ()
    assert found["clink"].count == 1
    assert "clink" not in aliases(found["glass impact"])
    assert "miscellaneous" not in found


def test_without_synonyms(tmp_path: Path) -> None:
    found = mine_entries(ENTRIES, tmp_path, synonyms="none")
    assert "clink" not in found
    assert "clink" not in aliases(found["glass impact"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"synonyms": "alias"}, "unknown way with synonyms 'alias'; did you mean 'aliases'"),
        ({"synonyms": False}, "synonyms: expected str, found False"),
        ({"language": "french"}, "language is a code such as 'fr'"),
    ],
)
def test_options(options: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=message):
        mine_entries(ENTRIES, tmp_path, **options)


def test_every_entry_of_the_published_list_has_been_read(shared: Path) -> None:
    entries = list(read_entries(shared / "data/ucs/ucs_en.json"))
    table = name_table()
    assert table.entries.keys() <= {one.cat_id for one in entries}
    assert table.categories.keys() <= {one.category for one in entries}
    names = {one.cat_id: table.entry(one.category, one.subcategory, one.cat_id) for one in entries}
    assert len(names) == 752
    assert sum(bool(one) for one in names.values()) == 740
    assert all(normal_form(one.label) == one.label for each in names.values() for one in each)
    assert max(len(one.label.split()) for each in names.values() for one in each) == 3


def test_the_short_form_is_the_beginning_of_the_cat_id(shared: Path) -> None:
    path = shared / "data/ucs/ucs_en.json"
    stated = [one["CatShort"] for one in json.loads(path.read_text(encoding="utf-8"))]
    assert [one.cat_short for one in read_entries(path)] == stated


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
    assert max(len(label.split()) for label in found) == 3
    assert len({link for one in found.values() for link in one.links}) > 800


@pytest.mark.parametrize(
    ("under", "expected"),
    [
        (["glass"], {"glass", "glass impact", "glass clinking"}),
        (["Animals / Cat Wild"], {"animal", "wild cat", "lion", "tiger"}),
        (
            ["wood/impact", "animals"],
            {"wood", "wood impact", "wood knock", "animal", "wild cat", "lion", "tiger"},
        ),
    ],
)  # fmt: skip
def test_only_what_is_under_a_category(
    under: list[str], expected: set[str], tmp_path: Path
) -> None:
    assert set(mine_entries(ENTRIES, tmp_path, under=under)) == expected


def test_a_category_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown UCS category 'glas'; those that hold it: glass"):
        mine_entries(ENTRIES, tmp_path, under=["glas"])
    with pytest.raises(UsageError, match=r"unknown UCS category 'wodo'; did you mean 'wood'"):
        mine_entries(ENTRIES, tmp_path, under=["wodo"])
