from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_core.errors import DataError, UsageError
from tests.toy import ToyEncoder, candidate, labels
from vocab_builder.context import Context
from vocab_builder.selection import selection_type, take
from vocab_builder.selection.coverage import CoverageSelection, greedy
from vocab_builder.selection.frequency import FrequencySelection


def unit(seed: int, rows: int, dim: int = 5) -> np.ndarray:
    x = np.random.default_rng(seed).normal(size=(rows, dim)).astype(np.float32)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def coverage(atoms: np.ndarray, reference: np.ndarray) -> float:
    return float(np.maximum(reference @ atoms.T, 0).max(axis=1).mean()) if len(atoms) else 0.0


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


def test_beyond_the_reference_the_candidates_stand_for_each_other() -> None:
    mined = [
        candidate("rain", 9),
        candidate("bell", 5),
        candidate("thunders"),
        candidate("thunder"),
    ]
    ranked = CoverageSelection()(mined, Context(ToyEncoder(), ("rain",)))
    names = [one.candidate.label for one in ranked]
    assert names[0] == "rain"
    assert "bell" in names[1:3]
    assert names[3] in ("thunder", "thunders"), "its twin says it already"
    assert [one.score for one in ranked[1:]] == [0, 0, 0]


def test_coverage_selection_covers_what_frequency_does_not() -> None:
    mined = [candidate("thunder", 9), candidate("thunders", 8), candidate("rain", 1)]
    context = Context(ToyEncoder(), ("thunder", "rain"))
    chosen = take(CoverageSelection()(mined, context), 2, "coverage")
    assert sorted(labels(chosen.kept)) == ["rain", "thunder"]
    frequent = take(FrequencySelection()(mined, context), 2, "frequency")
    assert labels(frequent.kept) == ["thunder", "thunders"]


def test_frequency_breaks_ties_by_label() -> None:
    mined = [candidate("tin", 2), candidate("rain", 2), candidate("roof", 3)]
    ranked = FrequencySelection()(mined, Context())
    assert [one.candidate.label for one in ranked] == ["roof", "rain", "tin"]


def test_the_others_are_drops_with_their_rank() -> None:
    mined = [candidate("a", 3), candidate("b", 2), candidate("c", 1)]
    result = take(FrequencySelection()(mined, Context()), 1, "frequency")
    assert labels(result.kept) == ["a"]
    assert [(d.candidate.label, d.reason, d.rank, d.score) for d in result.dropped] == [
        ("b", "not-selected", 2, 2),
        ("c", "not-selected", 3, 1),
    ]


def test_too_few_candidates_are_an_error_that_says_how_many() -> None:
    with pytest.raises(DataError, match="1 candidates are left after the filters, 2 are asked"):
        take(FrequencySelection()([candidate("a")], Context()), 2, "frequency")


def test_unknown_selections_list_the_known() -> None:
    with pytest.raises(UsageError, match="unknown selection 'coverge'; did you mean 'coverage'"):
        selection_type("coverge", "r.toml")


def test_no_candidate_at_all_is_an_error_even_without_a_size() -> None:
    with pytest.raises(DataError, match="no candidate is left after the filters"):
        take(FrequencySelection()([], Context()), 0, "frequency")


def test_rounding_of_another_processor_changes_no_order() -> None:
    # Two candidates that see the reference alike but for the last bit of a cosine.
    reference = np.eye(3, dtype=np.float32)
    atoms = np.array([[0.6, 0.8, 0], [0.6, np.nextafter(np.float32(0.8), np.float32(1)), 0]])
    assert greedy(atoms.astype(np.float32), reference)[0][0] == 0
