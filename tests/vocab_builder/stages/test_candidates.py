from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from concept_core.vocabulary import Evidence
from tests.toy import candidate
from vocab_builder.stages.candidates import Candidate, merge_candidates, merge_evidence

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


def test_a_weight_ranks_and_leaves_the_evidence_as_it_is() -> None:
    tag, caption = candidate("rain", 3, "tags"), candidate("rain", 10, "captions")
    both = merge_candidates([tag.weighted(5.0), caption, candidate("wind", 20, "captions")])
    assert [(one.label, one.count, one.mass) for one in both] == [
        ("rain", 13, 25.0),
        ("wind", 20, 20),
    ]
    assert [(one.source, one.count) for one in both[0].evidence] == [("captions", 10), ("tags", 3)]
