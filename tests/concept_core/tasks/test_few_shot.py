from __future__ import annotations

import numpy as np
import pytest

from concept_core.errors import DataError, UsageError
from concept_core.tasks import few_shot
from concept_core.tasks.metrics import value
from concept_core.tasks.task import Representation
from tests.tasks_toy import bench, clusters, dictionary, embedded, vocabulary


def data(seed: int = 0, noise: float = 0.4):
    x, labels, centres = clusters(np.random.default_rng(seed), 60, 3, 8, noise)
    return embedded(x, labels, centres, folds=[str(1 + (i // 3) % 2) for i in range(60)]), centres


def test_by_hand() -> None:
    # Two clips a class and fold, all alike but one: clip 5 is the other class's.
    x = np.array([[1, 0], [1, 0], [0, 1], [0, 1], [1, 0], [0, 1], [0, 1], [0, 1]], float)
    labels, folds = [0, 0, 1, 1, 0, 0, 1, 1], ["1"] * 4 + ["2"] * 4
    task = few_shot.prepare(embedded(x, labels, np.eye(2), folds=folds), shots=[2, 1])
    answer = task.answer(Representation(x, x))
    assert list(answer.statistics) == ["accuracy-1-shot", "accuracy-2-shot"]
    # Two shots are all there are. Fold 1 taught by 2: class 0's mean lies between, and its clips
    # are nearer to it. Fold 2 taught by 1: clip 5 is heard as the other class.
    assert answer.scores["accuracy-2-shot"].tolist() == [1, 1, 1, 1, 1, 0, 1, 1]
    assert value(answer.statistics["accuracy-2-shot"], 8) == 7 / 8
    assert len(answer.notes["draws"]["accuracy-1-shot"]) == few_shot.DRAWS
    assert np.mean(answer.notes["draws"]["accuracy-1-shot"]) == pytest.approx(
        value(answer.statistics["accuracy-1-shot"], 8)
    )


def test_shots_are_of_their_class_and_of_the_training_folds() -> None:
    clips, _ = data()
    task = few_shot.prepare(clips, shots=[5])
    for draw in task.draws[5]:
        for one in draw:
            assert np.isin(one.shots, one.split.train).all()
            assert (clips.labels[one.shots] == np.arange(3)[:, None]).all()
            assert all(len(set(row)) == 5 for row in one.shots.tolist())


def test_the_seed_draws() -> None:
    clips, _ = data()
    places = [
        np.stack([one.shots for draw in few_shot.prepare(clips, shots=[3], seed=seed).draws[3]
                  for one in draw])
        for seed in (0, 0, 1)
    ]  # fmt: skip
    assert np.array_equal(places[0], places[1])
    assert not np.array_equal(places[0], places[2])


def test_more_shots_are_better() -> None:
    clips, centres = data(noise=0.6)
    words = vocabulary("p", "q", "r")
    found = bench(clips, "few-shot").score(words, dictionary(words, centres), l0=2)
    assert found.main_metric == "accuracy-10-shot"
    assert found.parameters == {"shots": [1, 5, 10], "draws": 10}
    one, ten = found.metrics["accuracy-1-shot"], found.metrics["accuracy-10-shot"]
    assert one.dense < ten.dense
    assert one.value < ten.value
    assert ten.mean_only == 0.0, "all classes are tied"
    assert found.details["draws_sd"]["accuracy-1-shot"] == pytest.approx(
        np.std(found.details["draws"]["accuracy-1-shot"], ddof=1)
    )


def test_empty_clips_are_wrong() -> None:
    clips, _ = data()
    answer = few_shot.prepare(clips, shots=[1]).answer(Representation(clips.x, clips.x * 0))
    assert answer.scores["accuracy-1-shot"].sum() == 0


def test_classes_that_do_not_occur_are_no_answer() -> None:
    x, labels, _ = clusters(np.random.default_rng(0), 20, 2, 6, 0.01)
    clips = embedded(x, labels * 2, np.eye(6)[:4], folds=["1", "1", "2", "2"] * 5)
    answer = few_shot.prepare(clips, shots=[1]).answer(Representation(clips.x, clips.x))
    assert answer.scores["accuracy-1-shot"].tolist() == [1.0] * 20


def test_wrong_requests() -> None:
    clips, _ = data()
    with pytest.raises(UsageError, match=r"1 or more; got \[0, 5\]"):
        few_shot.prepare(clips, shots=[0, 5])
    with pytest.raises(UsageError, match=r"got \[\]"):
        few_shot.prepare(clips, shots=[])
    with pytest.raises(DataError, match="class 'a' has 10 clips to draw from for fold 1, and 11"):
        few_shot.prepare(clips, shots=[1, 11])
    several = embedded(np.eye(2), None, np.eye(2), targets=np.eye(2), folds=["1", "2"])
    with pytest.raises(UsageError, match="several classes each"):
        few_shot.prepare(several)
