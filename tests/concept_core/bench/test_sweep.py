from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from concept_core import decompose
from concept_core.bench.baselines import RANDOM
from concept_core.bench.bench import Bench
from concept_core.bench.grid import SWEPT, prefix_sizes
from concept_core.bench.sweep import Sweep
from concept_core.decomposition.dictionary import Dictionary
from concept_core.errors import DataError, UsageError
from concept_core.files import pretty_json
from concept_core.measures.fidelity import area, fidelity
from concept_core.tasks.items import Captioned, Embedded
from concept_core.tasks.metrics import classify
from concept_core.tasks.request import TASKS, TaskRequest
from concept_core.vocabulary import Concept, Vocabulary
from tests.tasks_toy import SPEC, Unasked, clusters, embedded, items, unit

CLASSES = ("dog", "rain", "siren")
DIM = 12
TRUTH = np.repeat(np.arange(3), 10)

Entry = tuple[Vocabulary, Dictionary]


def vocabulary(name: str, size: int) -> Vocabulary:
    labels = ["Dog", *(f"{name} {i}" for i in range(1, size))]
    concepts = tuple(Concept(f"{name}-{i}", label, "word", 0) for i, label in enumerate(labels))
    return Vocabulary(name, "1.0.0", concepts, {"licence": "not stated"})


def entry(name: str, size: int, seed: int) -> Entry:
    rng = np.random.default_rng(seed)
    one = vocabulary(name, size)
    atoms = unit(np.concatenate([np.eye(1, DIM), rng.standard_normal((size - 1, DIM))]))
    return one, Dictionary(atoms, tuple(one.labels), one.content_hash, SPEC.fingerprint)


def made(x: np.ndarray, truth: np.ndarray, **more: Any) -> Embedded:
    return replace(embedded(x, truth, np.eye(3, DIM), **more), classes=CLASSES)


def around(truth: np.ndarray, noise: float = 0.35) -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.eye(3, DIM)[truth] + noise * rng.standard_normal((len(truth), DIM))


@pytest.fixture
def clips() -> Embedded:
    """Thirty clips around three class prompts."""
    return made(around(TRUTH), TRUTH)


class Given(Bench):
    """A bench whose dictionaries are given."""

    def __init__(
        self, data: Embedded | Captioned, entries: Sequence[Entry], task: str, **request: Any
    ) -> None:
        super().__init__(TaskRequest(task, "toy", **request), Unasked(), data)
        self.known = {words.content_hash: atoms for words, atoms in entries}

    def dictionary(self, vocabulary: Vocabulary) -> Dictionary:
        return self.known[vocabulary.content_hash]


def swept(
    data: Embedded | Captioned,
    entries: Sequence[Entry],
    task: str = "zero-shot",
    seed: int = 0,
    learned: tuple[str, ...] = (),
    **grid: Any,
) -> Sweep:
    over = Given(data, entries, task, seed=seed, learned=learned)
    return over.sweep([words for words, _ in entries], **{"draws": 2, **grid})


def labelled() -> Embedded:
    """Sixty clips of twenty recordings in three folds: what tasks that train ask for."""
    truth = np.arange(60) % 3
    folds = [str(1 + place // 20) for place in range(60)]
    data = made(around(truth, 0.6), truth, folds=folds)
    recordings = tuple(f"recording {place // 3}" for place in range(60))
    return replace(data, items=replace(data.items, recordings=recordings))


def several() -> Embedded:
    """Clips with any number of classes each."""
    rng = np.random.default_rng(5)
    targets = rng.random((60, 3)) < 0.5
    folds = [str(1 + place % 3) for place in range(60)]
    x = targets @ np.eye(3, DIM) + 0.4 * rng.standard_normal((60, DIM))
    return embedded(x, None, np.eye(3, DIM), targets=targets, folds=folds)


def captioned() -> Captioned:
    """Twelve clips with two captions each."""
    x, _, _ = clusters(np.random.default_rng(2), 12, 4, DIM, 0.5)
    texts = tuple((f"{place} one", f"{place} two") for place in range(12))
    near = np.repeat(x, 2, axis=0) + 0.3 * np.random.default_rng(3).standard_normal((24, DIM))
    return Captioned(items(12, kind="captions"), x, texts, unit(near))


METHODS = ("dictionary-learning", "top-k-autoencoder")
LIMITS, PENALTIES = {"l0": (3, 1)}, {"l1": (0.3, 0.1)}


@pytest.mark.parametrize(
    ("task", "data", "more", "grid"),
    [
        ("zero-shot", labelled, {}, LIMITS),
        ("zero-shot", labelled, {}, PENALTIES),
        ("zero-shot", several, {}, LIMITS),
        ("retrieval", captioned, {}, LIMITS),
        ("retrieval", captioned, {}, PENALTIES),
        ("few-shot", labelled, {"shots": (1, 3)}, LIMITS),
        # Slow, as they train: a point each.
        ("zero-shot", labelled, {"learned": METHODS}, {"l0": (3,)}),
        ("linear-probe", labelled, {}, {"l0": (3,)}),
        ("linear-probe", several, {}, {"l0": (3,)}),
        ("finetuned", labelled, {"epochs": 2}, {"l0": (3,)}),
    ],
)
def test_a_point_is_what_the_scorecard_tells(
    task: str, data: Any, more: dict[str, Any], grid: dict[str, Any]
) -> None:
    if task == "finetuned":
        pytest.importorskip("torch", reason="the projection is trained with torch")
    words, dictionary = entry("one", 20, 1)
    over = Given(data(), [(words, dictionary)], task, seed=3, **more)
    sizes = (8, None) if len(*grid.values()) > 1 else (8,)
    found = over.sweep([words], sizes=sizes, **grid)
    assert [(one.size, one.value) for one in found.points] == [
        (size or 20, value) for size in sizes for value in sorted(*grid.values())
    ]
    # Of a bench of its own: the sweep has found nothing for it.
    over = Given(data(), [(words, dictionary)], task, seed=3, **more)
    for point in found.points:
        part = words[: point.size]
        sparsity = int(point.value) if point.mode == "l0" else point.value
        card = over.score(part, dictionary.prefix(part), **{point.mode: sparsity})
        assert found.metric == card.main_metric
        assert point.main == card.main
        assert point.random == card.random and point.random["draws"] == 10
        assert (point.l0_mean, point.cosine) == (card.l0_mean, card.cosine_mean)
        assert point.explained_variance == card.explained_variance
        assert (point.empty, point.not_converged) == (card.empty, card.not_converged)
        assert point.class_names == len(card.class_names_in_vocabulary)
        assert point.baselines == card.baselines
        assert tuple(point.baselines) == found.methods == more.get("learned", ())
        shared = set(found.about) & set(card.to_dict()) - {"metrics"}
        assert {name: getattr(card, name) for name in shared} == {
            name: found.about[name] for name in shared
        }
    assert (found.dense, found.mean_only) == (card.main.dense, card.main.mean_only)


def test_only_the_rows_that_are_scored_count() -> None:
    data = labelled()
    info = replace(data.items.info, train_folds=("1", "2"), test_folds=("3",))
    official = replace(data.items, info=info)
    over = Given(replace(data, items=official), [entry("one", 20, 1)], "linear-probe")
    assert len(over.task.scored) < len(over.task.rows)
    (point,) = over.sweep([entry("one", 20, 1)[0]], l1=(0.1,), draws=0).points
    result = decompose(over.task.rows, entry("one", 20, 1)[1], l1=0.1)
    assert point.l0_mean == pytest.approx(result.l0[over.task.scored].mean())
    assert point.l0_mean != pytest.approx(result.l0.mean())


def test_points_are_what_decomposing_and_classifying_give(clips: Embedded) -> None:
    entries = [entry("one", 40, 1), entry("two", 20, 2)]
    found = swept(clips, entries, l0=(4, 1), sizes=(20, None))
    places = [(point.vocabulary, point.size, point.value) for point in found.points]
    assert places == [
        *[("one@1.0.0", size, value) for size in (20, 40) for value in (1, 4)],
        *[("two@1.0.0", 20, value) for value in (1, 4)],
    ]
    for point, (_, dictionary) in zip(
        found.points, [*[entries[0]] * 4, *[entries[1]] * 2], strict=True
    ):
        result = decompose(clips.x, dictionary.atoms[: point.size], l0=int(point.value))
        right = classify(result.reconstruct(), clips.class_atoms) == clips.labels
        assert point.main.value == pytest.approx(right.mean())
        low, high = point.main.interval
        assert low <= point.main.value <= high
        kept = fidelity(clips.x, result)
        assert point.centred_cosine == pytest.approx(kept.centred_cosine)
        assert point.explained_variance == pytest.approx(kept.explained_variance)
        assert point.l0_mean == pytest.approx(result.l0.mean())
        assert point.class_names == 1
        assert point.main.retention == pytest.approx(point.main.value / found.dense)


def test_baselines_stand_beside(clips: Embedded) -> None:
    found = swept(clips, [entry("one", 20, 1)], l0=(2,))
    dense = classify(clips.x, clips.class_atoms) == clips.labels
    assert found.dense == pytest.approx(dense.mean())
    assert found.dense_interval[0] <= found.dense <= found.dense_interval[1]
    # The mean is one answer for all clips: right for one class of three.
    assert found.mean_only == pytest.approx(1 / 3)
    assert (found.metric, found.n, found.about["dataset"]) == ("accuracy", 30, "toy")


def test_random_directions_of_the_same_size_and_sparsity(clips: Embedded) -> None:
    entries = [entry("one", 40, 1), entry("two", 20, 2)]
    found = swept(clips, entries, l0=(1, 4), sizes=(20, None), draws=3)
    by_place = {(one.vocabulary, one.size, one.value): one for one in found.points}
    for value in (1, 4):
        one, two = by_place["one@1.0.0", 20, value], by_place["two@1.0.0", 20, value]
        assert (one.main.random, one.main.random_sd) == (two.main.random, two.main.random_sd)
        larger = by_place["one@1.0.0", 40, value]
        assert larger.random["kind"] == RANDOM and larger.random["draws"] == 3
        assert larger.random["l0_mean"] == value
        assert larger.main.random != one.main.random
        assert larger.main.random_sd is not None and larger.main.random_sd > 0


def test_fewer_draws_are_the_first_of_the_same(clips: Embedded) -> None:
    one, two, none = (swept(clips, [entry("one", 20, 1)], l0=(2,), draws=n) for n in (1, 2, 0))
    assert one.points[0].main.random_sd is None
    first, both = one.points[0].main.random, two.points[0].main.random
    spread = two.points[0].main.random_sd
    assert first is not None and both is not None and spread is not None
    assert abs(first - both) == pytest.approx(spread / np.sqrt(2))
    (point,) = none.points
    assert (point.main.random, point.main.random_sd, point.random) == (None, None, {})
    assert replace(point.main, random=both, random_sd=spread) == two.points[0].main


def test_penalties_in_rising_order(clips: Embedded) -> None:
    entries = [entry("one", 40, 1), entry("two", 20, 2)]
    found = swept(clips, entries, l1=(0.3, 0.1, 0.3))
    assert [point.value for point in found.points] == [0.1, 0.3, 0.1, 0.3]
    assert {point.mode for point in found.points} == {"l1"}
    assert found.points[0].l0_mean > found.points[1].l0_mean
    for point in found.points:
        assert point.random["l0_mean"] == pytest.approx(point.l0_mean, rel=0.2)


def test_areas_over_limits(clips: Embedded) -> None:
    found = swept(clips, [entry("one", 40, 1), entry("two", 20, 2)], l0=(1, 2, 8))
    assert [(one.vocabulary, one.low, one.high) for one in found.areas] == [
        ("one@1.0.0", 1, 8),
        ("two@1.0.0", 1, 8),
    ]
    first = found.points[:3]
    assert found.areas[0].value == pytest.approx(area([1, 2, 8], [p.main.value for p in first]))
    variance = [point.explained_variance or 0.0 for point in first]
    assert found.areas[0].explained_variance == pytest.approx(area([1, 2, 8], variance))


def test_areas_of_penalties_over_what_all_curves_reach(clips: Embedded) -> None:
    found = swept(clips, [entry("one", 40, 1), entry("two", 20, 2)], l1=(0.02, 0.1, 0.3))
    l0 = [[point.l0_mean for point in found.points[i : i + 3]] for i in (0, 3)]
    assert found.areas[0].low == max(min(one) for one in l0)
    assert found.areas[0].high == min(max(one) for one in l0)


def test_curves_that_share_no_l0_have_no_areas(clips: Embedded) -> None:
    assert swept(clips, [entry("one", 40, 1)], l1=(9.0,)).areas == ()


def test_nothing_fires(clips: Embedded) -> None:
    (point,) = swept(clips, [entry("one", 20, 1)], l1=(9.0,)).points
    assert (point.l0_mean, point.main.value, point.empty) == (0, 0, 30)
    assert (point.cosine, point.centred_cosine, point.main.retention) == (0, 0, 0)


def test_no_dense_accuracy_no_retention() -> None:
    wrong = made(np.tile(np.eye(1, DIM), (30, 1)), np.full(30, 2))
    found = swept(wrong, [entry("one", 20, 1)], l0=(2,))
    assert found.points[0].main.retention is None
    assert found.points[0].explained_variance is found.areas[0].explained_variance is None


def test_one_clip(clips: Embedded) -> None:
    (point,) = swept(clips.take(np.array([0])), [entry("one", 20, 1)], l0=(3,)).points
    # Right or wrong, one clip says little: Wilson's interval.
    low, high = point.main.interval
    assert low <= point.main.value <= high
    assert high - low == pytest.approx(0.7935, abs=1e-4)


def test_equal_runs_equal_sweeps_as_json(clips: Embedded) -> None:
    entries = [entry("one", 20, 1)]
    one, two = (swept(clips, entries, l0=(1, 3), seed=7) for _ in range(2))
    assert one == two
    data = json.loads(pretty_json(one.to_dict()))
    assert data["about"]["bootstrap"]["seed"] == 7
    assert data["metric"] == data["about"]["main_metric"] == "accuracy"
    assert data["points"][1]["value"] == 3
    assert data["points"][1]["main"]["value"] == one.points[1].main.value


def test_progress_counts_points(clips: Embedded) -> None:
    told: list[tuple[int, int]] = []

    def show(done: int, total: int) -> None:
        told.append((done, total))

    entries = [entry("one", 20, 1), entry("two", 9, 2)]
    swept(clips, entries, l0=(1, 2), sizes=(5, 20), progress=show)
    assert told == [(done, 6) for done in range(1, 7)]


@pytest.mark.parametrize(
    ("size", "asked", "found"),
    [(10, [None], [10]), (10, [5, None, 10], [5, 10]), (10, [20, 3], [3]), (10, [20], [])],
)
def test_sizes(size: int, asked: list[int | None], found: list[int]) -> None:
    assert prefix_sizes(size, asked) == found


def test_wrong_calls(clips: Embedded) -> None:
    one = [entry("one", 20, 1)]
    for options in ({}, {"l0": (1,), "l1": (0.1,)}):
        with pytest.raises(UsageError, match="give exactly one grid"):
            swept(clips, one, **options)
    with pytest.raises(UsageError, match="l0 is a whole number"):
        swept(clips, one, l0=(0,))
    for size in (0, 21):
        with pytest.raises(UsageError, match=f"size {size}: the largest vocabulary has 20"):
            swept(clips, one, l0=(1,), sizes=(size,))
    with pytest.raises(UsageError, match="no sizes to sweep; give one or more"):
        swept(clips, one, l0=(1,), sizes=())
    with pytest.raises(UsageError, match="no vocabularies"):
        swept(clips, [], l0=(1,))
    with pytest.raises(
        UsageError, match="draws is a whole number of dictionaries, 0 or more; got -1"
    ):
        swept(clips, one, l0=(1,), draws=-1)
    with pytest.raises(DataError, match="no clips to sweep"):
        swept(clips.take(np.array([], int)), one, l0=(1,))
    other = replace(clips.items, encoder=replace(SPEC, checkpoint="1" * 64))
    with pytest.raises(DataError, match="another vocabulary or encoder than one@1.0.0"):
        swept(replace(clips, items=other), one, l0=(1,))


@pytest.mark.parametrize("task", sorted(set(TASKS) - set(SWEPT)))
def test_tasks_that_are_no_curve(clips: Embedded, task: str) -> None:
    more = {"without": ("Dog",)} if task == "intervention" else {}
    over = Given(clips, [entry("one", 20, 1)], task, **more)
    with pytest.raises(UsageError, match=f"{task} cannot be swept: .*sweep one of zero-shot, ret"):
        over.sweep([entry("one", 20, 1)[0]], l0=(1,))


def test_what_a_notebook_shows(clips: Embedded) -> None:
    found = swept(clips, [entry("one", 20, 1), entry("one", 9, 2)], l0=(1, 2))
    frame = found.to_frame()
    assert frame["value"].tolist() == [point.main.value for point in found.points]
    assert frame["setting"].tolist() == [1, 2, 1, 2]
    assert set(frame["metric"]) == {"accuracy"}
    low, _ = found.points[0].main.difference_interval
    assert frame["difference_low"][0] == low
    assert frame["vocabulary"].nunique() == 2
    assert repr(found).startswith("Sweep(4 points of 2 vocabularies on 30 clips: dense accuracy")
    assert "<table" in found._repr_html_()
