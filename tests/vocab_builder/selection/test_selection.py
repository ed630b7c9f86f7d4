from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concept_core.encoders.base import FloatArray
from concept_core.errors import DataError, UsageError
from concept_core.measures.reference import ReferenceItems
from tests.toy import ToyEncoder, candidate, labels, select
from vocab_builder.selection import selection_type
from vocab_builder.selection.baselines import FrequencySelection, RandomSelection
from vocab_builder.selection.clusters import ClusterSelection
from vocab_builder.selection.coverage import CoverageSelection, greedy
from vocab_builder.selection.mmr import MarginalRelevanceSelection
from vocab_builder.stages.candidates import Candidate
from vocab_builder.stages.context import Context


def unit(seed: int, rows: int, dim: int = 5) -> np.ndarray:
    x = np.random.default_rng(seed).normal(size=(rows, dim)).astype(np.float32)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def coverage(atoms: np.ndarray, reference: np.ndarray) -> float:
    return float(np.maximum(reference @ atoms.T, 0).max(axis=1).mean()) if len(atoms) else 0.0


@settings(deadline=None)  # the first call compiles
@given(st.integers(0, 50), st.integers(1, 8), st.integers(1, 10))
def test_greedy_takes_the_largest_gain_every_time(seed: int, k: int, m: int) -> None:
    atoms, reference = unit(seed, k), unit(seed + 1000, m)
    order, gains = greedy(atoms, reference)
    for place in range(len(order) + 1):
        before = coverage(atoms[order[:place]], reference)
        best = max(
            coverage(atoms[[*order[:place], other]], reference) - before for other in range(k)
        )
        if place < len(order):
            assert gains[place] == pytest.approx(best, abs=1e-4)
        else:
            assert best == pytest.approx(0, abs=1e-4), "it stops only when nothing is gained"


@settings(deadline=None)
@given(st.integers(0, 20))
def test_greedy_is_nested_and_within_its_bound(seed: int) -> None:
    atoms, reference = unit(seed, 7), unit(seed + 99, 9)
    whole, _ = greedy(atoms, reference)
    part = whole[:3]
    assert greedy(atoms, reference, part)[0] == whole[3:]
    best = max(
        coverage(atoms[list(subset)], reference) for subset in itertools.combinations(range(7), 3)
    )
    assert coverage(atoms[part], reference) >= (1 - 1 / np.e) * best - 1e-4


def test_a_vocabulary_ends_where_nothing_more_is_gained() -> None:
    mined = [candidate("rain", 9), candidate("bell", 5), candidate("thunder")]
    context = Context(ToyEncoder(), ReferenceItems.of_captions(["rain", "thunder"]))
    result = select("coverage", CoverageSelection(names=0), mined, context, 3)
    assert sorted(labels(result.kept)) == ["rain", "thunder"], "a size is a maximum"
    (left,) = result.dropped
    assert (left.candidate.label, left.reason, left.score, left.threshold, left.rank) == (
        *("bell", "adds-nothing"),
        *(0.0, 0.0, 3),
    )


def test_names_ask_for_what_no_caption_says_best() -> None:
    # Every caption is said best by the phrase; the word is named far more often.
    mined = [candidate("engine", 900), candidate("engine humming", 9), candidate("rain", 4)]
    context = Context(ToyEncoder(), ReferenceItems.of_captions(["engine humming", "rain"]))

    def chosen(names: float) -> list[str]:
        return labels(select("coverage", CoverageSelection(names), mined, context, 3).kept)

    assert "engine" not in chosen(0)
    assert chosen(1)[0] == "engine"
    assert "engine" in chosen(0.5)


def test_names_alone_need_no_reference() -> None:
    assert CoverageSelection(names=1).needs == {"encoder"}
    ranked = CoverageSelection(names=1)(
        [candidate("rain", 2), candidate("bell", 8)], Context(ToyEncoder())
    )
    assert [one.candidate.label for one in ranked] == ["bell", "rain"]


def test_least_ends_the_vocabulary_early() -> None:
    mined = [candidate("rain", 10_000), candidate("bell", 1)]
    context = Context(ToyEncoder())
    whole = CoverageSelection(names=1)(mined, context)
    least = whole[1].score
    assert least is not None
    chosen = select("coverage", CoverageSelection(names=1, least=least), mined, context, None)
    assert labels(chosen.kept) == ["rain"]


def test_coverage_selection_covers_what_frequency_does_not() -> None:
    mined = [candidate("thunder", 9), candidate("thunders", 8), candidate("rain", 1)]
    context = Context(ToyEncoder(), ReferenceItems.of_captions(["thunder", "rain"]))
    chosen = select("coverage", CoverageSelection(), mined, context, 2)
    assert sorted(labels(chosen.kept)) == ["rain", "thunder"]
    frequent = select("frequency", FrequencySelection(), mined, context, 2)
    assert labels(frequent.kept) == ["thunder", "thunders"]


def test_frequency_breaks_ties_by_label() -> None:
    mined = [candidate("tin", 2), candidate("rain", 2), candidate("roof", 3)]
    ranked = FrequencySelection()(mined, Context())
    assert [one.candidate.label for one in ranked] == ["roof", "rain", "tin"]


def test_the_others_are_drops_with_their_rank() -> None:
    mined = [candidate("a", 3), candidate("b", 2), candidate("c", 1)]
    result = select("frequency", FrequencySelection(), mined, Context(), 1)
    assert labels(result.kept) == ["a"]
    assert [(d.candidate.label, d.reason, d.rank, d.score) for d in result.dropped] == [
        ("b", "not-selected", 2, 2),
        ("c", "not-selected", 3, 1),
    ]


def test_a_size_is_a_maximum() -> None:
    result = select("frequency", FrequencySelection(), [candidate("a")], Context(), 2)
    assert labels(result.kept) == ["a"]


def test_nothing_that_adds_anything_is_an_error() -> None:
    context = Context(ToyEncoder(), ReferenceItems.of_captions(["rain"]))
    with pytest.raises(DataError, match="none of 1 candidates adds anything; lower the threshold"):
        select("coverage", CoverageSelection(names=0, least=1), [candidate("rain")], context, 2)


def test_unknown_selections_list_the_known() -> None:
    with pytest.raises(UsageError, match="unknown selection 'coverge'; did you mean 'coverage'"):
        selection_type("coverge", "r.toml")


def test_no_candidate_at_all_is_an_error_even_without_a_size() -> None:
    with pytest.raises(DataError, match="no candidate is left after the filters"):
        select("frequency", FrequencySelection(), [], Context(), 0)


def test_rounding_of_another_processor_changes_no_order() -> None:
    # Two candidates that see the reference alike but for the last bit of a cosine.
    reference = np.eye(3, dtype=np.float32)
    atoms = np.array([[0.6, 0.8, 0], [0.6, np.nextafter(np.float32(0.8), np.float32(1)), 0]])
    assert greedy(atoms.astype(np.float32), reference)[0][0] == 0


def test_random_is_seeded_and_does_not_look_at_the_pool() -> None:
    words = [candidate(label) for label in "abcdefghijkl"]

    def order(pool: list[Candidate], seed: int = 0) -> list[str]:
        return [one.candidate.label for one in RandomSelection(seed)(pool, Context())]

    assert order(words) == order(words[::-1]) != order(words, 1)
    assert order(words[3:]) == [label for label in order(words) if label > "c"]
    assert sorted(order(words)) == list("abcdefghijkl") != order(words)


def test_mmr_balances_counts_and_likeness() -> None:
    mined = [candidate("thunder", 9), candidate("thunders", 8), candidate("rain", 1)]

    def order(balance: float) -> list[str]:
        ranked = MarginalRelevanceSelection(balance)(mined, Context(ToyEncoder()))
        assert ranked[0].score == pytest.approx(balance)
        return [one.candidate.label for one in ranked]

    assert order(1.0) == ["thunder", "thunders", "rain"]
    assert order(0.5) == ["thunder", "rain", "thunders"]


def test_mmr_is_its_definition() -> None:
    words = ["rain", "train", "trains", "bell", "bells", "door", "doorbell", "roof"]
    mined = [candidate(label, count) for count, label in enumerate(words)]
    atoms = ToyEncoder().encode_text(words)
    order: list[int] = []
    while len(order) < len(words):
        near = (atoms @ atoms[order].T).max(axis=1) if order else np.zeros(len(words))
        worth = 0.6 * np.log1p(np.arange(8)) / np.log1p(7) - 0.4 * near
        worth[order] = -9
        order.append(int(np.argmax(worth)))
    ranked = MarginalRelevanceSelection(0.6)(mined, Context(ToyEncoder()))
    assert [one.candidate.label for one in ranked] == [words[index] for index in order]


def test_clusters_are_spoken_for_by_total_count() -> None:
    mined = [
        candidate("thunder", 5),
        candidate("rain", 4),
        candidate("rains", 3),
        candidate("thunders", 1),
        candidate("rainy", 1),
    ]
    ranked = ClusterSelection(2)(mined, Context(ToyEncoder()))
    assert [one.score for one in ranked] == [8, 6, 0, 0, 0]
    assert ranked[0].candidate.label in ("rain", "rains", "rainy")
    assert ranked[1].candidate.label == "thunder", "of two as near the more frequent"
    counts = [one.candidate.count for one in ranked[2:]]
    assert counts == sorted(counts, reverse=True)


def test_clusters_of_equal_embeddings_still_give_all() -> None:
    class Flat(ToyEncoder):
        def encode_text(self, texts: Sequence[str]) -> FloatArray:
            return np.tile(super().encode_text(["same"]), (len(texts), 1))

    mined = [candidate(label) for label in "abcd"]
    ranked = ClusterSelection(3)(mined, Context(Flat()))
    assert sorted(one.candidate.label for one in ranked) == list("abcd")
    assert ranked[0].score == 4


def test_too_few_for_the_clusters() -> None:
    with pytest.raises(DataError, match="1 candidates cannot make 2 clusters"):
        ClusterSelection(2)([candidate("a")], Context(ToyEncoder()))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: CoverageSelection(redundancy=1.5), "redundancy 1.5 is not in"),
        (lambda: MarginalRelevanceSelection(-0.1), "balance -0.1 is not in"),
        (lambda: ClusterSelection(0), "at least 1 cluster, found 0"),
        (lambda: ClusterSelection(2, -1), "seed -1"),
    ],
)
def test_options_out_of_range(make: Callable[[], object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        make()
