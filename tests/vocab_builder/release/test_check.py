from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from concept_core.errors import MissingError
from concept_core.vocabulary import Alias
from tests.releases_toy import release_of
from tests.toy import ToyEncoder
from vocab_builder.curation.decisions import Decision
from vocab_builder.filters.calibration import CALIBRATED, Calibrated
from vocab_builder.release.check import check_release
from vocab_builder.release.lock import Lock
from vocab_builder.release.release import Release
from vocab_builder.release.repeats import by_cosine
from vocab_builder.stages.candidates import Candidate, Drop, Score
from vocab_builder.words.form_rules import Forms, load_forms


def written(folder: Path, *labels: str) -> Release:
    path = folder / "words.txt"
    path.write_text("\n".join(labels) + "\n", encoding="utf-8")
    return Release.load(path)


def told(release: Release, code: str) -> list[tuple[str, str]]:
    """The findings of one code: label and message."""
    return [(one.label, one.message) for one in check_release(release).findings if one.code == code]


def counted(release: Release, **counts: int) -> Release:
    """The release with other counts; a name's underscore is a space."""
    by_label = {name.replace("_", " "): count for name, count in counts.items()}
    concepts = tuple(
        replace(one, count=by_label.get(one.label, one.count)) for one in release.vocabulary
    )
    return release.with_concepts(concepts)


def left_out(label: str, count: int, stage: str, reason: str, twin: str | None = None) -> Drop:
    return Drop(Candidate(label, "noun", (), unlisted=count), stage, reason, twin=twin, rank=9)


@pytest.mark.usefixtures("nltk_data")
@pytest.mark.parametrize(
    ("labels", "found"),
    [
        (["clock", "clocks"], [("E101", "clocks", "another form of 'clock'")]),
        (["door bell", "doorbells"], [("E101", "doorbells", "another form of 'door bell'")]),
        (["Background", "rain"], [("E102", "Background", "a stop word")]),
        (["rain falling on a very big tin roof"], [("E103", "rain falling", "35 characters")]),
        (["a dog in the rain"], [("E103", "a dog", "5 words, more than 3")]),
        (["747 jet"], [("E103", "747 jet", "has digits"), ("E104", "747 jet", "no dictionary")]),
        (["dogs' bowl"], [("E103", "dogs' bowl", "a possessive; name the thing alone")]),
        (["dog's bowl"], [("E103", "dog's bowl", "a possessive; name the thing alone")]),
        (["helicoptor"], [("E104", "helicoptor", "'helicoptor' is in no dictionary; correct it")]),
        (["a moter boat"], [("E104", "a moter", "'moter' is in no dictionary")]),
        (["Laugh", "laughter"], [("E105", "laughter", "one stem with 'Laugh'; the filter")]),
        (["erupt", "rain"], [("W203", "erupt", "a bare verb; say 'erupting'")]),
        (["Noisy"], [("W204", "Noisy", "a bare adjective; add what it is said of")]),
        (["reversing beeps"], [("W205", "reversing", "a plural; say 'reversing beep', or")]),
        (["horses hoofs"], [("W205", "horses", "a plural; say 'horse hoof', or")]),
        (["horses hoof"], [("W205", "horses", "a plural; say 'horse hoof', or")]),
        (["glasses", "scissors", "fireworks", "bagpipes", "keys jangling"], []),
        (
            ["somebody snoring"],
            [
                (
                    "W208",
                    "somebody",
                    "say what is heard, such as 'snoring'",
                )
            ],
        ),
        (
            ["man typing"],
            [
                (
                    "W208",
                    "man",
                    "'man' says nothing about the sound",
                )
            ],
        ),
        (
            ["device beeping"],
            [
                (
                    "W208",
                    "device",
                    "'device' says nothing about the sound",
                )
            ],
        ),
        (["woman laughing", "dog barking", "machine gun"], []),
    ],
)
def test_findings(tmp_path: Path, labels: list[str], found: list[tuple[str, str, str]]) -> None:
    checked = check_release(written(tmp_path, *labels))
    assert checked.rule == "wordnet"
    assert [finding.code for finding in checked.findings] == [code for code, _, _ in found]
    for finding, (_, label, message) in zip(checked.findings, found, strict=True):
        assert finding.label.startswith(label)
        assert message in finding.message


@pytest.mark.usefixtures("nltk_data")
def test_a_clean_vocabulary(tmp_path: Path) -> None:
    labels = ["rain", "coin-spinning", "rock 'n' roll", "dubstep", "rhythm and blues", "sonar"]
    assert check_release(written(tmp_path, *labels)).findings == ()


def test_without_wordnet_what_can_be_checked_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import nltk

    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path))
    monkeypatch.setattr(nltk.data, "path", [])
    words = ("clock", "clocks", "helicoptor", "erupt", "the", "man typing")
    checked = check_release(written(tmp_path, *words))
    assert checked.rule == "snowball"
    assert [finding.code for finding in checked.findings] == ["E101", "E102"]


def test_words_that_a_person_wants_are_not_judged_alone() -> None:
    release = release_of(["rain", "the", "knife on cutting board", "man typing", "bells", "bell"])
    found = {(one.code, one.label) for one in check_release(release).findings}
    assert found >= {("E102", "the"), ("E103", "knife on cutting board"), ("W208", "man typing")}
    wanted = replace(
        release,
        decisions=(Decision("the", "keep"),),
        lock=Lock("0", "0", (), {"sources": [{"name": "mine", "pinned": True}]}, None),
    )
    assert "the" in wanted.settled and "knife on cutting board" in wanted.settled
    found = {(one.code, one.label) for one in check_release(wanted).findings}
    assert found == {("E101", "bell")}, "two forms of one word are two still"


def test_aliases_that_say_another_concept() -> None:
    release = release_of(["car", "automobile", "bell"])
    aliases = (
        Alias("car", "Automobile", "synonym", "synonyms"),
        Alias("car", "gong", "near", "redundancy"),
        Alias("bell", "gong", "merge", "decisions"),
        Alias("bell", "bells", "form", "twins"),
    )
    release = replace(release, vocabulary=replace(release.vocabulary, aliases=aliases))
    assert told(release, "E106") == [
        ("automobile", "an alias of 'car' too (synonym, by synonyms); keep it as one"),
        ("bell", "'gong' is an alias of 'car' too; leave it with one of them"),
    ]


ROWS = {"rain": 0.0, "downpour": 0.1, "drizzle": 0.7, "bell": 3.0}


def rows(labels: Sequence[str]) -> np.ndarray:
    """Unit rows (n, 2) at the angles of ``ROWS``."""
    angles = np.array([ROWS[label] for label in labels])
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_the_nearest_label_before_one_is_named() -> None:
    limits = Calibrated(redundant=0.9, witness=0.7)
    found = [(one.code, one.label, one.other) for one in by_cosine([*ROWS], rows([*ROWS]), limits)]
    assert found == [("E107", "downpour", "rain"), ("W202", "drizzle", "downpour")]
    for labels in ([], ["rain"]):
        assert list(by_cosine(labels, rows(labels), limits)) == []


def test_an_encoder_compares_every_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CALIBRATED, "toy", Calibrated(redundant=0.9999, witness=-1.0))
    checked = check_release(release_of(["rain", "bell", "thunder"]), ToyEncoder())
    assert [one.label for one in checked.findings if one.code == "W202"] == ["bell", "thunder"]
    assert "every two labels" in checked.notes[1]


def test_cosines_of_the_build_stand_in_for_an_encoder() -> None:
    release = release_of(["rain", "downpour", "drizzle"])
    assert "not compared by cosine" in check_release(release).notes[1]
    scores = {
        "downpour": (Score("redundancy", 0.8, 0.82, "rain"),),
        "drizzle": (Score("redundancy", 0.81, 0.82, "not in"),),
    }
    release = replace(release, scores=scores).with_concepts(
        release.vocabulary.concepts, encoder={"name": "yamnet-minilm"}
    )
    assert [label for label, _ in told(release, "W202")] == ["downpour"]
    assert "--encoder yamnet-minilm" in check_release(release).notes[1]
    both = tuple(Decision(label, "keep") for label in ("rain", "downpour"))
    assert told(replace(release, decisions=both[1:]), "W202") != []
    assert told(replace(release, decisions=both), "W202") == [], "a person wants both"


def test_words_that_sources_often_name_and_that_are_missing() -> None:
    kept = ["engine humming", "engine idling", "engine revving", "rain", "bell"]
    drops = (
        left_out("engine", 5, "selection:coverage", "not-selected"),
        left_out("splash", 400, "selection:coverage", "not-selected"),
        left_out("murmur", 3, "selection:coverage", "not-selected"),
        left_out("phone", 300, "synonyms", "synonym", "telephone"),
        left_out("telephone", 4, "selection:coverage", "not-selected"),
        left_out("gong", 500, "redundancy", "redundant", "bell"),
        left_out("man", 900, "stop", "stop-word"),
    )
    release = counted(replace(release_of(kept), drops=drops), rain=200)
    assert told(release, "W206") == [
        (
            "splash",
            "sources name it 400 times; selection:coverage left it out (not-selected, place 9);"
            " keep it by a decision",
        ),
        (
            "phone",
            "sources name it 300 times; synonyms left it out (synonym, place 9) for 'telephone',"
            " which is not in either; keep it by a decision",
        ),
        (
            "engine",
            "sources name it 5 times, 3 labels begin or end with it; selection:coverage left it out"
            " (not-selected, place 9); keep it by a decision",
        ),
    ]
    assert told(replace(release, drops=None), "W206") == []


def test_phrases_of_one_file_of_captions() -> None:
    seen = {"tick rocking": ["words", "phrases"], "rain": ["words"], "car horn": ["words", "mine"]}
    licences = dict.fromkeys(("words", "phrases", "mine"), "CC0-1.0")
    release = release_of([*seen, "wind blowing"], seen={**seen, "wind blowing": ["words"]},
                         licences=licences)  # fmt: skip
    sources = [
        {**one, "kind": "captions", "origin": "train.csv"} if one["name"] != "mine" else one
        for one in release.metadata["sources"]
    ]
    release = release.with_concepts(release.vocabulary.concepts, sources=sources)
    release = counted(release, wind_blowing=5)
    assert told(release, "W207") == [
        (
            "tick rocking",
            "only phrases, words has it, 4 times; check that it is not a tagging error, or raise"
            " min_count of the source",
        )
    ]


def test_an_event_and_its_verb() -> None:
    release = counted(
        release_of(["cat meowing", "meow", "ring", "bell ringing"]), cat_meowing=40, bell_ringing=40
    )
    drops = (left_out("telephone ringing", 50, "redundancy", "redundant", "phone"),)
    release = replace(release, drops=drops)
    assert told(release, "W209") == [
        (
            "meow",
            "40 of 40 events of this verb are 'cat meowing'; keep one of 'cat meowing' and 'meow',"
            " and merge the other into it",
        )
    ]


def test_findings_of_no_and_one_concept() -> None:
    release = release_of(["rain"])
    empty = release.with_concepts(())
    for one in (empty, release):
        assert check_release(replace(one, drops=None, scores=None)).findings == ()
    assert check_release(empty, ToyEncoder()).findings == ()


def test_a_doubt_about_what_is_wrong_already_is_not_told() -> None:
    release = release_of(["clock", "clocks"])
    assert [one.code for one in check_release(release).findings] == ["E101"]


def test_labels_that_name_nothing_are_found_and_asked_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("rain\n_\n...\n- -\n", encoding="utf-8")
    found = check_release(Release.load(path)).findings
    assert [(one.code, one.label) for one in found if one.label != "rain"] == [
        ("E103", "_"), ("E103", "..."), ("E103", "- -")
    ]  # fmt: skip


def test_events_without_wordnet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Forms:
        if name == "wordnet":
            raise MissingError("not here")
        return load_forms(name)

    def unread(*arguments: object) -> None:
        raise AssertionError("WordNet was asked")

    monkeypatch.setattr("vocab_builder.release.check.load_forms", missing)
    monkeypatch.setattr("vocab_builder.words.forms.senses", unread)
    path = tmp_path / "words.txt"
    path.write_text("somebody quarxing\nquarxing\ndog quarxing\n", encoding="utf-8")
    assert check_release(Release.load(path)).rule == "snowball"
