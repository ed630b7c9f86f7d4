from __future__ import annotations

import json
from pathlib import Path

import pytest

from concept_core.errors import DataError
from tests.sources_toy import mine
from vocab_builder.sources.class_names import class_things
from vocab_builder.sources.classes import ClassNames
from vocab_builder.stages.candidates import OtherName
from vocab_builder.words.normal_form import is_word, normal_form


@pytest.mark.parametrize(
    ("name", "things"),
    [
        ("dog barking", [["dog barking"]]),
        ("Glass_breaking", [["glass breaking"]]),
        ("Gunshot, gunfire", [["gunshot", "gunfire"]]),
        ("Gunshot_and_gunfire", [["gunshot", "gunfire"]]),
        ("Bird vocalization, bird call, and bird song",
         [["bird vocalization", "bird call", "bird song"]]),
        ("Coin (dropping)", [["coin", "coin dropping"]]),
        ("Keyboard (musical)", [["keyboard", "musical keyboard"]]),
        ("Zipper_(clothing)", [["zipper", "clothing zipper"]]),
        ("Sink (filling or washing)", [["sink", "sink filling", "sink washing"]]),
        ("Scratching (performance technique)", [["scratching"]]),
        ("Fire engine, fire truck (siren)", [["fire engine", "fire truck", "fire truck siren"]]),
        ("playing acoustic guitar", [["acoustic guitar", "playing acoustic guitar"]]),
        ("people sobbing", [["sobbing", "people sobbing"]]),
        # From the table.
        ("pigeon, dove cooing", [["pigeon cooing", "dove cooing"]]),
        ("bee, wasp, etc. buzzing", [["bee buzzing"], ["wasp buzzing"]]),
        ("Chicken_and_rooster", [["chicken"], ["rooster"]]),
        ("crying_baby", [["baby crying"]]),
        ("Human_group_actions", []),
    ],
)  # fmt: skip
def test_what_a_class_name_names(name: str, things: list[list[str]]) -> None:
    found = [[one.label, *one.synonyms] for one in class_things(name)]
    assert [list(dict.fromkeys(one)) for one in found] == things


CLASSES = ["Gunshot, gunfire", "people sobbing", "dog"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("x.json", json.dumps({name: number for number, name in enumerate(CLASSES)})),
        ("x.json", json.dumps(CLASSES)),
        ("x.csv", 'clip,name\n1,"Gunshot, gunfire"\n2,dog\n3,people sobbing\n4,dog\n'),
        ("x.tsv", "clip\tname\n1\tGunshot, gunfire\n2\tdog\n3\tpeople sobbing\n4\t\n"),
    ],
)
def test_files(file: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / file
    path.write_text(text, encoding="utf-8")
    found = mine("classes", "set", path)
    assert [(one.label, one.count) for one in found] == [("dog", 1), ("gunshot", 1), ("sobbing", 1)]
    assert found[1].other_names == (OtherName("gunfire", "synonym", "set"),)
    assert found[2].evidence[0].locator == "people sobbing"


def test_another_column(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("file,class\n1,dog_bark\n", encoding="utf-8")
    assert [one.label for one in mine("classes", "set", path, {"column": "class"})] == [
        "dog barking"
    ]
    with pytest.raises(DataError, match=r"x\.csv:2: no column 'name'; there are: file, class; say"):
        mine("classes", "set", path)


def test_the_lists_that_there_are(shared: Path) -> None:
    labels: dict[str, int] = {}
    for path in sorted((shared / "data/class_labels").glob("*_indices.json")):
        if path.name.startswith("audioset"):
            continue
        found = mine("classes", "set", path)
        texts = [(one.label, *(name.alias for name in one.other_names)) for one in found]
        assert all(normal_form(text) == text for each in texts for text in each)
        assert all(is_word(word) for each in texts for text in each for word in text.split())
        labels[path.name.partition("_")[0]] = len(found)
    assert labels == {"ESC50": 51, "FSD50k": 202, "UrbanSound8K": 10, "VGGSound": 310}


def test_a_table_can_say_what_else_a_class_is_called(tmp_path: Path) -> None:
    path = tmp_path / "sounds.csv"
    path.write_text(
        "label,other_names\ncar horn,honk; car honking\nplaying cards,\n", encoding="utf-8"
    )
    found = ClassNames(column="label", other_names="other_names")("mine", path)
    assert {one.label: [name.alias for name in one.other_names] for one in found} == {
        "car horn": ["car honking", "honk"],
        "playing cards": [],
    }
    with pytest.raises(DataError, match="no column 'also'; there are: label, other_names"):
        ClassNames(column="label", other_names="also")("mine", path)
