from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from concept_core.files import canonical_json
from concept_core.values import from_data, to_data
from concept_core.vocabulary import KINDS, Evidence
from tests.toy import candidate
from vocab_builder.stages.candidates import (
    Candidate,
    Drop,
    Outcome,
    Score,
    StageCount,
    merge_candidates,
    merge_evidence,
    read_candidates,
)

MINED = st.lists(
    st.builds(
        candidate,
        st.sampled_from(["rain", "tin", "roof"]),
        st.integers(1, 5),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["noun", "verb"]),
    )
)


@given(MINED)
def test_merging_keeps_all_counts(mined: list[Candidate]) -> None:
    merged = merge_candidates(mined)
    assert sum(one.count for one in merged) == sum(one.count for one in mined)
    assert len({one.label for one in merged}) == len(merged) == len({one.label for one in mined})
    assert [one.count for one in merged] == sorted((one.count for one in merged), reverse=True)


@given(MINED)
def test_merging_twice_changes_nothing(mined: list[Candidate]) -> None:
    assert merge_candidates(merge_candidates(mined)) == merge_candidates(mined)


def test_the_strongest_source_names_the_kind() -> None:
    merged = merge_candidates(
        [candidate("bark", 2, kind="noun"), candidate("bark", 9, kind="verb")]
    )
    assert [(one.kind, one.count) for one in merged] == [("verb", 11)]


def test_evidence_of_one_place_adds_up() -> None:
    places = [Evidence("a", "x", 1), Evidence("b", "x", 2), Evidence("a", "x", 3)]
    assert merge_evidence(places) == (Evidence("a", "x", 4), Evidence("b", "x", 2))


def test_evidence_that_differs_in_rows_alone_is_one() -> None:
    places = [Evidence("a", "x.csv:text@9,12", 2), Evidence("a", "x.csv:text@2,9,4", 7)]
    assert merge_evidence(places) == (Evidence("a", "x.csv:text@2,4,9", 9),)
    others = ("@2", "x.wav@1.5-3", "x@007", "x@1,", "x:2", "x@" + "9" * 5000)
    apart = [Evidence("a", locator, 1) for locator in others]
    assert merge_evidence(apart) == tuple(sorted(apart))
    # An older release knows the place alone.
    older = Evidence("a", "x.csv:text", 1)
    assert merge_evidence([*places, older]) == (Evidence("a", "x.csv:text@2,4,9", 10),)


def test_a_weight_ranks_and_leaves_the_evidence_as_it_is() -> None:
    tag, caption = candidate("rain", 3, "tags"), candidate("rain", 10, "captions")
    both = merge_candidates([tag.weighted(5.0), caption, candidate("wind", 20, "captions")])
    assert [(one.label, one.count, one.mass) for one in both] == [
        ("rain", 13, 25.0),
        ("wind", 20, 20),
    ]
    assert [(one.source, one.count) for one in both[0].evidence] == [("captions", 10), ("tags", 3)]


NUMBERS = st.none() | st.integers(-5, 5) | st.floats(-1, 1)
SCORES = st.builds(Score, st.sampled_from(["twins", "selection:mmr"]), NUMBERS, NUMBERS)
CANDIDATES = st.builds(
    Candidate,
    st.text(st.characters(codec="utf-8"), min_size=1),
    st.sampled_from(KINDS),
    st.lists(st.builds(Evidence, st.text(), st.text(), st.integers(0, 9))).map(tuple),
    st.lists(st.text()).map(tuple),
    st.floats(0, 9),
    st.lists(SCORES, max_size=2).map(tuple),
)


@given(CANDIDATES)
def test_a_line_is_the_candidate(one: Candidate) -> None:
    line = canonical_json(one.to_dict()).encode()
    assert json.loads(line)["count"] == one.count
    assert list(read_candidates([b"\n", line], "here")) == [one]


@given(st.lists(CANDIDATES, max_size=3), SCORES)
def test_what_is_kept_is_read_back_to_the_byte(mined: list[Candidate], score: Score) -> None:
    dropped = tuple(Drop(one, "twins", "lexical-twin", score.value, twin="x") for one in mined)
    outcome = Outcome(tuple(mined), dropped, (StageCount("twins", 2, 1),))
    text = canonical_json(to_data(outcome))
    assert canonical_json(to_data(from_data(json.loads(text), Outcome, "here"))) == text


def test_a_drop_is_flat() -> None:
    data = Drop(candidate("rain", 2), "form", "too-short", 4, 5).to_dict()
    assert (data["label"], data["count"], data["filter"], data["score"]) == ("rain", 2, "form", 4)
    assert "candidate" not in data
