from __future__ import annotations

import numpy as np
import pytest
import torch

from concept_core.errors import UsageError
from concept_core.tasks import finetuned
from concept_core.tasks.finetuned import goals, train
from tests.tasks_toy import bench, clusters, dictionary, embedded, unit, vocabulary


def rotated(n: int = 60, noise: float = 0.2):
    """Clips that lie where the prompts of other classes are: only a projection helps."""
    x, labels, centres = clusters(np.random.default_rng(0), n, 3, 6, noise)
    folds = [str(1 + (place // 3) % 3) for place in range(n)]
    return embedded(x, labels, np.roll(centres, 1, axis=0), folds=folds), centres


def test_the_projection_learns_what_its_clips_mean() -> None:
    clips, _ = rotated()
    wanted = goals(clips.targets, clips.class_atoms)
    groups = np.arange(60) // 3 % 3
    layer = train(clips.x, wanted, groups, seed=0)
    assert np.sum(layer(clips.x) * wanted, axis=1).mean() > 0.9
    assert np.sum(clips.x * wanted, axis=1).mean() < 0.5
    np.testing.assert_allclose(np.linalg.norm(layer(clips.x), axis=1), 1.0, atol=1e-6)


def test_the_seed_decides_and_nothing_else() -> None:
    clips, _ = rotated()
    wanted, groups = goals(clips.targets, clips.class_atoms), np.arange(60) // 3 % 3
    torch.manual_seed(5)
    before = torch.get_rng_state()
    one = train(clips.x, wanted, groups, seed=0)
    torch.manual_seed(6)
    two = train(clips.x, wanted, groups, seed=0)
    assert (one.epochs, one.matrix.tolist()) == (two.epochs, two.matrix.tolist())
    assert not np.array_equal(one.matrix, train(clips.x, wanted, groups, seed=1).matrix)
    torch.manual_seed(5)
    train(clips.x, wanted, groups, seed=0)
    assert torch.equal(before, torch.get_rng_state()), "the global generator is not touched"


def test_it_stops_where_held_out_clips_gain_no_more() -> None:
    """What is learned on the first group is wrong for the second, from the first epoch on."""
    x = unit(np.random.default_rng(0).standard_normal((40, 6)))
    groups = np.arange(40) // 20
    goal = np.where(groups[:, None] == 0, x, -x).astype(np.float32)
    assert train(x, goal, groups, seed=0).epochs < 30


def test_a_clip_of_several_classes_is_drawn_between_them() -> None:
    found = goals(np.array([[True, True], [False, True]]), np.eye(2, dtype=np.float32))
    np.testing.assert_allclose(found, [[0.5**0.5, 0.5**0.5], [0, 1]], atol=1e-6)


def test_beside_zero_shot() -> None:
    clips, centres = rotated()
    words = vocabulary("p", "q", "r")
    found = bench(clips, "finetuned").score(words, dictionary(words, centres), l0=2)
    plain = found.details["zero_shot"]
    for system, reached in (("concepts", found.main.value), ("dense", found.main.dense)):
        assert plain[system]["value"] < 0.3
        assert reached > 0.9
        assert plain[system]["difference"] == pytest.approx(reached - plain[system]["value"])
        low, high = plain[system]["difference_interval"]
        assert 0 < low <= plain[system]["difference"] <= high
    assert found.details["epochs"].keys() == {"1", "2", "3"}
    assert found.parameters == {"classes_in_training": 3}


def test_what_is_tested_teaches_nothing() -> None:
    clips, _ = rotated()
    first = np.array(clips.items.folds) == "1"
    wrong = np.where(first, (clips.labels + 1) % 3, clips.labels)
    other = embedded(clips.x, wrong, clips.class_atoms, folds=clips.items.folds)
    one, two = finetuned.prepare(clips), finetuned.prepare(other)
    np.testing.assert_array_equal(one.rows[first], two.rows[first])
    assert not np.array_equal(one.rows[~first], two.rows[~first])


def test_the_official_split_and_few_clips() -> None:
    x, labels, centres = clusters(np.random.default_rng(0), 6, 2, 4, 0.01)
    folds = ["train", "train", "test", "test", "test", "test"]
    clips = embedded(x, labels, centres, folds=folds, train_folds=("train",), test_folds=("test",))
    task = finetuned.prepare(clips)
    assert (len(task.items), len(task.rows), task.epochs.keys()) == (4, 4, {"test"})
    with pytest.raises(UsageError, match="nothing to train on"):
        finetuned.prepare(embedded(x, labels, centres))


def test_ten_starts_and_their_spread() -> None:
    clips, centres = rotated(noise=0.5)
    task = finetuned.prepare(clips)
    assert len(task.others) == finetuned.DRAWS - 1
    assert all(rows.shape == task.rows.shape for rows in task.others)
    assert len({rows.tobytes() for rows in (task.rows, *task.others)}) == finetuned.DRAWS
    words = vocabulary("p", "q", "r")
    found = bench(clips, "finetuned").score(words, dictionary(words, centres), l0=2)
    draws = found.details["draws"]
    for system, reached in (("concepts", found.main.value), ("dense", found.main.dense)):
        assert len(draws[system]) == finetuned.DRAWS and draws[system][0] == reached
        assert found.details["draws_sd"][system] == pytest.approx(np.std(draws[system], ddof=1))
