from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from concept_core.errors import DataError, UsageError
from tests.toy import labels
from vocab_builder.candidates import Candidate
from vocab_builder.sources import SourceSpec, mine
from vocab_builder.sources.audioset import split_name

NODES = [
    {"id": "/m/1", "name": "Human voice", "restrictions": ["abstract"]},
    {"id": "/m/2", "name": "Male speech, man speaking", "restrictions": []},
    {"id": "/m/3", "name": "Bay", "restrictions": ["blacklist"]},
    {"id": "/m/4", "name": "Rattle (instrument)", "restrictions": []},
    {"id": "/m/5", "name": "Rattle", "restrictions": []},
    {"id": "/m/6", "name": "Inside, small room", "restrictions": []},
]
CLASSES = 'index,mid,display_name\n0,/m/2,"Male speech, man speaking"\n1,/m/5,Rattle\n'


def mine_file(path: Path, **options: Any) -> list[Candidate]:
    return mine(SourceSpec("audioset", "audioset", "CC BY 4.0", path, options))


@pytest.fixture
def ontology(tmp_path: Path) -> Path:
    path = tmp_path / "ontology.json"
    path.write_text(json.dumps(NODES), encoding="utf-8")
    return path


def test_names_become_candidates_with_mids(ontology: Path) -> None:
    found = mine_file(ontology)
    assert labels(found) == ["rattle", "bay", "male speech", "man speaking"]
    rattle = found[0]
    assert (rattle.kind, rattle.count) == ("word", 2)
    assert rattle.links == ("audioset:/m/4", "audioset:/m/5")
    assert [one.locator for one in rattle.evidence] == ["/m/4", "/m/5"]
    assert found[2].kind == "phrase"


def test_restricted_nodes_are_marked_or_left_out(ontology: Path) -> None:
    everything = {one.label: one for one in mine_file(ontology, leave_out=[])}
    assert everything["human voice"].evidence[0].locator == "/m/1#abstract"
    assert everything["human voice"].links == ("audioset:/m/1",)
    assert everything["bay"].evidence[0].locator == "/m/3#blacklist"
    assert "bay" not in labels(mine_file(ontology, leave_out=["blacklist"]))


def test_label_list(tmp_path: Path) -> None:
    path = tmp_path / "yamnet_class_map.csv"
    path.write_text(CLASSES, encoding="utf-8")
    assert labels(mine_file(path)) == ["male speech", "man speaking", "rattle"]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Dog", ["Dog"]),
        ("Dishes, pots, and pans", ["Dishes", "pots", "pans"]),
        ("Bee, wasp, etc.", ["Bee", "wasp"]),
        ("Roaring cats (lions, tigers)", ["Roaring cats"]),
        ("Keyboard (musical)", ["Keyboard"]),
        ("Cupboard open or close", ["Cupboard open"]),
        ("Outside, urban or manmade", []),
        ("Canidae, dogs, wolves", ["dogs", "wolves"]),
    ],
)
def test_split_name(name: str, parts: list[str]) -> None:
    assert split_name(name) == parts


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"id": "/m/1"}]', "node 1 of the ontology"),
        ("[3]", "node 1 of the ontology"),
        ('{"id": "/m/1"}', "expected a list"),
        ('[{"id": ]', r"x\.json:1: broken JSON"),
        ("[]", "no labels found"),
        ("a,b\n1,2\n", "columns index, mid, display_name; found the columns a, b"),
        ("index,mid,display_name\n0,/m/2,\n", r"x\.json:2"),
        ("", "the file is empty"),
    ],
)
def test_broken_files(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        mine_file(path)


def test_unknown_restriction(ontology: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'abstract'"):
        mine_file(ontology, leave_out=["abstrct"])


def test_real_ontology_and_label_list(shared: Path) -> None:
    found = {one.label: one for one in mine_file(shared / "data/audioset/ontology.json")}
    assert 650 < len(found) < 750
    assert found["dog"].links == ("audioset:/m/0bt9lr",)
    assert {"male speech", "man speaking", "clip-clop", "rock and roll"} <= found.keys()
    assert not {"human voice", "inside", "small room", "etc"} & found.keys()
    assert not any(set("(),") & set(label) for label in found)
    labelled = mine_file(shared / "data/audioset/class_labels_indices.csv")
    assert {one.label for one in labelled} <= found.keys()
