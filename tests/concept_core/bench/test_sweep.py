from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from concept_core import decompose
from concept_core.bench.sweep import Sweep, prefix_sizes, sweep
from concept_core.decomposition.dictionary import Dictionary
from concept_core.errors import DataError, UsageError
from concept_core.files import pretty_json
from concept_core.measures.fidelity import area, fidelity
from concept_core.tasks.metrics import classify
from concept_core.tasks.zero_shot import ZeroShot, prepare
from concept_core.vocabulary import Concept, Vocabulary
from tests.problems import unit
from tests.tasks_toy import SPEC, embedded

CLASSES = ("dog", "rain", "siren")
DIM = 12


def vocabulary(name: str, size: int) -> Vocabulary:
    labels = ["Dog", *(f"{name} {i}" for i in range(1, size))]
    concepts = tuple(Concept(f"{name}-{i}", label, "word", 0) for i, label in enumerate(labels))
    return Vocabulary(name, "1.0.0", concepts, {"licence": "not stated"})


def entry(name: str, size: int, seed: int) -> tuple[Vocabulary, Dictionary]:
    rng = np.random.default_rng(seed)
    one = vocabulary(name, size)
    atoms = unit(np.concatenate([np.eye(1, DIM), rng.standard_normal((size - 1, DIM))]))
    return one, Dictionary(
        atoms.astype(np.float32), tuple(one.labels), one.content_hash, SPEC.fingerprint
    )


def made(x: np.ndarray, truth: np.ndarray) -> ZeroShot:
    data = embedded(x, truth, np.eye(3, DIM))
    return prepare(replace(data, classes=CLASSES))


@pytest.fixture
def task() -> ZeroShot:
    """Thirty clips around three class prompts."""
    rng = np.random.default_rng(0)
    truth = np.repeat(np.arange(3), 10)
    return made(np.eye(3, DIM)[truth] + 0.35 * rng.standard_normal((30, DIM)), truth)


def test_points_are_what_decomposing_and_classifying_give(task: ZeroShot) -> None:
    entries = [entry("one", 40, 1), entry("two", 20, 2)]
    found = sweep(task, entries, l0=(4, 1), sizes=(20, None))
    places = [(point.vocabulary, point.size, point.value) for point in found.points]
    assert places == [
        *[("one@1.0.0", size, value) for size in (20, 40) for value in (1, 4)],
        *[("two@1.0.0", 20, value) for value in (1, 4)],
    ]
    for point, (_, dictionary) in zip(
        found.points, [*[entries[0]] * 4, *[entries[1]] * 2], strict=True
    ):
        result = decompose(task.rows, dictionary.atoms[: point.size], l0=int(point.value))
        right = classify(result.reconstruct(), task.data.class_atoms) == task.truth
        assert point.accuracy == pytest.approx(right.mean())
        assert point.low <= point.accuracy <= point.high
        kept = fidelity(task.rows, result)
        assert point.centred_cosine == pytest.approx(kept.centred_cosine)
        assert point.explained_variance == pytest.approx(kept.explained_variance)
        assert point.l0_mean == pytest.approx(result.l0.mean())
        assert point.class_names == 1
        assert point.retention == pytest.approx(point.accuracy / found.dense_accuracy)


def test_baselines_stand_beside(task: ZeroShot) -> None:
    found = sweep(task, [entry("one", 20, 1)], l0=(2,))
    dense = classify(task.rows, task.data.class_atoms) == task.truth
    assert found.dense_accuracy == pytest.approx(dense.mean())
    assert found.dense_low <= found.dense_accuracy <= found.dense_high
    # The mean is one answer for all clips: right for one class of three.
    assert found.mean_only_accuracy == pytest.approx(1 / 3)
    assert found.n == 30 and found.about["dataset"] == "toy"


def test_penalties_in_rising_order(task: ZeroShot) -> None:
    entries = [entry("one", 40, 1), entry("two", 20, 2)]
    found = sweep(task, entries, l1=(0.3, 0.1, 0.3))
    assert [point.value for point in found.points] == [0.1, 0.3, 0.1, 0.3]
    assert {point.mode for point in found.points} == {"l1"}
    assert found.points[0].l0_mean > found.points[1].l0_mean
    for point, (_, dictionary) in zip(
        found.points, [*[entries[0]] * 2, *[entries[1]] * 2], strict=True
    ):
        alone = decompose(task.rows, dictionary.atoms, l1=point.value)
        assert point.l0_mean == pytest.approx(alone.l0.mean())
        assert point.cosine == pytest.approx(alone.cosine.mean(), abs=1e-6)


def test_areas_over_limits(task: ZeroShot) -> None:
    found = sweep(task, [entry("one", 40, 1), entry("two", 20, 2)], l0=(1, 2, 8))
    assert [(one.vocabulary, one.low, one.high) for one in found.areas] == [
        ("one@1.0.0", 1, 8),
        ("two@1.0.0", 1, 8),
    ]
    first = found.points[:3]
    assert found.areas[0].accuracy == pytest.approx(area([1, 2, 8], [p.accuracy for p in first]))
    variance = [point.explained_variance or 0.0 for point in first]
    assert found.areas[0].explained_variance == pytest.approx(area([1, 2, 8], variance))


def test_areas_of_penalties_over_what_all_curves_reach(task: ZeroShot) -> None:
    found = sweep(task, [entry("one", 40, 1), entry("two", 20, 2)], l1=(0.02, 0.1, 0.3))
    l0 = [[point.l0_mean for point in found.points[i : i + 3]] for i in (0, 3)]
    assert found.areas[0].low == max(min(one) for one in l0)
    assert found.areas[0].high == min(max(one) for one in l0)


def test_curves_that_share_no_l0_have_no_areas(task: ZeroShot) -> None:
    assert sweep(task, [entry("one", 40, 1)], l1=(9.0,)).areas == ()


def test_nothing_fires(task: ZeroShot) -> None:
    (point,) = sweep(task, [entry("one", 20, 1)], l1=(9.0,)).points
    assert (point.l0_mean, point.accuracy, point.empty) == (0, 0, 30)
    assert (point.cosine, point.centred_cosine, point.retention) == (0, 0, 0)


def test_no_dense_accuracy_no_retention(task: ZeroShot) -> None:
    x = np.tile(np.eye(1, DIM, dtype=np.float32), (30, 1))
    wrong = made(x, np.full(30, 2))
    (point,) = sweep(wrong, [entry("one", 20, 1)], l0=(2,)).points
    assert point.retention is None and point.explained_variance is None


def test_one_clip(task: ZeroShot) -> None:
    one = made(task.rows[:1], task.truth[:1])
    (point,) = sweep(one, [entry("one", 20, 1)], l0=(3,)).points
    # Right or wrong, one clip says little: Wilson's interval.
    assert point.low <= point.accuracy <= point.high
    assert point.high - point.low == pytest.approx(0.7935, abs=1e-4)


def test_equal_runs_equal_sweeps_as_json(task: ZeroShot) -> None:
    entries = [entry("one", 20, 1)]
    one, two = (sweep(task, entries, l0=(1, 3), seed=7) for _ in range(2))
    assert one == two
    data = json.loads(pretty_json(one.to_dict()))
    assert data["about"]["bootstrap"]["seed"] == 7
    assert data["points"][1]["value"] == 3


def test_progress_counts_prefixes(task: ZeroShot) -> None:
    told: list[tuple[int, int]] = []

    def show(done: int, total: int) -> None:
        told.append((done, total))

    sweep(task, [entry("one", 20, 1), entry("two", 9, 2)], l0=(1, 2), sizes=(5, 20), progress=show)
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("size", "asked", "found"),
    [(10, [None], [10]), (10, [5, None, 10], [5, 10]), (10, [20, 3], [3]), (10, [20], [])],
)
def test_sizes(size: int, asked: list[int | None], found: list[int]) -> None:
    assert prefix_sizes(size, asked) == found


def run(task: ZeroShot, **options: object) -> Sweep:
    return sweep(task, [entry("one", 20, 1)], **options)  # type: ignore[arg-type]


def test_wrong_calls(task: ZeroShot) -> None:
    for options in ({}, {"l0": (1,), "l1": (0.1,)}):
        with pytest.raises(UsageError, match="give exactly one grid"):
            run(task, **options)
    with pytest.raises(UsageError, match="l0 is a whole number"):
        run(task, l0=(0,))
    for size in (0, 21):
        with pytest.raises(UsageError, match=f"size {size}: the largest vocabulary has 20"):
            run(task, l0=(1,), sizes=(size,))
    with pytest.raises(UsageError, match="no vocabularies"):
        sweep(task, [], l0=(1,))
    with pytest.raises(DataError, match="no clips to sweep"):
        run(made(task.rows[:0], task.truth[:0]), l0=(1,))
    with pytest.raises(DataError, match="another vocabulary or encoder than one@1.0.0"):
        other = replace(task.items, encoder=replace(SPEC, checkpoint="1" * 64))
        run(replace(task, items=other), l0=(1,))


def test_what_a_notebook_shows(task: ZeroShot) -> None:
    found = sweep(task, [entry("one", 20, 1), entry("one", 9, 2)], l0=(1, 2))
    frame = found.to_frame()
    assert frame["accuracy"].tolist() == [point.accuracy for point in found.points]
    assert frame["vocabulary"].nunique() == 2
    assert repr(found).startswith("Sweep(4 points of 2 vocabularies on 30 clips: dense accuracy")
    assert "<table" in found._repr_html_()
