from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from concept_core.releases.specifiers import load_vocabulary
from concept_core.vocabulary import Vocabulary
from tests.releases_toy import release_of
from vocab_builder.curation.decisions import Decision
from vocab_builder.release.check import check_vocabulary
from vocab_builder.release.lock import Lock


def written(folder: Path, *labels: str) -> Vocabulary:
    path = folder / "words.txt"
    path.write_text("\n".join(labels) + "\n", encoding="utf-8")
    return load_vocabulary(path)


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
        (["Laugh", "laughter"], [("E105", "laughter", "one stem with 'Laugh'; the filter")]),
    ],
)
def test_findings(tmp_path: Path, labels: list[str], found: list[tuple[str, str, str]]) -> None:
    findings, rule = check_vocabulary(written(tmp_path, *labels))
    assert rule == "wordnet"
    assert [finding.code for finding in findings] == [code for code, _, _ in found]
    for finding, (_, label, message) in zip(findings, found, strict=True):
        assert finding.label.startswith(label)
        assert message in finding.message


@pytest.mark.usefixtures("nltk_data")
def test_a_clean_vocabulary(tmp_path: Path) -> None:
    labels = ["rain", "coin-spinning", "rock 'n' roll", "dubstep", "rhythm and blues", "sonar"]
    assert check_vocabulary(written(tmp_path, *labels))[0] == []


def test_without_wordnet_what_can_be_checked_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import nltk

    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path))
    monkeypatch.setattr(nltk.data, "path", [])
    vocabulary = written(tmp_path, "clock", "clocks", "helicoptor", "the")
    findings, rule = check_vocabulary(vocabulary)
    assert rule == "snowball"
    assert [finding.code for finding in findings] == ["E101", "E102"]


def test_words_that_a_person_wants_are_not_judged_alone() -> None:
    release = release_of(["rain", "the", "knife on cutting board", "bells", "bell"])
    found, _ = check_vocabulary(release.vocabulary)
    assert {(one.code, one.label) for one in found} >= {
        ("E102", "the"),
        ("E103", "knife on cutting board"),
    }
    wanted = replace(
        release,
        decisions=(Decision("the", "keep"),),
        lock=Lock("0", "0", (), {"sources": [{"name": "mine", "pinned": True}]}, None),
    )
    assert "the" in wanted.settled and "knife on cutting board" in wanted.settled
    found, _ = check_vocabulary(wanted.vocabulary, wanted.settled)
    assert {one.code for one in found} == {"E101"}, "two forms of one word are two still"
