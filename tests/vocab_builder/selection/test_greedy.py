"""Greedy selections against their plain definitions, and the laws that they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from concept_core.encoders.base import EncoderSpec, FloatArray
from concept_core.measures.reference import ReferenceItems
from tests.toy import candidate, select
from vocab_builder.building.pipeline import order_all
from vocab_builder.building.recipe import SelectionEntry
from vocab_builder.selection import Ranked, Selection, base, coverage, reaches, screen, take
from vocab_builder.selection import greedy as greedy_choice
from vocab_builder.selection.baselines import FrequencySelection, RandomSelection
from vocab_builder.selection.clusters import ClusterSelection
from vocab_builder.selection.coverage import CoverageSelection, greedy
from vocab_builder.selection.greedy import Nearest, lazy_greedy
from vocab_builder.selection.mmr import MarginalRelevanceSelection
from vocab_builder.stages.candidates import Candidate, Outcome, Score
from vocab_builder.stages.context import Context

SELECTIONS: list[Selection] = [
    FrequencySelection(),
    CoverageSelection(),
    CoverageSelection(redundancy=0.5),
    ClusterSelection(2),
    MarginalRelevanceSelection(),
    RandomSelection(3),
]


def unit(seed: int, rows: int, dim: int = 6) -> FloatArray:
    x = np.random.default_rng(seed).normal(size=(rows, dim)).astype(np.float32)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


class Rows:
    """Texts are numbers of rows; some rows are alike."""

    spec = EncoderSpec("rows", "0" * 64, 6, 16000, "none", "bare@1", "none")

    def __init__(self, seed: int) -> None:
        self.rows = unit(seed, 40)[np.r_[:30, :10]]

    def encode_text(self, texts: Sequence[str]) -> FloatArray:
        return self.rows[[int(text) for text in texts]]

    def encode_audio(self, clips: object) -> FloatArray:
        raise NotImplementedError


def order(selection: Selection, seed: int, n: int) -> tuple[list[Candidate], list[Ranked]]:
    counts = np.random.default_rng(seed).integers(0, 9, size=n).tolist()
    pool = [candidate(str(39 - place), count) for place, count in enumerate(counts)]
    context = Context(Rows(seed), ReferenceItems.of_captions([str(row) for row in range(12)]))
    return pool, selection(pool, context)


# What is compared is rounded in the code under test: a choice within this of the best is greedy.
_SLACK = 3e-4


def assert_greedy(
    atoms: FloatArray, reference: FloatArray, redundancy: float, found: list[int]
) -> list[float]:
    """Replay the choices in float64, looking at every candidate every time; returns the gains."""
    exact = atoms.astype(np.float64)
    cosines = np.maximum(np.einsum("kd,md->km", exact, reference.astype(np.float64)), 0)
    alike = np.all(atoms[:, None] == atoms[None], axis=2)
    covered = np.zeros(len(reference))
    near = np.zeros(len(atoms))
    gains: list[float] = []
    for step, best in enumerate(found):
        gain = np.maximum(cosines - covered, 0).sum(axis=1)
        worth = gain * (1 - redundancy * near)
        worth[found[:step]] = 0
        assert best not in found[:step]
        assert worth[best] > worth.max() - _SLACK
        earlier = np.flatnonzero(alike[best, :best])
        assert set(earlier) <= set(found[:step]), "of equals the earlier comes first"
        gains.append(gain[best] / len(reference))
        covered = np.maximum(covered, cosines[best])
        near = np.maximum(near, np.einsum("kd,d->k", exact, exact[best]))
    left = np.maximum(cosines - covered, 0).sum(axis=1) * (1 - redundancy * near)
    left[found] = 0
    assert left.max(initial=0) <= _SLACK, "it ended before all that gains was taken"
    return gains


# No deadline: the first call compiles.
@settings(deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(1, 40),
    st.integers(1, 60),
    st.sampled_from([0.0, 0.4, 1.0]),
)
@example(1679, 12, 2, 0.4)
def test_lazy_greedy_is_greedy(seed: int, k: int, m: int, redundancy: float) -> None:
    atoms, reference = unit(seed, k), unit(seed + 1, m)
    atoms[k // 2 :] = atoms[: k - k // 2]  # exact ties: the earlier must win
    found, gains = greedy(atoms, reference, redundancy=redundancy)
    its_gains = assert_greedy(atoms, reference, redundancy, found)
    assert gains == pytest.approx(its_gains, abs=_SLACK / len(reference))


@pytest.mark.parametrize("redundancy", [0.0, 0.5])
@pytest.mark.parametrize("entries", [0, 300, 3000, 10**8])
def test_what_is_stored_changes_nothing(
    entries: int, redundancy: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Several strips and groups; nothing, a little, or all of the gains can be stored.
    atoms, reference = unit(0, 70, 4), unit(1, 150, 4)
    monkeypatch.setattr(greedy_choice, "_ROWS", 32)
    monkeypatch.setattr(greedy_choice, "_GROUP", 8)
    monkeypatch.setattr(greedy_choice, "_ENTRIES", entries)
    found, gains = greedy(atoms, reference, redundancy=redundancy)
    its_gains = assert_greedy(atoms, reference, redundancy, found)
    assert gains == pytest.approx(its_gains, abs=_SLACK / len(reference))


@pytest.mark.parametrize(("entries", "least", "most"), [(60, 1, 30), (10**6, 55, 60)])
def test_no_more_is_stored_than_allowed(
    entries: int, least: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(greedy_choice, "_ENTRIES", entries)
    one = greedy_choice.Facility(unit(0, 70), unit(1, 150))
    one.cover(range(10))
    one.values(range(10, 70))
    quick = [index for index in range(10, 70) if one.is_quick(index)]
    assert least <= len(quick) <= most


@settings(deadline=None)
@given(st.integers(0, 500), st.integers(2, 30), st.sampled_from(SELECTIONS))
def test_orders_hold_all_and_sizes_are_prefixes(seed: int, n: int, selection: Selection) -> None:
    pool, ranked = order(selection, seed, n)
    assert sorted(one.candidate.label for one in ranked) == sorted(one.label for one in pool)
    for size in (1, n // 2 or 1, n):
        ordered = tuple(one.candidate.scored(Score("selection:x", one.score)) for one in ranked)
        result = take(Outcome(ordered), size, "x")
        assert len(result.kept) == size
        assert result.kept == ordered[:size]
        assert [drop.rank for drop in result.dropped] == list(range(size + 1, n + 1))
        assert [drop.candidate for drop in result.dropped] == [
            one.candidate for one in ranked[size:]
        ]
    assert order(selection, seed, n)[1] == ranked, "the same again"


@settings(deadline=None)
@given(st.integers(0, 500), st.integers(2, 30))
def test_coverage_never_falls_with_size_and_is_the_sum_of_gains(seed: int, n: int) -> None:
    _, ranked = order(CoverageSelection(names=0), seed, n)
    encoder = Rows(seed)
    reference = encoder.rows[:12]
    total = 0.0
    for size in range(1, n + 1):
        atoms = encoder.encode_text([one.candidate.label for one in ranked[:size]])
        coverage = float(np.maximum(reference @ atoms.T, 0).max(axis=1).mean())
        assert ranked[size - 1].score is not None
        assert ranked[size - 1].score >= 0
        total += ranked[size - 1].score
        assert total == pytest.approx(coverage, abs=1e-3)


@pytest.mark.parametrize("n", [0, 1])
@pytest.mark.parametrize(
    "selection",
    [one for one in SELECTIONS if not isinstance(one, ClusterSelection)],
    ids=lambda one: type(one).__name__,
)
def test_orders_of_none_and_one(selection: Selection, n: int) -> None:
    assert len(order(selection, 0, n)[1]) == n


def test_redundancy_puts_off_what_is_near_a_chosen_one() -> None:
    atoms = np.array([[1, 0, 0], [0.9, 0.43589, 0], [0, 0, 1]], np.float32)
    reference = np.array([[1, 0, 0]] * 10 + [[0, 1, 0]] * 2 + [[-0.6, 0, 0.8]], np.float32)
    # The second gains .87 beside the first, the third .8; the second is near the first.
    assert greedy(atoms, reference)[0] == [0, 1, 2]
    assert greedy(atoms, reference, redundancy=0.5)[0] == [0, 2, 1]


def test_nearest_is_the_best_cosine_to_a_chosen_one() -> None:
    atoms = unit(5, 600)
    nearest = Nearest(atoms)
    assert nearest.cosine(3) == 0
    for chosen in range(300):  # more than one block
        nearest.choose(chosen)
    for index in (3, 299, 599):
        assert nearest.cosine(index) == pytest.approx((atoms[:300] @ atoms[index]).max(), abs=1e-5)


@pytest.mark.parametrize("screened", [False, True])
def test_groups_of_many_are_ordered_too(screened: bool) -> None:
    class Falling:
        """Worth by the table, halved for each that is chosen."""

        def __init__(self) -> None:
            self.table = np.random.default_rng(0).permutation(1000).astype(float)
            self.looks = 0

        def is_quick(self, index: int) -> bool:
            return index % 2 == 0

        def ceilings(self) -> NDArray[np.float64] | None:
            return np.asarray(self.table * 1.5, np.float64) if screened else None

        def bounds(self, indices: Sequence[int]) -> list[float] | None:
            return [float(self.table[index] * 1.1) for index in indices] if screened else None

        def values(self, indices: Sequence[int]) -> list[float]:
            self.looks += len(indices)
            return [float(self.table[index]) for index in indices]

        def choose(self, index: int) -> None:
            self.table /= 2

    one = Falling()
    expected = np.argsort(-one.table, kind="stable").tolist()
    assert lazy_greedy(one, range(1000))[0] == expected
    assert lazy_greedy(one, range(1000), most=7)[0] == expected[:7]


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("redundancy", [0.0, 0.5])
def test_screening_changes_nothing(
    redundancy: float, exact: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    atoms, reference = unit(0, 160, 48), unit(1, 400, 48)
    atoms[:30] = (reference[:30] + 0.3 * unit(2, 30, 48)) / 1.2
    atoms[80:95] = atoms[:15]  # ties
    atoms /= np.linalg.norm(atoms, axis=1, keepdims=True)
    monkeypatch.setattr(greedy_choice, "_ROWS", 128)
    monkeypatch.setattr(greedy_choice, "_GROUP", 16)
    monkeypatch.setattr(greedy_choice, "_ENTRIES", 0)
    plain = greedy(atoms, reference, redundancy=redundancy)
    monkeypatch.setattr(greedy_choice, "_SCREENED", 0)
    monkeypatch.setattr(screen, "_is_exact", lambda: exact)
    looks: list[int] = []
    values = greedy_choice.Facility.values

    def counted(self: greedy_choice.Facility, indices: Sequence[int]) -> list[float]:
        looks.append(len(indices))
        return values(self, indices)

    monkeypatch.setattr(greedy_choice.Facility, "values", counted)
    assert greedy(atoms, reference, redundancy=redundancy) == plain
    assert greedy(atoms, reference, redundancy=redundancy, most=9) == (plain[0][:9], plain[1][:9])
    assert looks


@pytest.mark.parametrize("largest", [63, 127])
def test_bounds_are_above_gains_and_near_them(
    largest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "_is_exact", lambda: largest == 127)
    atoms, reference = unit(3, 64, 96), unit(4, 500, 96)
    atoms[0] = 0
    strips = [reference[:250], reference[250:]]
    covered = np.abs(np.random.default_rng(5).normal(0, 0.1, (2, 250))).astype(np.float32)
    weights = np.random.default_rng(6).uniform(0, 2, (2, 250))
    gains = np.zeros(64)
    for strip, cover, weight in zip(strips, covered, weights, strict=True):
        more = np.maximum(atoms.astype(np.float64) @ strip.T.astype(np.float64) - cover, 0)
        gains += (more * weight).sum(axis=1)
    bounds = screen.Screen(strips).bounds(atoms, covered, weights)
    assert (bounds >= gains).all()
    slack = 0.025 if largest == 127 else 0.04  # of a cosine
    assert (bounds <= gains + slack * weights.sum()).all()
    assert bounds[0] < 0.03 * weights.sum()
    rough = screen.Spread(atoms, strips, weights).bounds(covered)
    assert (rough >= gains).all()
    nothing = np.zeros_like(covered)
    positive = sum(
        (np.maximum(atoms @ strip.T, 0) * weight).sum(axis=1)
        for strip, weight in zip(strips, weights, strict=True)
    )
    rough = screen.Spread(atoms, strips, weights).bounds(nothing)
    assert (rough >= positive).all()
    assert (rough[1:] <= 1.4 * positive[1:]).all()


def test_an_order_of_many_ends_with_the_size(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = [candidate(str(place), 40 - place) for place in range(30)]
    context = Context(Rows(3), ReferenceItems.of_captions([str(row) for row in range(12)]))
    whole = select("coverage", CoverageSelection(), pool, context, 7)
    monkeypatch.setattr(base, "_WHOLE", 29)
    asked: list[int | None] = []
    lazy = greedy_choice.lazy_greedy

    def watched(*arguments: Any, most: int | None, **options: Any) -> Any:
        asked.append(most)
        return lazy(*arguments, most=most, **options)

    monkeypatch.setattr(coverage, "lazy_greedy", watched)
    ended = select("coverage", CoverageSelection(), pool, context, 7)
    assert asked == [7]
    assert ended.kept == whole.kept
    assert {(drop.reason, drop.rank, drop.score) for drop in ended.dropped} == {
        ("not-selected", None, None)
    }
    assert [drop.rank for drop in whole.dropped] == list(range(8, 31))
    # What was made further than it is asked for gives the same.
    entry = SelectionEntry("coverage", CoverageSelection())
    further = order_all(entry, Outcome(tuple(pool)), context, 12)
    assert take(further, 7, "coverage") == ended
    assert reaches(further, 7)
    assert reaches(further, 12)
    assert not reaches(further, 13)
    assert not reaches(further, None)
    assert reaches(order_all(entry, Outcome(tuple(pool)), context), None)


def test_protected_words_count_to_the_size_of_an_order_that_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pool = [
        replace(candidate(str(place), 40 - place), protected=place in (11, 25))
        for place in range(30)
    ]
    context = Context(Rows(4), ReferenceItems.of_captions([str(row) for row in range(12)]))
    whole = select("coverage", CoverageSelection(), pool, context, 6)
    monkeypatch.setattr(base, "_WHOLE", 29)
    assert select("coverage", CoverageSelection(), pool, context, 6).kept == whole.kept
