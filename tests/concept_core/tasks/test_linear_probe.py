from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import PredefinedSplit, cross_val_score

from concept_core.errors import DataError, UsageError
from concept_core.tasks import linear_probe
from concept_core.tasks.metrics import value
from concept_core.tasks.splits import splits
from concept_core.tasks.task import Representation
from tests.tasks_toy import bench, clusters, dictionary, embedded, vocabulary

FOLDS = ["1", "2", "3"]


def data(noise: float = 0.6, n: int = 60):
    x, labels, centres = clusters(np.random.default_rng(0), n, 3, 8, noise)
    folds = [FOLDS[(place // 3) % 3] for place in range(n)]
    return embedded(x, labels, centres, folds=folds), centres


def test_the_penalty_is_selected_inside_the_training_folds() -> None:
    clips, _ = data(noise=1.0)
    task = linear_probe.prepare(clips)
    answer = task.answer(Representation(clips.x, clips.x))
    predicted = np.full(60, -1)
    for part, groups in zip(splits(clips.items), task.groups, strict=True):
        x, truth = clips.x[part.train], clips.labels[part.train]
        means = [
            cross_val_score(
                LogisticRegression(C=c, max_iter=2000), x, truth, cv=PredefinedSplit(groups)
            ).mean()
            for c in linear_probe.PENALTIES
        ]
        best = linear_probe.PENALTIES[int(np.argmax(means))]
        assert answer.notes["penalties"][part.name] == best
        model = LogisticRegression(C=best, max_iter=2000).fit(x, truth)
        predicted[part.test] = model.predict(clips.x[part.test])
    assert answer.predicted.tolist() == predicted.tolist()
    assert value(answer.statistics["accuracy"], 60) == pytest.approx(
        np.mean(predicted == clips.labels)
    )


def test_what_is_tested_teaches_nothing() -> None:
    """Labels of the tested fold do not reach its own classifier."""
    clips, _ = data()
    task = linear_probe.prepare(clips)
    wrong = clips.labels.copy()
    first = np.array(clips.items.folds) == "1"
    wrong[first] = (wrong[first] + 1) % 3
    other = embedded(clips.x, wrong, np.eye(8)[:3], folds=clips.items.folds)
    one = task.answer(Representation(clips.x, clips.x)).predicted
    two = linear_probe.prepare(other).answer(Representation(clips.x, clips.x)).predicted
    assert one[first].tolist() == two[first].tolist()


def test_weights_beside_dense_random_and_mean() -> None:
    clips, centres = data(noise=0.3)
    words = vocabulary("p", "q", "r")
    found = bench(clips, "linear-probe").score(words, dictionary(words, centres), l0=1)
    assert found.main.value > 0.85
    assert found.main.dense > 0.85
    assert found.main.mean_only == 0.0, "equally frequent classes are all tied"
    assert found.main.fold_interval is not None
    assert set(found.details["penalties"]) == set(FOLDS)
    assert found.folds == found.data_folds == (1, 2, 3)


def test_the_official_split_scores_the_test_clips_alone() -> None:
    x, labels, centres = clusters(np.random.default_rng(1), 40, 2, 6)
    folds = ["train"] * 30 + ["test"] * 10
    clips = embedded(x, labels, centres, folds=folds, train_folds=("train",), test_folds=("test",))
    words = vocabulary("p", "q")
    found = bench(clips, "linear-probe").score(words, dictionary(words, centres), l0=1)
    assert (found.n, found.main.dense) == (10, 1.0)
    assert len(found.scores["accuracy"]["concepts"].split()) == 10
    assert found.main.fold_interval is None
    assert found.details["penalties"]["test"] in linear_probe.PENALTIES


def test_several_classes_a_clip() -> None:
    rng = np.random.default_rng(2)
    targets = rng.random((90, 3)) < 0.4
    targets[:, 2] = False  # a class that nobody has
    x = targets @ np.eye(6)[:3] + 0.1 * rng.standard_normal((90, 6)) + 0.05
    folds = [FOLDS[place % 3] for place in range(90)]
    clips = embedded(x, None, np.eye(6)[:3], targets=targets, folds=folds)
    words = vocabulary("p", "q", "r")
    found = bench(clips, "linear-probe").score(words, dictionary(words, np.eye(6)[:3]), l0=3)
    assert found.main_metric == "map"
    assert found.main.dense > 0.85
    assert found.main.value > 0.9
    assert found.main.mean_only == pytest.approx(targets[:, :2].mean(), abs=0.08)


def test_few_clips() -> None:
    # One clip a class and fold: what is left inside a fold is too little to select by.
    clips = embedded(np.eye(4), [0, 1, 0, 1], np.eye(4)[:2], folds=["1", "1", "2", "2"])
    answer = linear_probe.prepare(clips).answer(Representation(clips.x, clips.x))
    assert answer.predicted.shape == (4,)
    lonely = embedded(np.eye(4), [0, 1, 0, 0], np.eye(4)[:2], folds=["1", "1", "2", "2"])
    with pytest.raises(DataError, match="for fold 1 are all of one class"):
        linear_probe.prepare(lonely)
    with pytest.raises(UsageError, match="nothing to train on"):
        linear_probe.prepare(embedded(np.eye(4), [0, 1, 0, 1], np.eye(4)[:2]))


def test_it_says_where_it_did_not_converge(monkeypatch: pytest.MonkeyPatch) -> None:
    clips, centres = data()
    words = vocabulary("p", "q", "r")

    def score():
        return bench(clips, "linear-probe").score(words, dictionary(words, centres), l0=1).details

    every = {fold: {"fitted": 0, "selection": 0} for fold in FOLDS}
    whole = score()
    assert whole["not_converged"] == whole["dense"]["not_converged"] == every
    monkeypatch.setattr(linear_probe, "_ITERATIONS", 1)
    found = score()
    assert all(one["fitted"] == 1 for one in found["not_converged"].values())
    # Two groups are left out in turn, for each of six penalties.
    assert all(1 <= one["selection"] <= 12 for one in found["not_converged"].values())
    assert found["dense"]["not_converged"].keys() == set(FOLDS)


def test_another_draw_keeps_the_penalties_of_the_first() -> None:
    clips, _ = data(noise=1.0)
    task = linear_probe.prepare(clips)
    first = task.answer(Representation(clips.x, clips.x))
    again = task.repeat(Representation(clips.x, clips.x), first)
    assert again.notes["penalties"] == first.notes["penalties"]
    assert again.predicted.tolist() == first.predicted.tolist()
    assert all(one["selection"] == 0 for one in again.notes["not_converged"].values())
