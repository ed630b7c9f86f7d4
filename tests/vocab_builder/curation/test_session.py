"""A session over a real build: what it answers, and that every decision is on disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from concept_core.errors import DataError, MissingError, UsageError
from tests.toy import ToyEncoder
from vocab_builder.building.build import build
from vocab_builder.building.drafting import decisions_of, open_session
from vocab_builder.curation.decision_files import append_decision
from vocab_builder.curation.decisions import Decision
from vocab_builder.curation.session import Session

RECIPE = """
[vocabulary]
id = "toy"
version = "0.1.0"
title = "Toy"
description = "A few words."
encoder = "toy"
[[source]]
kind = "captions"
name = "captions"
path = "captions.csv"
tagger = "none"
[[source]]
kind = "wordlist"
name = "list"
path = "words.txt"
[curation]
decisions = ["decisions.csv"]
[[filter]]
kind = "stop"
[[filter]]
kind = "twins"
forms = "snowball"
[[filter]]
kind = "redundancy"
threshold = 0.9
[reference]
path = "captions.csv"
[selection]
kind = "frequency"
size = 6
"""
CAPTIONS = """caption
A dog barks while rain falls
Dogs barking and rain
Rain falls on a tin roof
"A siren wails, a dog barks"
The sirens wail
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "captions.csv").write_text(CAPTIONS, encoding="utf-8")
    (tmp_path / "words.txt").write_text("siren wailing\nroom tone\nmower\n", encoding="utf-8")
    (tmp_path / "toy.toml").write_text(RECIPE, encoding="utf-8")
    return tmp_path


def opened(folder: Path, by: str = "Ann", **options: Any) -> Session:
    return open_session(folder / "toy.toml", by=by, encoder=ToyEncoder(), **options)


def labels(folder: Path) -> list[str]:
    return build(folder / "toy.toml", encoder=ToyEncoder()).vocabulary.labels


def fate(session: Session, word: str) -> str:
    (found,) = [one for one in session.search(word) if one["label"] == word]
    return str(found["fate"])


def test_what_is_answered_is_json(folder: Path) -> None:
    session = opened(folder)
    found = session.questions(0, 50, {})
    assert json.loads(json.dumps(found))["total"] == found["total"] == len(found["items"])
    assert found["done"] == 0 and set(found["facets"]) == {"filter", "reason", "source", "doubt"}
    item = session.item("Siren")
    assert set(item) >= {
        "label", "kind", "count", "fate", "rank", "filter", "reason", "doubts", "neighbours",
        "evidence", "scores", "senses", "sources", "decision", "captions", "clips", "history",
    }  # fmt: skip
    assert set(item["captions"]) == {"A siren wails, a dog barks", "The sirens wail"}
    assert item["evidence"][0] == {
        "source": "captions", "locator": "captions.csv:caption@5,6", "count": 2,
    }  # fmt: skip
    assert item["clips"] == [] and json.dumps(item)
    assert session.progress() == {"total": found["total"], "done": 0, "size": 6, "version": 1}
    with pytest.raises(MissingError, match="no candidate is called 'xyz'"):
        session.item("xyz")
    with pytest.raises(MissingError, match="no clip"):
        session.clip("../../etc/passwd")


def test_facets_narrow_the_queue(folder: Path) -> None:
    session = opened(folder)
    counts = session.questions(0, 0, {})["facets"]["filter"]
    for value, count in counts.items():
        part = session.questions(0, 50, {"filter": value, "odd": "x"})
        assert part["total"] == count
        assert {one["filter"] or "none" for one in part["items"]} == {value}


def test_search_finds_kept_dropped_and_aliases(folder: Path) -> None:
    session = opened(folder)
    found = session.search("sire")
    # What is kept before what is not.
    assert [one["label"] for one in found[:2]] == ["siren wailing", "siren"]
    assert {one["match"] for one in found} == {"prefix"}
    exact = session.search("Siren")[0]
    assert (exact["label"], exact["match"]) == ("siren", "exact")
    alias = session.search("dogs")[0]
    assert (alias["fate"], alias["of"], alias["match"]) == ("alias", "dog", "exact")
    assert session.search("dog")[1]["match"] == "alias"
    assert next(one for one in session.search("the"))["fate"] == "dropped"
    assert session.search("...") == []


@pytest.mark.parametrize(
    ("label", "action", "to"),
    [
        ("dog", "drop", ""), ("siren", "drop", ""), ("mower", "keep", ""),
        ("dog", "rename", "hound"), ("falls", "merge", "rain"), ("foghorn", "keep", ""),
        ("dog", "note", "loud"), ("roof", "rename", "tin roof"), ("dog", "keep", ""),
        ("dog", "merge", "dogs"),
    ],
)  # fmt: skip
def test_effects_are_what_a_build_gives(label: str, action: str, to: str, folder: Path) -> None:
    session = opened(folder)
    before = labels(folder)
    told = session.effects(label, action, to)
    decided = session.decide(label, action, to, "because")
    assert decided["effects"] == told
    after = labels(folder)
    assert told["size"] == len(after)
    assert set(told["leaves"]) == set(before) - set(after)
    assert set(told["enters"]) == set(after) - set(before)
    # A session over the new build measures what the effects foretold.
    again = opened(folder).effects(label, "note", "anything")
    assert again["coverage_before"] == pytest.approx(told["coverage"], abs=1e-5)
    assert again["redundancy_before"] == pytest.approx(told["redundancy"], abs=1e-5)


def test_a_decision_is_on_disk_and_seen_at_once(folder: Path) -> None:
    session, other = opened(folder), opened(folder, "Bob")
    version = other.progress()["version"]
    session.decide("dog", "drop", reason="too much")
    (row,) = decisions_of(folder / "toy.toml").standing
    assert row.said == ("dog", "drop", "") and (row.by, row.reason) == ("Ann", "too much")
    assert other.progress()["version"] > version
    assert fate(session, "dog") == fate(other, "dog") == "dropped"
    other.decide("dog", "keep")
    assert fate(session, "dog") == "kept"
    assert [one["action"] for one in session.item("dog")["history"]] == ["drop", "keep"]
    # Each takes back what is its own.
    assert session.undo() == {"undone": None}
    undone = other.undo()["undone"]
    assert undone["action"] == "keep" and fate(session, "dog") == "dropped"
    assert session.undo()["undone"]["action"] == "drop" and fate(other, "dog") == "kept"
    # Closing and opening goes on where it was.
    session.decide("rain", "rename", "rainfall")
    later = opened(folder)
    assert fate(later, "rainfall") == "kept" and fate(later, "rain") == "alias"
    assert later.undo()["undone"]["label"] == "rain" and fate(later, "rain") == "kept"


def test_progress_counts_what_is_decided(folder: Path) -> None:
    session = opened(folder)
    first = session.questions(0, 1, {})["items"][0]["label"]
    session.decide(first, "note", "to think about")
    assert session.progress()["done"] == 0
    session.decide(first, "keep")
    assert session.progress()["done"] == session.questions(0, 50, {})["done"] == 1
    assert session.questions(0, 1, {})["items"][0]["decision"]["action"] == "keep"


@pytest.mark.parametrize(
    ("label", "action", "to", "message"),
    [
        ("xyz", "drop", "", "nothing to drop; keep it to add it"),
        ("rain", "merge", "", "needs the other label"),
        ("rain", "kep", "", "did you mean 'keep'"),
        ("", "keep", "", "the label is empty"),
        ("rain", "rename", "Rain", "to itself"),
    ],
)
def test_what_cannot_be_decided(
    label: str, action: str, to: str, message: str, folder: Path
) -> None:
    session = opened(folder)
    with pytest.raises(DataError, match=message):
        session.decide(label, action, to)
    assert decisions_of(folder / "toy.toml").rows == ()


def test_hostile_labels_stay_text(folder: Path) -> None:
    session = opened(folder)
    session.decide("<script>alert(1)</script>", "keep", reason="=cmd()\n\x1b[2J")
    assert fate(session, "<script>alert(1)</script>") == "kept"
    text = (folder / "decisions.csv").read_text(encoding="utf-8")
    assert "\x1b" not in text and "'=cmd()" in text


def test_what_others_write_is_read(folder: Path) -> None:
    session = opened(folder)
    append_decision(folder / "decisions.csv", Decision("mower", "keep", by="Cleo"))
    assert fate(session, "mower") == "kept"
    (folder / "decisions.csv").write_text("label,action\nmower,keep\nmower,drop\n")
    with pytest.raises(DataError, match=":2 and .*:3 contradict"):
        session.progress()


def test_the_queue_there_and_back(folder: Path) -> None:
    session = opened(folder)
    path = folder / "queue.csv"
    count = session.write_queue(path)
    rows = path.read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == count + 1
    filled = [row.replace(",,,,", ",drop,,enough,", 1) for row in rows[:3]]
    path.write_text("\n".join(filled), encoding="utf-8")
    assert len(session.take(path)) == 2
    assert {one.reason for one in decisions_of(folder / "toy.toml").standing} == {"enough"}
    path.write_text("label,action\nrain,keep\nxyz,drop\n", encoding="utf-8")
    with pytest.raises(DataError, match="no candidate is called 'xyz'"):
        session.take(path)
    assert len(decisions_of(folder / "toy.toml").standing) == 2


def queue(folder: Path, *lines: str) -> Path:
    path = folder / "answers.csv"
    path.write_text("\n".join(["label,action,to", *lines]) + "\n")
    return path


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["rain,keep,", "rain,drop,"], r"answers\.csv:2 and .*answers\.csv:3 contradict"),
        (["rain,merge,dog", "dog,merge,rain"], r"answers\.csv:2 and .*answers\.csv:3 contradict"),
        (["rain,keep,", "nothing,drop,"], r"answers\.csv:3: no candidate is called 'nothing'"),
    ],
)
def test_a_queue_that_cannot_be_taken(lines: list[str], message: str, folder: Path) -> None:
    session = opened(folder)
    before = (folder / "decisions.csv").read_bytes()
    with pytest.raises(DataError, match=message):
        session.take(queue(folder, *lines))
    assert (folder / "decisions.csv").read_bytes() == before


def test_a_queue_speaks_of_its_own_words(folder: Path) -> None:
    lines = ["gong,note,loud", "gong,keep,", "rain,rename,rainfall", "rainfall,note,wet"]
    taken = opened(folder).take(queue(folder, *lines))
    assert [one.label for one in taken] == ["gong", "gong", "rain", "rainfall"]


def test_what_is_decided_while_the_draft_is_built_is_followed(folder: Path) -> None:
    def meanwhile(_: str) -> None:
        append_decision(folder / "decisions.csv", Decision("rain", "rename", "rainfall"))

    assert fate(opened(folder, progress=meanwhile), "rainfall") == "kept"


def test_a_user_without_a_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nobody)
    with pytest.raises(UsageError, match="--by"):
        opened(folder, by="")


def test_clips_are_heard(folder: Path, demo_sounds: Path) -> None:
    session = opened(folder, clips=demo_sounds)
    clips = session.item("dog")["clips"]
    assert clips and {"name", "cosine", "id"} == set(clips[0])
    assert session.clip(clips[0]["id"]).is_file()


def test_no_curation_in_the_recipe(folder: Path) -> None:
    text = RECIPE.replace('[curation]\ndecisions = ["decisions.csv"]\n', "")
    (folder / "toy.toml").write_text(text)
    with pytest.raises(UsageError, match=r"add the two lines \[curation\]"):
        opened(folder)


def test_the_page_takes_it(folder: Path) -> None:
    from starlette.testclient import TestClient

    from vocab_builder.curation.page import make_app

    client = TestClient(make_app(opened(folder), "secret"), base_url="http://127.0.0.1:80")
    assert client.get("/api/progress").status_code in (401, 403)
    assert client.get("/?token=secret", follow_redirects=True).status_code == 200
    found = client.get("/api/questions", params={"limit": "5"})
    assert found.status_code == 200, found.text
    first = found.json()["items"][0]["label"]
    assert client.get("/api/item", params={"label": first}).json()["label"] == first
