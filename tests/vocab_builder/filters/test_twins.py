from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_core.errors import UsageError
from tests.toy import candidate, labels
from vocab_builder.filters.twins import Twins
from vocab_builder.stages.context import Context


def test_the_most_frequent_form_takes_the_counts() -> None:
    mined = [candidate("coughing", 5), candidate("cough", 9), candidate("coughs", 2)]
    result = Twins("snowball")(mined, Context())
    assert [(one.label, one.count) for one in result.kept] == [("cough", 16)]
    assert [(d.candidate.label, d.reason, d.twin) for d in result.dropped] == [
        ("coughing", "lexical-twin", "cough"),
        ("coughs", "lexical-twin", "cough"),
    ]


def test_of_equals_the_shorter_form_stays() -> None:
    mined = [candidate("barking", 3), candidate("bark", 3)]
    assert labels(Twins("snowball")(mined, Context()).kept) == ["bark"]


def test_counts_are_ordered_anew() -> None:
    mined = [candidate("rain", 4), candidate("clock", 3), candidate("clocks", 2)]
    assert labels(Twins("snowball")(mined, Context()).kept) == ["clock", "rain"]


def test_phrases() -> None:
    mined = [candidate("dog barking", 3), candidate("dogs bark", 2), candidate("barking dog", 1)]
    assert labels(Twins("snowball")(mined, Context()).kept) == ["dog barking"]


@pytest.mark.usefixtures("nltk_data")
def test_wordnet_knows_irregular_forms() -> None:
    mined = [
        candidate("goose", 3),
        candidate("geese", 2),
        candidate("glass", 2),
        candidate("saw", 1),
    ]
    assert labels(Twins()(mined, Context()).kept) == ["goose", "glass", "saw"]


def test_an_unknown_rule_lists_the_known() -> None:
    with pytest.raises(UsageError, match="unknown rule of forms 'porter'"):
        Twins("porter")


@given(
    st.dictionaries(
        st.sampled_from(["bark", "barks", "barking", "clock", "clocks", "tin roof", "tin roofs"]),
        st.integers(1, 9),
    )
)
def test_no_evidence_is_lost(counts: dict[str, int]) -> None:
    mined = [candidate(label, count) for label, count in counts.items()]
    result = Twins("snowball")(mined, Context())
    assert sum(one.count for one in result.kept) == sum(counts.values())
    assert len(result.kept) + len(result.dropped) == len(mined)
    again = Twins("snowball")(result.kept, Context())
    assert again.dropped == ()


def test_the_form_of_an_authority_stays(nltk_data: None) -> None:
    mined = [candidate("snore", 90), candidate("snoring", 1, source="librarian")]
    (kept,) = Twins(authorities=("librarian",))(mined, Context()).kept
    assert (kept.label, kept.count) == ("snoring", 91)
    assert labels(Twins()(mined, Context()).kept) == ["snore"]
