from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from concept_core.errors import DataError, UsageError
from tests.sources_toy import mine
from tests.toy import labels
from vocab_builder.sources.audioset import split_name
from vocab_builder.stages.candidates import Candidate


def node(mid: str, name: str, *children: str, **others: Any) -> dict[str, Any]:
    """As in ``ontology.json``."""
    return {
        "id": mid, "name": name, "description": "", "restrictions": [],
        "child_ids": list(children), **others,
    }  # fmt: skip


NODES = [
    node("/m/1", "Human voice", "/m/2", "/m/3", restrictions=["abstract"]),
    node("/m/2", "Male speech, man speaking", description="An adult man speaking to a small dog."),
    node("/m/3", "Bay", restrictions=["blacklist"]),
    node("/m/4", "Rattle (instrument)"),
    node("/m/5", "Rattle", "/m/3"),
    node("/m/6", "Inside, small room"),
]
CLASSES = 'index,mid,display_name\n0,/m/2,"Male speech, man speaking"\n1,/m/5,Rattle\n'


def mine_file(path: Path, **options: Any) -> list[Candidate]:
    return mine("audioset", "audioset", path, options)


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
    assert everything["bay"].links == (
        "audioset-broader:/m/1", "audioset-broader:/m/5", "audioset:/m/3",
    )  # fmt: skip
    assert "bay" not in labels(mine_file(ontology, leave_out=["blacklist"]))


def test_names_of_one_node_are_linked(ontology: Path) -> None:
    found = {one.label: one for one in mine_file(ontology)}
    assert found["male speech"].links == found["man speaking"].links
    assert found["man speaking"].links == ("audioset-broader:/m/1", "audioset:/m/2")


@pytest.mark.parametrize("under", ["human VOICE", "/m/1"])
def test_a_branch_of_the_hierarchy(under: str, ontology: Path) -> None:
    assert labels(mine_file(ontology, under=[under])) == ["bay", "male speech", "man speaking"]
    assert labels(mine_file(ontology, under=["Rattle"])) == ["bay", "rattle"]


def test_a_branch_that_is_not_there(ontology: Path) -> None:
    with pytest.raises(DataError, match=r"ontology.json: no node 'Birds'; under takes names"):
        mine_file(ontology, under=["Birds"])


def test_descriptions(ontology: Path, nltk_data: None) -> None:
    found = {one.label: one for one in mine_file(ontology, descriptions=True)}
    assert {"adult man", "small dog", "dog", "man speaking"} <= found.keys()
    assert found["small dog"].evidence[0].locator == "/m/2#description"
    assert found["small dog"].links == ()
    assert set(labels(mine_file(ontology))) < found.keys()


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
        ("Cupboard open or close", ["Cupboard opening"]),
        ("Outside, urban or manmade", []),
        ("Canidae, dogs, wolves", ["dogs", "wolves"]),
    ],
)
def test_split_name(name: str, parts: list[str]) -> None:
    assert [one.label for one in split_name(name)] == parts


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"id": "/m/1"}]', "node 1 of the ontology: 'name' must be text, found None"),
        ("[3]", "node 1 of the ontology: expected an object, found int"),
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
    assert found["dog"].links == ("audioset-broader:/m/068hy", "audioset:/m/0bt9lr")
    assert {"male speech", "man speaking", "clip-clop", "rock and roll"} <= found.keys()
    assert [one.alias for one in found["howl"].other_names] == ["wind howl"]
    assert [one.alias for one in found["ambulance"].other_names] == ["ambulance siren"]
    assert {"cupboard opening", "drawer opening"} <= found.keys()
    assert not {"human voice", "inside", "small room", "etc"} & found.keys()
    assert not any(set("(),") & set(label) for label in found)
    labelled = mine_file(shared / "data/audioset/class_labels_indices.csv")
    assert {one.label for one in labelled} <= found.keys()
