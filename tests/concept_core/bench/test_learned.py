"""Learned directions beside a vocabulary: from which clips, at what sparsity, on what card."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from concept_core.bench import learned
from concept_core.bench.bench import Bench
from concept_core.bench.replay import replay, request_of
from concept_core.errors import UsageError
from concept_core.tasks.metrics import NO_CLASS
from concept_core.tasks.request import TaskRequest
from concept_core.tasks.task import Representation
from tests.esc50_layout import write_layout
from tests.tasks_toy import bench, clusters, dictionary, embedded, vocabulary
from tests.toy import ToyEncoder

WORDS = vocabulary(*(f"w{place}" for place in range(40)))
METHOD = "dictionary-learning"


def problem(task: str = "zero-shot", **request: object) -> Bench:
    rng = np.random.default_rng(0)
    x, labels, centres = clusters(rng, 90, 3, 8, 0.3)
    folds = [str(1 + place // 30) for place in range(90)]
    return bench(embedded(x, labels, centres, folds=folds), task, learned=(METHOD,), **request)


def words() -> object:
    return dictionary(WORDS, np.random.default_rng(1).standard_normal((40, 8)))


@pytest.fixture
def taught(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """The rows that are learned from."""
    rows: list[np.ndarray] = []

    def learn(x: np.ndarray, size: int, **how: object) -> np.ndarray:
        rows.append(x)
        return learn_dictionary(x, size, **how)

    learn_dictionary = learned.learn_dictionary
    made = partial(learned.LearnedDirections, learn=learn)
    monkeypatch.setattr("concept_core.bench.evaluating.LearnedDirections", made)
    return rows


@pytest.mark.parametrize("task", ["zero-shot", "linear-probe", "few-shot"])
def test_each_fold_is_judged_by_what_the_others_taught(task: str, taught: list[np.ndarray]) -> None:
    over = problem(task)
    card = over.score(WORDS, words(), l0=2)
    found = card.baselines[METHOD]
    assert len(taught) == 3
    x, folds = over.data.x, np.array(over.data.items.folds)
    for rows, name in zip(taught, "123", strict=True):
        assert np.array_equal(rows, x[folds != name])
    # 60 rows allow 30 directions; the vocabulary has 40 concepts.
    assert (found.size, found.about["rows"], found.about["l0"]) == (30, [60, 60, 60], 2)
    assert found.values.keys() == card.metrics.keys()
    assert found.l0_mean == pytest.approx(2, abs=0.2)
    # Three clusters in eight dimensions: what is learned from them explains them.
    assert 0.5 < found.values[card.main_metric] <= 1
    assert found.cosine_mean > card.cosine_mean


def test_a_split_alone_is_answered_as_among_the_others() -> None:
    task = problem("linear-probe").task
    rows = Representation(task.rows, task.rows)
    whole = task.answer(rows).predicted
    for part in task.parts:
        alone = task.of_split(part).answer(rows).predicted
        assert np.array_equal(alone[part.test], whole[part.test])
        others = np.setdiff1d(np.arange(len(whole)), part.test)
        assert set(alone[others]) == {NO_CLASS}


def test_clips_that_are_not_scored_are_what_is_learned_from(taught: list[np.ndarray]) -> None:
    over = problem(folds=("3",))
    card = over.score(WORDS, words(), l0=2)
    (rows,) = taught
    assert (card.n, len(rows)) == (30, 60)
    assert not {row.tobytes() for row in rows} & {row.tobytes() for row in over.data.x}
    assert "not scored" in card.baselines[METHOD].about["learned_from"]


def test_a_mean_l0_is_met(taught: list[np.ndarray]) -> None:
    card = problem().score(WORDS, words(), l1=0.2)
    found = card.baselines[METHOD]
    assert len(found.about["l1"]) == 3
    assert found.l0_mean == pytest.approx(card.l0_mean, rel=0.03)


def test_where_there_is_nothing_to_learn_from_the_card_says_so() -> None:
    rng = np.random.default_rng(0)
    x, labels, centres = clusters(rng, 30, 3, 8, 0.3)
    one = bench(embedded(x, labels, centres), learned=(METHOD,)).score(WORDS, words(), l0=2)
    found = one.baselines[METHOD]
    assert (found.size, found.values) == (0, {})
    assert "no 20 clips" in found.about["none"]
    removed = problem("intervention", without=("w1",)).score(WORDS, words(), l0=2)
    assert "no concept" in removed.baselines[METHOD].about["none"]
    projected = problem("finetuned", epochs=1).score(WORDS, words(), l0=2)
    assert "projected" in projected.baselines[METHOD].about["none"]


def test_a_card_without_it_is_what_it_was() -> None:
    over = problem()
    card = replace(over.score(WORDS, words(), l0=2), baselines={})
    plain = Bench(replace(over.request, learned=()), over.encoder, over.data)
    assert plain.score(WORDS, words(), l0=2).to_json() == card.to_json()
    assert "baselines" not in card.to_dict()


def test_an_unknown_method_is_refused_at_once() -> None:
    with pytest.raises(UsageError, match="dictionary-learning"):
        TaskRequest("zero-shot", "esc10", learned=("dictionary",))


def test_other_folds_of_a_folder_are_looked_for_and_a_card_replays(tmp_path: Path) -> None:
    names = ("dog", "rain", "helicopter")
    clips = [(f"{name} {place}.wav", 1 + place % 2, name) for name in names for place in range(16)]
    folder = write_layout(tmp_path / "esc", clips).parent / "esc"
    (tmp_path / "list.txt").write_text("dog\nrain\nbird\n", encoding="utf-8")
    request = TaskRequest("zero-shot", "esc10", ("1",), learned=(METHOD,))
    card = Bench(request, ToyEncoder(), folder).score(tmp_path / "list.txt", l0=1)
    found = card.baselines[METHOD]
    assert (card.n, found.about["rows"], found.size) == (24, [24], 3)
    (tmp_path / "card.json").write_text(card.to_json(), encoding="utf-8")
    assert request_of(json.loads(card.to_json())).learned == (METHOD,)
    (again,) = replay(
        tmp_path / "card.json", ToyEncoder(), folder, vocabularies=[tmp_path / "list.txt"]
    )
    assert again.to_json() == card.to_json()
