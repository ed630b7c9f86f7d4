"""Redundancy and coverage, on an encoder whose cosines can be checked by eye."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_core.errors import UsageError
from concept_core.measures.reference import ReferenceItems
from tests.toy import ToyEncoder, candidate, labels, scores
from vocab_builder.filters import Filter, filter_type
from vocab_builder.filters.coverage import Coverage
from vocab_builder.filters.redundancy import Redundancy
from vocab_builder.stages.context import Context

WORDS = st.lists(st.text("abcde", min_size=1, max_size=6), unique=True, max_size=12)


def context(*reference: str) -> Context:
    return Context(ToyEncoder(), ReferenceItems.of_captions(reference) if reference else None)


def test_redundancy_keeps_the_first_and_names_it() -> None:
    mined = [candidate("thunder", 9), candidate("thunders", 3), candidate("rain", 1)]
    result = Redundancy(0.7)(mined, context())
    assert labels(result.kept) == ["thunder", "rain"]
    (drop,) = result.dropped
    atoms = ToyEncoder().encode_text(["thunder", "thunders"])
    assert drop.twin == "thunder"
    assert drop.score == pytest.approx(float(atoms[0] @ atoms[1]), abs=1e-6)
    assert drop.threshold == 0.7


def test_redundancy_hands_links_over_to_the_one_that_stays() -> None:
    near = replace(candidate("thunders", 3), links=("ucs:WEATThun",))
    (kept,) = Redundancy(0.7)([candidate("thunder", 9), near], context()).kept
    assert kept.links == ("ucs:WEATThun",)
    assert kept.count == 9


def test_an_encoder_that_nobody_calibrated_is_calibrated_and_says_so() -> None:
    said: list[str] = []
    mined = [candidate("rain", 3), candidate("rains", 2), candidate("clock")]
    result = Redundancy()(mined, Context(ToyEncoder(), say=said.append))
    assert any("toy calibrated on" in line and "redundant from" in line for line in said)
    threshold = scores(result)["rain"].threshold
    assert threshold is not None and 0 < threshold <= 1


def test_a_threshold_that_is_none() -> None:
    with pytest.raises(UsageError, match="threshold 1.5"):
        Redundancy(1.5)


def test_the_more_general_may_stay_instead() -> None:
    mined = [candidate("church bell", 9), candidate("rain", 5), candidate("church bells", 3)]
    mined.append(candidate("churchbell", 1))
    assert labels(Redundancy(0.6)(mined, context()).kept) == ["church bell", "rain"]
    general = Redundancy(0.6, prefer="general")(mined, context())
    assert labels(general.kept) == ["rain", "churchbell"]
    assert {drop.twin for drop in general.dropped} == {"churchbell"}
    with pytest.raises(UsageError, match="unknown preference 'genral'; did you mean 'general'"):
        Redundancy(0.6, prefer="genral")


def test_coverage_drops_what_is_nobodys_best() -> None:
    mined = [candidate("thunder"), candidate("rain"), candidate("xylophone")]
    result = Coverage()(mined, context("thunders", "raining", "rain drops"))
    assert labels(result.kept) == ["thunder", "rain"]
    (drop,) = result.dropped
    assert (drop.reason, drop.score, drop.threshold) == ("no-coverage-gain", 0, 1)


def test_coverage_without_a_reference_says_what_to_add() -> None:
    with pytest.raises(UsageError, match=r"no \[reference\]"):
        Coverage()([candidate("rain")], context())


@given(WORDS)
@pytest.mark.parametrize(
    "filter_",
    [Redundancy(0.6), Redundancy(0.6, prefer="general"), Coverage()],
    ids=["redundancy", "general", "coverage"],
)
def test_filters_partition_their_input_in_order(filter_: Filter, words: list[str]) -> None:
    mined = [candidate(word) for word in words]
    result = filter_(mined, context("abc", "de"))
    kept = labels(result.kept)
    assert kept == [word for word in words if word in set(kept)]
    assert sorted(kept + [drop.candidate.label for drop in result.dropped]) == sorted(words)
    assert set(scores(result)) == set(kept)


def test_embeddings_are_made_once() -> None:
    class Counting(ToyEncoder):
        texts = 0

        def encode_text(self, texts):  # type: ignore[no-untyped-def]
            Counting.texts += len(texts)
            return super().encode_text(texts)

    shared_context = Context(Counting(), ReferenceItems.of_captions(["a", "b"]))
    first = shared_context.embed(["rain", "tin", "rain"])
    shared_context.embed(["tin"])
    shared_context.reference()
    shared_context.reference()
    assert Counting.texts == 4
    assert np.array_equal(first[0], first[2])


def test_no_encoder_is_said() -> None:
    with pytest.raises(UsageError, match="name an encoder"):
        Redundancy(0.9)([candidate("rain")], Context())


def test_unknown_filters_list_the_known() -> None:
    with pytest.raises(UsageError, match="unknown filter 'redundncy'; did you mean 'redundancy'"):
        filter_type("redundncy", "r.toml")
