"""Why a word is in a release, or why not."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from concept_core.errors import DataError, UsageError
from tests.toy import ToyEncoder
from tests.vocab_builder.cli.test_cli import run
from vocab_builder.building.build import build
from vocab_builder.release.release import Release
from vocab_builder.release.why import Kept, LeftOut, Reasons

RECIPE = """
[vocabulary]
id = "toy"
version = "0.1.0"
title = "Toy"
description = "A few words."
encoder = "toy"
[[source]]
kind = "wordlist"
name = "mine"
path = "words.txt"
[[source]]
kind = "wordlist"
name = "yours"
path = "more.txt"
[[filter]]
kind = "twins"
forms = "snowball"
[[filter]]
kind = "redundancy"
threshold = 0.7
[selection]
kind = "frequency"
size = 3
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("why")
    (folder / "words.txt").write_text("thunder\nclocks\nrain\nclock\nthundery\n")
    (folder / "more.txt").write_text("rain\nbell\ndoor\n")
    (folder / "toy.toml").write_text(RECIPE)
    build(folder / "toy.toml", folder / "out", encoder=ToyEncoder())
    return folder / "out"


def only(answer: Reasons) -> Kept | LeftOut:
    (one,) = answer.entries
    return one


def test_a_concept_has_evidence_scores_rank_and_gain(release: Path) -> None:
    rain = only(Release.load(release).why("Rain"))
    assert isinstance(rain, Kept)
    assert {one.source for one in rain.concept.evidence} == {"mine", "yours"}
    assert (rain.rank, rain.size, rain.gain) == (1, 3, 6)
    assert [score.stage for score in rain.scores] == ["redundancy", "selection:frequency"]
    score = rain.scores[0]
    assert score.threshold == 0.7


def test_any_form_finds_the_concept_and_says_where_the_forms_went(release: Path) -> None:
    clock, clocks = Release.load(release).why("clock").entries
    assert isinstance(clock, LeftOut)
    assert (clock.drop.candidate.label, clock.drop.reason, clock.drop.twin) == (
        "clock",
        "lexical-twin",
        "clocks",
    )
    assert clock.fate == "in, rank 3"
    assert isinstance(clocks, Kept)
    assert [(one.candidate.label, one.reason) for one in clocks.drops] == [
        ("clock", "lexical-twin")
    ]
    unseen = Release.load(release).why("clocked").entries
    assert [one.to_dict()["label"] for one in unseen] == ["clocks", "clock"], (
        "no source had this form"
    )


def test_a_redundant_word_has_score_threshold_and_twin(release: Path) -> None:
    word = only(Release.load(release).why("thundery"))
    assert isinstance(word, LeftOut)
    assert (word.drop.filter, word.drop.threshold) == ("redundancy", 0.7)
    assert word.drop.score is not None
    assert word.drop.score > 0.7
    assert (word.drop.twin, word.fate) == ("thunder", "in, rank 2")


def test_what_was_not_selected_has_its_rank(release: Path) -> None:
    ranks = {}
    for name in ("bell", "door"):
        word = only(Release.load(release).why(name))
        assert isinstance(word, LeftOut)
        assert (word.drop.filter, word.drop.reason) == ("selection:frequency", "not-selected")
        ranks[name] = word.drop.rank
    assert sorted(ranks.values()) == [4, 5]


def test_a_twin_may_have_been_dropped_later(release: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(release, copy)
    path = copy / "drops.csv"
    rows = list(csv.reader(path.read_text().splitlines()))
    rows.append(["bells", "noun", "1", "twins", "lexical-twin", "", "", "bell", ""])
    path.write_text("".join(f"{','.join(row)}\n" for row in rows))
    bells, _ = Release.load(copy).why("bells").entries
    assert isinstance(bells, LeftOut)
    assert bells.fate == "dropped by selection:frequency (not-selected)"


def test_an_unknown_word_has_nearest_spellings(release: Path) -> None:
    answer = Release.load(release).why("thnder")
    assert (answer.entries, answer.nearest[0]) == ((), "thunder")
    with pytest.raises(UsageError, match="is no word"):
        Release.load(release).why("?!")


def test_each_word_of_a_list_is_answered_as_alone(release: Path) -> None:
    words = ["thunders", "bell", "clock", "thundery", "zither"]
    loaded = Release.load(release)
    answers = list(loaded.why_each(words))
    assert answers == [loaded.why(word) for word in words]
    # A form that no source has, a word that was not chosen, two aliases, a word of no source.
    assert [one.label for one in answers] == ["thunder", None, "clocks", "thunder", None]


def test_a_list_gives_a_line_for_each_word(
    release: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = tmp_path / "mine.txt"
    listed.write_text("bell\nthnder\n")
    code, out, _ = run(capsys, "why", "clock", "--list", listed, release)
    assert code == 0
    assert [line.split() for line in out.splitlines()] == [
        ["word", "concept", "why", "not"],
        ["clock", "clocks"],
        ["bell", "selection:frequency:", "not-selected"],
        ["thnder", "no", "source", "had", "it;", "nearest", "spelling:", "thunder"],
        [],
        ["1", "of", "3", "words", "are", "in"],
    ]
    code, out, _ = run(capsys, "why", "clocks", "bell", release, "--json")
    assert [one["word"] for one in json.loads(out)] == ["clocks", "bell"]
    code, _, err = run(capsys, "why", release)
    assert code == 2 and "no word to ask for: sonolex why WORD SPEC" in err


def test_a_release_without_scores_still_answers(release: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(release, copy)
    (copy / "scores.csv").unlink()
    rain = only(Release.load(copy).why("rain"))
    assert isinstance(rain, Kept)
    assert (rain.gain, rain.scores) == (None, ())
    (copy / "drops.csv").unlink()
    with pytest.raises(DataError, match="does not say what was left out"):
        Release.load(copy).why("rain")


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("drops.csv", "label,", "lable,", "drops.csv:1: expected the columns label,"),
        ("scores.csv", "0.7", "o.7", r"scores.csv:\d+: threshold 'o.7' is not a number"),
        ("drops.csv", ",1,", ",one,", r"drops.csv:\d+: count 'one' is not a whole number"),
    ],
)
def test_broken_files_are_named(
    release: Path, tmp_path: Path, name: str, old: str, new: str, message: str
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(release, copy)
    text = (copy / name).read_text()
    assert old in text
    (copy / name).write_text(text.replace(old, new))
    with pytest.raises(DataError, match=message):
        Release.load(copy).why("rain")


def test_the_command(release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "why", "rain", release)
    assert code == 0
    assert out.startswith("rain: in, rank 1 of 3, gain ")
    assert "selection:frequency" in out
    _, out, _ = run(capsys, "why", "thundery", release)
    assert out.startswith("thundery: not in the vocabulary; redundancy: redundant, score 0.")
    assert "twin: thunder (in, rank 2)" in out
    _, out, _ = run(capsys, "why", "thnder", release)
    assert out.startswith("thnder: no source had it; nearest spellings: thunder")
    code, out, _ = run(capsys, "why", "clock", release, "--json")
    assert code == 0
    answer = json.loads(out)
    assert [one["in"] for one in answer["found"]] == [False, True]
    code, _, err = run(capsys, "why", "rain", "nothing-here")
    assert (code, "unknown vocabulary" in err) == (2, True)


def test_audibility_has_no_twin_in_releases_that_name_the_nearest_word_either() -> None:
    old = Release.load("sonolex-core@0.1.1")
    dropped = next(one for one in old.drops or () if one.filter == "audibility" and one.twin)
    (entry,) = [one for one in old.why(dropped.candidate.label).entries if isinstance(one, LeftOut)]
    assert (entry.drop.filter, entry.drop.twin, entry.fate) == ("audibility", None, None)
    first = old.why(old.vocabulary.labels[0]).entries[0]
    assert isinstance(first, Kept)
    assert {one.twin for one in first.scores if one.stage == "audibility"} == {None}
    assert any(one.twin for one in first.scores if one.stage == "redundancy")
