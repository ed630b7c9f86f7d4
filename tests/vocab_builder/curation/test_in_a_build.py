"""Decisions and own words in a whole build: what the release holds and says of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from concept_core import load_vocabulary
from concept_core.errors import DataError, UsageError
from concept_core.releases.folder import verify_release
from tests.toy import ToyEncoder
from tests.vocab_builder.cli.test_cli import run
from vocab_builder.building.build import build
from vocab_builder.building.recipe import Recipe
from vocab_builder.curation.decision_files import append_decision
from vocab_builder.curation.decisions import Decision
from vocab_builder.release.check import check_release
from vocab_builder.release.diff import diff
from vocab_builder.release.making import make_release, plan_release
from vocab_builder.release.permissive import permissive_part
from vocab_builder.release.release import Release
from vocab_builder.release.why import Kept, LeftOut

RECIPE = """
[vocabulary]
id = "toy"
version = "0.1.0"
title = "Toy"
description = "A few words."
encoder = "toy"
[[source]]
kind = "wordlist"
name = "found"
path = "words.txt"
licence = "CC0-1.0"
[curation]
decisions = ["decisions.csv"]
licence = "CC0-1.0"
[[filter]]
kind = "form"
[[filter]]
kind = "stop"
[[filter]]
kind = "twins"
forms = "snowball"
[[filter]]
kind = "redundancy"
threshold = 0.9
[selection]
kind = "frequency"
"""
WORDS = """rain
thunder
clocks
clock
sound
lawn mower
infant sobbing
moter
motor
vroom
bell
siren
"""
DECISIONS = """label,action,to,reason,by,at
sound,keep,,the subject itself,Ann,2026-01-01
clock,keep,,one ticks,Ann,
infant sobbing,rename,baby crying,what libraries write,Bob,
moter,merge,motor,misspelt,Ann,
vroom,drop,,"comics, not sound",Ann,
room tone,keep,,everybody records it,Ann,
rain,note,any rain,,Ann,
rain,definition,water that falls,,Ann,
thunder,related,rain,,Ann,
bell,broader,siren,,Ann,
mower,merge,lawn mower,,Ann,
gong,drop,,,Ann,
siren,related,gong,,Ann,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "words.txt").write_text(WORDS, encoding="utf-8")
    (tmp_path / "decisions.csv").write_text(DECISIONS, encoding="utf-8")
    (tmp_path / "toy.toml").write_text(RECIPE, encoding="utf-8")
    return tmp_path


def made(folder: Path, out: str = "out") -> Release:
    return build(folder / "toy.toml", folder / out, encoder=ToyEncoder())


def test_every_decision_is_followed(folder: Path) -> None:
    release = made(folder)
    assert verify_release(folder / "out")
    assert Release.load(folder / "out").decisions == release.decisions
    vocabulary = load_vocabulary(folder / "out")
    labels = vocabulary.labels
    # Kept words first, in the order of the selection among them.
    assert labels[:3] == ["clock", "sound", "room tone"]
    assert {"baby crying", "motor", "lawn mower"} <= set(labels)
    assert {"infant sobbing", "moter", "vroom"}.isdisjoint(labels)
    assert vocabulary["baby crying"].id == "infant-sobbing"
    assert vocabulary["motor"].count == 2
    found = {word: vocabulary.find(word) for word in ("Mower", "infant sobbing", "moter", "gong")}
    names = {word: one and one.label for word, one in found.items()}
    assert names == {
        "Mower": "lawn mower", "infant sobbing": "baby crying", "moter": "motor", "gong": None,
    }  # fmt: skip
    assert [(one.id, one.kind, one.value) for one in release.annotations] == [
        ("rain", "note", "any rain"),
        ("rain", "definition", "water that falls"),
        ("thunder", "related", "rain"),
        ("bell", "broader", "siren"),
    ]


def test_what_filters_would_have_done_stays_on_record(folder: Path) -> None:
    release = made(folder)
    flags = {
        (release.vocabulary[name].label, score.stage, score.flag)
        for name, scores in (release.scores or {}).items()
        for score in scores
        if score.flag
    }
    assert flags == {("sound", "stop", "stop-word")}
    assert release.metadata["stages"][1] == {"stage": "decisions", "before": 12, "after": 11}
    reasons = {drop.candidate.label: drop.reason for drop in release.dropped_by("decisions")}
    assert reasons == {
        "infant sobbing": "renamed", "moter": "merged", "vroom": "comics, not sound",
    }  # fmt: skip
    assert {one["name"]: one["concepts"] for one in release.metadata["sources"]} == {
        "found": 9, "decisions": 1,
    }  # fmt: skip


def test_a_form_of_a_kept_word_becomes_its_alias(folder: Path) -> None:
    release = made(folder)
    assert "clocks" not in release.vocabulary.labels
    assert [one.alias for one in release.vocabulary.aliases if one.id == "clock"] == ["clocks"]


def test_why_says_who_decided_what(folder: Path) -> None:
    release = made(folder)

    def first(word: str) -> Kept | LeftOut:
        return release.why(word).entries[0]

    sound = first("sound")
    assert isinstance(sound, Kept)
    assert [(one.stage, one.flag) for one in sound.overruled] == [("stop", "stop-word")]
    assert [(one.by, one.reason) for one in sound.decisions] == [("Ann", "the subject itself")]
    crying = first("baby crying")
    assert isinstance(crying, Kept)
    assert [one.said for one in crying.decisions] == [("infant sobbing", "rename", "baby crying")]
    vroom = first("vroom")
    assert isinstance(vroom, LeftOut) and vroom.decisions[0].by == "Ann"
    assert vroom.to_dict()["decisions"][0]["reason"] == "comics, not sound"
    moter = first("moter")
    assert isinstance(moter, LeftOut) and moter.alias_of == "motor"
    # An alias that no source has leads to its concept.
    mower = first("mower")
    assert isinstance(mower, Kept) and mower.concept.label == "lawn mower"


def test_why_has_the_decision_about_a_word_that_no_source_has(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "decisions.csv").write_text(
        "label,action,to,reason,by,at\nmono,drop,,a format and no sound,Ann,\n", encoding="utf-8"
    )
    answer = made(folder).why("mono")
    assert (answer.entries, answer.to_dict()["decisions"][0]["label"]) == ((), "mono")
    _, out, _ = run(capsys, "why", "mono", folder / "out")
    assert out.startswith("mono: no source had it")
    assert "decision by Ann: drop 'mono': a format and no sound" in out
    # A decision that stands beside an entry is said there, and once.
    _, out, _ = run(capsys, "why", "moter", folder / "out")
    assert "no source had it" not in out


def test_a_file_of_decisions_that_is_not_there_yet_can_be_begun(folder: Path) -> None:
    (folder / "decisions.csv").unlink()
    with pytest.raises(DataError, match="begin the file with the line label,action") as caught:
        made(folder)
    line = str(caught.value).rsplit(" ", 1)[1]
    (folder / "decisions.csv").write_text(f"{line}\n", encoding="utf-8")
    assert "rain" in made(folder).vocabulary.labels


def test_why_names_the_stop_list(folder: Path) -> None:
    (folder / "decisions.csv").write_text("label,action\n", encoding="utf-8")
    sound = made(folder).why("sound").entries[0]
    assert isinstance(sound, LeftOut) and sound.lists == ("abstract",)


def test_the_final_twin_was_never_dropped(folder: Path) -> None:
    (folder / "decisions.csv").write_text(
        "label,action,to\nclock,merge,bell\nbell,rename,gong\n", encoding="utf-8"
    )
    (folder / "words.txt").write_text("clocks\nclock\nbell\nbells\n", encoding="utf-8")
    release = made(folder)
    clock = release.why("clock").entries
    assert {
        one.drop.candidate.label: one.alias_of for one in clock if isinstance(one, LeftOut)
    } == {"clock": "gong", "clocks": "gong"}
    bells = release.why("bell").entries[0]
    assert isinstance(bells, LeftOut) and bells.alias_of == "gong"


def test_what_repeats_a_merged_word_goes_with_it(folder: Path) -> None:
    (folder / "words.txt").write_text("yelling men\nyelling man\nshouts\nrain\n", encoding="utf-8")
    (folder / "decisions.csv").write_text("label,action,to\nyelling man,merge,shouts\n")
    release = made(folder)
    assert release.vocabulary.labels == ["shouts", "rain"]
    assert {one.alias for one in release.vocabulary.aliases} == {"yelling man", "yelling men"}


def test_stale_decisions_are_findings(folder: Path) -> None:
    said: list[str] = []
    release = build(folder / "toy.toml", encoder=ToyEncoder(), progress=said.append)
    stale = {(one["label"], one["code"]) for one in release.metadata["stale_decisions"]}
    assert stale == {("mower", "not-mined"), ("gong", "not-mined"), ("siren", "target-gone")}
    assert sum("decision without effect" in line for line in said) == 3
    findings = [one for one in check_release(release).findings if one.code == "W201"]
    assert {one.label for one in findings} == {"mower", "gong", "siren"}


def test_a_new_name_that_a_filter_drops_is_reported(folder: Path) -> None:
    (folder / "decisions.csv").write_text("label,action,to\nbell,rename,sound\nrain,merge,the\n")
    (folder / "words.txt").write_text("bell\nrain\nthe\nclock\n", encoding="utf-8")
    release = made(folder)
    assert release.vocabulary.labels == ["clock"]
    assert {one["text"] for one in release.metadata["stale_decisions"]} == {
        "'sound' is not in the vocabulary, stop dropped it (stop-word); keep it",
        "'the' is not in the vocabulary, stop dropped it (stop-word); keep it",
    }
    # That there is no room is no fault of a decision.
    text = (folder / "toy.toml").read_text() + "size = 1\n"
    (folder / "toy.toml").write_text(text)
    (folder / "decisions.csv").write_text("label,action,to\nbell,merge,rain\n")
    (folder / "words.txt").write_text("clock\nbell\nrain\n", encoding="utf-8")
    assert "stale_decisions" not in made(folder, "small").metadata


def test_what_is_said_of_a_word_that_is_not_in_is_stale(folder: Path) -> None:
    lines = [
        "vroom,merge,motor", "vroom,note,loud", "clock,note,ticks", "sound,definition,air",
        "rain,rename,rainfall", "rain,note,wet", "rainfall,note,wet", "rainfall,broader,sound",
        "thunder,merge,rainfall", "rainfall,broader,thunder",
    ]  # fmt: skip
    (folder / "decisions.csv").write_text("\n".join(["label,action,to", *lines]) + "\n")
    release = made(folder)
    stale = [(one["label"], one["to"], one["code"], one["text"]) for one in (
        release.metadata["stale_decisions"]
    )]  # fmt: skip
    gone = "'sound' is not in the vocabulary, stop dropped it (stop-word); keep it"
    assert stale == [
        ("vroom", "loud", "left-out", "'vroom' is an alias of 'motor' now; say it of that"),
        ("clock", "ticks", "left-out", "'clock' is an alias of 'clocks' now; say it of that"),
        ("sound", "air", "left-out", gone),
        ("rainfall", "sound", "target-gone", gone),
        ("rainfall", "thunder", "target-gone", "'thunder' is another name of 'rainfall' now"),
    ]
    # Once, and nothing lies under itself.
    assert [(one.id, one.kind, one.value) for one in release.annotations] == [
        ("rain", "note", "wet")
    ]


def test_decisions_while_a_build_runs_are_of_the_next(folder: Path) -> None:
    def meanwhile(_: str) -> None:
        append_decision(folder / "decisions.csv", Decision("bell", "rename", "gong"))

    release = build(folder / "toy.toml", folder / "out", encoder=ToyEncoder(), progress=meanwhile)
    assert "bell" in release.vocabulary.labels
    assert not [one for one in release.decisions if one.label == "bell" and one.to == "gong"]
    assert "gong" in made(folder, "next").vocabulary.labels


def test_the_card_shows_words_as_they_are(folder: Path) -> None:
    (folder / "decisions.csv").write_text("label,action,by\n<script>x</script>,keep,<img src=x>\n")
    made(folder)
    card = (folder / "out" / "README.md").read_text(encoding="utf-8")
    assert r"\<script\>x\</script\>, " in card and r"by \<img src=x\>" in card


def test_a_second_new_name(folder: Path) -> None:
    root = folder / "releases"
    for number, (lines, bad) in enumerate(
        [
            ("", False),
            ("bell,rename,gong\n", False),
            ("bell,rename,chime\n", True),
            ("bell,rename,chime\ngong,merge,chime\n", False),
        ]
    ):
        (folder / "decisions.csv").write_text("label,action,to\n" + lines)
        made(folder, f"out{number}")
        if bad:
            with pytest.raises(DataError, match="gong,merge,chime"):
                plan_release(folder / f"out{number}", root)
        else:
            make_release(plan_release(folder / f"out{number}", root), root)
    assert load_vocabulary(folder / "out3")["chime"].id == "bell"


def test_the_card_tells(folder: Path) -> None:
    made(folder)
    card = (folder / "out" / "README.md").read_text(encoding="utf-8")
    assert "Decisions by Ann, Bob" in card and "keep 3" in card
    assert "decisions: left out by a person, 3" in card
    assert "- drop 'gong': no source has 'gong'" in card


def test_the_lock_has_the_files(folder: Path) -> None:
    made(folder)
    lock = json.loads((folder / "out" / "recipe.lock").read_text())
    (entry,) = [one for one in lock["inputs"] if one["role"] == "decisions"]
    assert entry["origin"] == "decisions.csv"
    assert {"aliases.csv", "notes.csv", "decisions.csv"} <= set(lock["outputs"])
    (folder / "decisions.csv").write_text(DECISIONS + "rain,keep,,,,\n", encoding="utf-8")
    assert made(folder, "again").vocabulary.labels[0] == "rain"


def test_after_a_word_and_a_source_changed_all_decisions_hold(folder: Path) -> None:
    before = made(folder)
    (folder / "words.txt").write_text("kettle\n" + WORDS.replace("rain\n", ""), encoding="utf-8")
    (folder / "more.txt").write_text("vroom\nsound\nbaby crying\nclocks\nrain\n", encoding="utf-8")
    other = '[[source]]\nkind = "wordlist"\nname = "other"\npath = "more.txt"\n[curation]'
    (folder / "toy.toml").write_text(RECIPE.replace("[curation]", other), encoding="utf-8")
    after = made(folder, "after")
    assert "kettle" in after.vocabulary.labels
    assert {"sound", "clock", "room tone", "baby crying"} <= set(after.vocabulary.labels)
    assert {"infant sobbing", "moter", "vroom"}.isdisjoint(after.vocabulary.labels)
    # The id stays, though a source has the new name now.
    assert after.vocabulary["baby crying"].id == "infant-sobbing"
    pairs = {(one.id, one.alias) for one in before.vocabulary.aliases}
    assert pairs <= {(one.id, one.alias) for one in after.vocabulary.aliases}
    assert after.annotations == before.annotations


def test_a_rename_is_no_removal(folder: Path) -> None:
    root = folder / "releases"
    without = "\n".join(line for line in DECISIONS.splitlines() if "infant" not in line)
    (folder / "decisions.csv").write_text(without, encoding="utf-8")
    old = made(folder)
    make_release(plan_release(folder / "out", root), root)
    (folder / "decisions.csv").write_text(DECISIONS, encoding="utf-8")
    new = made(folder, "new")
    planned = plan_release(folder / "new", root)
    assert planned.changes.renamed == (("infant-sobbing", "infant sobbing", "baby crying"),)
    assert planned.changes.removed == () and planned.changes.bump == "minor"
    assert "1 renamed: infant sobbing -> baby crying" in planned.changes.lines()
    assert [one.change for one in diff(old.vocabulary, new.vocabulary).changes] == ["renamed"]


def test_an_id_is_not_given_to_another_word(folder: Path) -> None:
    root = folder / "releases"
    (folder / "decisions.csv").write_text("label,action,to\n", encoding="utf-8")
    made(folder)
    make_release(plan_release(folder / "out", root), root)
    # Under another file's name the same id, and no record that it was renamed.
    release = Release.load(folder / "out")
    concepts = tuple(
        one if one.label != "bell" else type(one)(one.id, "gong", one.kind, one.count, one.evidence)
        for one in release.vocabulary
    )
    release.with_concepts(concepts).write(folder / "odd")
    with pytest.raises(DataError, match="bell,rename,gong"):
        plan_release(folder / "odd", root)


def test_the_permissive_part_names_no_words_of_others(folder: Path) -> None:
    text = RECIPE.replace('licence = "CC0-1.0"\n[curation]', 'licence = "CC-BY-SA-4.0"\n[curation]')
    (folder / "toy.toml").write_text(text, encoding="utf-8")
    part = permissive_part(made(folder))
    assert part.vocabulary.labels == ["room tone"]
    assert part.vocabulary.aliases == () and part.decisions == () and part.annotations == ()


OWN = """
[[source]]
kind = "wordlist"
name = "mine"
path = "mine.txt"
licence = "CC0-1.0"
pinned = true
[curation]"""


@pytest.fixture
def pinned(folder: Path) -> Path:
    (folder / "mine.txt").write_text("whoosh\nsound\nclock tick\nclock ticks\nx\nbell\n")
    (folder / "toy.toml").write_text(RECIPE.replace("[curation]", OWN), encoding="utf-8")
    return folder


def test_own_words_come_first_in_their_order(pinned: Path) -> None:
    release = made(pinned)
    # All six, also what filters have something against.
    assert release.vocabulary.labels[:6] == [
        "whoosh", "sound", "clock tick", "clock ticks", "x", "bell",
    ]  # fmt: skip
    remarks = {
        (name, score.flag)
        for name, scores in (release.scores or {}).items()
        for score in scores
        if score.flag
    }
    assert remarks == {
        ("sound", "stop-word"), ("clock-ticks", "lexical-twin"), ("clock-ticks", "redundant"),
        ("x", "too-short"),
    }  # fmt: skip
    # What is kept beside: not counted twice.
    assert release.vocabulary["clock tick"].count == release.vocabulary["clock ticks"].count == 1


def test_every_size_holds_own_and_kept_words(pinned: Path) -> None:
    text = (pinned / "toy.toml").read_text()
    (pinned / "toy.toml").write_text(text + "size = 8\n")
    release = made(pinned)
    assert release.vocabulary.labels[6:] == ["clock", "room tone"]
    (pinned / "toy.toml").write_text(text + "size = 7\n")
    with pytest.raises(DataError, match="8 words are your own or kept by decision"):
        made(pinned, "small")


def test_own_words_are_decided_on_too(pinned: Path) -> None:
    (pinned / "decisions.csv").write_text(
        "label,action,to\nwhoosh,rename,swish\nx,drop,\nclock ticks,merge,clock tick\n"
    )
    labels = made(pinned).vocabulary.labels
    assert labels[:4] == ["swish", "sound", "clock tick", "bell"]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("[curation]\n", "the key 'decisions' is missing"),
        ("[curation]\ndecisions = []\n", "name a file with"),
        ('[curation]\ndecision = ["x.csv"]\n', "did you mean 'decisions'"),
        ('[curation]\ndecisions = "x.csv"\n', "expected a list"),
    ],
)
def test_what_a_recipe_may_say(table: str, message: str, folder: Path) -> None:
    text = RECIPE.replace('[curation]\ndecisions = ["decisions.csv"]\n', table)
    (folder / "toy.toml").write_text(text.replace('licence = "CC0-1.0"\n[[filter]]', "[[filter]]"))
    with pytest.raises(UsageError, match=message):
        Recipe.read(folder / "toy.toml")


def test_no_file_of_decisions(folder: Path) -> None:
    (folder / "decisions.csv").unlink()
    with pytest.raises(DataError, match=r"\[curation\]: no file 'decisions.csv'"):
        made(folder)


def test_the_fill_is_about_a_topic(pinned: Path) -> None:
    text = (pinned / "toy.toml").read_text() + 'about = ["bell", "clock"]\n'
    (pinned / "toy.toml").write_text(text)
    release = made(pinned)
    assert release.vocabulary.labels[:6] == [
        "whoosh", "sound", "clock tick", "clock ticks", "x", "bell",
    ]  # fmt: skip
    assert {drop.reason for drop in release.dropped_by("topic")} == {"off-topic"}
    assert "siren" not in release.vocabulary.labels
    # Kept by decision, whatever it is about.
    assert "room tone" in release.vocabulary.labels
    lock = json.loads((pinned / "out" / "recipe.lock").read_text())
    assert lock["parameters"]["selection"]["about"] == ["bell", "clock"]


@pytest.mark.parametrize("about", ['"bell"', "[]", "[1]"])
def test_about_is_a_list_of_phrases(about: str, folder: Path) -> None:
    (folder / "toy.toml").write_text(RECIPE + f"about = {about}\n")
    with pytest.raises(UsageError, match=r"\[selection\]"):
        Recipe.read(folder / "toy.toml")
