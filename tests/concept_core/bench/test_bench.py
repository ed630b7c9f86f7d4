from __future__ import annotations

import numpy as np
import pytest

from concept_core.bench.baselines import RANDOM
from concept_core.bench.bench import Bench
from concept_core.errors import DataError, UsageError
from concept_core.tasks.paired import EQUAL
from tests.tasks_toy import bench, clusters, dictionary, embedded, unit, vocabulary


@pytest.fixture(scope="module")
def problem() -> tuple[Bench, np.ndarray]:
    rng = np.random.default_rng(0)
    x, labels, centres = clusters(rng, 120, 4, 12, 0.5)
    folds = [str(1 + (place // 4) % 3) for place in range(120)]
    atoms = unit(np.concatenate([centres, rng.standard_normal((16, 12))]))
    return bench(embedded(x, labels, centres, folds=folds)), atoms


def test_a_mean_l0_is_met_by_every_vocabulary(problem: tuple[Bench, np.ndarray]) -> None:
    over, atoms = problem
    for size in (12, 20):
        words = vocabulary(*(f"w{place}" for place in range(size)))
        found = over.score(words, dictionary(words, atoms[:size]), mean_l0=3.0)
        assert (found.mode, found.mean_l0) == ("l1", 3.0)
        assert found.l0_mean == pytest.approx(3.0, rel=EQUAL / 2)
        assert (found.random["kind"], found.random["mode"]) == (RANDOM, "l1")
        assert found.random["l0_mean"] == pytest.approx(found.l0_mean, rel=EQUAL)


def test_random_directions_have_the_same_limit(problem: tuple[Bench, np.ndarray]) -> None:
    over, atoms = problem
    words = vocabulary(*(f"w{place}" for place in range(20)))
    found = over.score(words, dictionary(words, atoms), l0=2)
    assert (found.random["mode"], found.random["value"]) == ("l0", 2)
    assert found.main.mean_only < found.main.random < found.main.value


def test_intervals_over_folds_too(problem: tuple[Bench, np.ndarray]) -> None:
    over, atoms = problem
    words = vocabulary(*(f"w{place}" for place in range(20)))
    main = over.score(words, dictionary(words, atoms), l0=2).main
    for low, high in (main.interval, main.fold_interval):
        assert low <= main.value <= high
    for low, high in (main.difference_interval, main.fold_difference_interval):
        assert low <= main.value - main.dense <= high


def test_a_penalty_that_leaves_nothing(problem: tuple[Bench, np.ndarray]) -> None:
    over, atoms = problem
    words = vocabulary("w")
    found = over.score(words, dictionary(words, atoms[:1]), l1=5.0)
    assert (found.main.value, found.empty, found.l0_mean) == (0.0, 120, 0.0)
    assert (found.random["l0_mean"], found.main.random) == (0.0, 0.0)


@pytest.mark.parametrize("mode", [{}, {"l0": 2, "l1": 0.1}, {"l0": 2, "mean_l0": 3.0}])
def test_one_mode(problem: tuple[Bench, np.ndarray], mode: dict[str, float]) -> None:
    over, atoms = problem
    words = vocabulary("w")
    with pytest.raises(UsageError, match="exactly one of"):
        over.score(words, dictionary(words, atoms[:1]), **mode)


def test_a_mean_out_of_reach(problem: tuple[Bench, np.ndarray]) -> None:
    over, atoms = problem
    words = vocabulary("w")
    with pytest.raises(DataError, match="mean l0"):
        over.score(words, dictionary(words, atoms[:1]), mean_l0=5.0)


def test_unequal_seeds_are_unequal_directions(problem: tuple[Bench, np.ndarray]) -> None:
    over, atoms = problem
    words = vocabulary(*(f"w{place}" for place in range(20)))
    other = bench(over.data, seed=1).score(words, dictionary(words, atoms), l0=1)
    mine = over.score(words, dictionary(words, atoms), l0=1)
    assert (other.main.value, other.main.dense) == (mine.main.value, mine.main.dense)
    assert other.main.random != mine.main.random
