"""What holds for every filter that needs neither encoder nor WordNet."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.toy import candidate, labels, scores
from vocab_builder.filters import Filter
from vocab_builder.filters.form import Form
from vocab_builder.filters.language import Language
from vocab_builder.filters.leak import Leak
from vocab_builder.filters.numbers import Numbers
from vocab_builder.filters.profanity import Profanity
from vocab_builder.filters.stop import Stop
from vocab_builder.filters.twins import Twins
from vocab_builder.stages.context import Context

FILTERS: tuple[Filter, ...] = (
    Form(),
    Language(),
    Leak(datasets=("esc50",), forms="snowball"),
    Leak(datasets=("esc50",), forms="snowball", action="flag"),
    Numbers(),
    Profanity(),
    Profanity("drop"),
    Stop(inside=("qualifiers",)),
    Twins("snowball"),
)
WORDS = st.lists(
    st.lists(
        st.sampled_from(
            ["rain", "dogs", "dog", "two", "the", "distant", "pluie", "cock", "shit", "50hz", "x"]
        ),
        min_size=1,
        max_size=3,
    ).map(" ".join),
    unique=True,
    max_size=8,
)


@settings(deadline=None)  # the first call imports NLTK
@given(WORDS)
@pytest.mark.parametrize("one", FILTERS, ids=repr)
def test_kept_and_dropped_are_the_input(one: Filter, words: list[str]) -> None:
    result = one([candidate(word) for word in words], Context())
    assert Counter(labels(result.kept) + [drop.candidate.label for drop in result.dropped]) == (
        Counter(words)
    )
    assert set(scores(result)) <= set(labels(result.kept))
    assert all(drop.reason and drop.filter for drop in result.dropped)


@settings(deadline=None)  # the first call imports NLTK
@given(WORDS)
@pytest.mark.parametrize("one", FILTERS, ids=repr)
def test_once_is_enough(one: Filter, words: list[str]) -> None:
    kept = one([candidate(word) for word in words], Context()).kept
    assert one(kept, Context()).dropped == ()
