"""Measuring, with clocks that stand still unless someone works."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from benchmarks.measure import Contestant, Spread, limited, loops_of, race, ratio, rows_within

X = np.zeros((1_000, 2), np.float32)


class Workshop:
    """A clock, and contestants that take their time by it; tells who ran on how many rows."""

    def __init__(self) -> None:
        self.now = 0.0
        self.ran: list[tuple[str, int]] = []

    def clock(self) -> float:
        return self.now

    def contestant(self, name: str, per_row: float, **options: float) -> Contestant:
        def run(rows: np.ndarray) -> None:
            self.ran.append((name, len(rows)))
            self.now += per_row * len(rows)

        return Contestant(name, 1, run, **options)  # type: ignore[arg-type]


def test_race_times_all_in_turn_and_back() -> None:
    shop = Workshop()
    both = [
        shop.contestant("quick", 2**-10, budget=9.0, least=8),
        shop.contestant("slow", 0.0625, budget=1.0, least=8),
    ]
    timings = race(both, X, repetitions=3, clock=shop.clock)
    # The slow one: sixteen rows fit its second.
    assert shop.ran == [
        ("quick", 4), ("quick", 8), ("slow", 4), ("slow", 8),
        ("quick", 1_000), ("slow", 16), ("slow", 16), ("quick", 1_000), ("quick", 1_000),
        ("slow", 16),
    ]  # fmt: skip
    assert timings["quick"].seconds == [2**-10] * 3
    assert timings["slow"].seconds == [0.0625] * 3
    assert len(timings["slow"].rows) == 16


def test_short_runs_are_repeated() -> None:
    shop = Workshop()
    timings = race([shop.contestant("a", 1e-5)], X, repetitions=1, clock=shop.clock)
    assert timings["a"].loops == 20
    assert shop.ran[2:] == [("a", 1_000)] * 20
    assert timings["a"].seconds == pytest.approx([1e-5])


def test_a_step_stands_for_many() -> None:
    shop = Workshop()
    step = shop.contestant("step", 0.01, work=50, once=0.25, budget=0.0, least=4)
    timings = race([step], X, repetitions=1, clock=shop.clock)
    assert timings["step"].seconds == pytest.approx([0.25 + 50 * 0.01])


def test_ratio_pairs_the_repetitions() -> None:
    # All got twice as slow in the second one: the ratio stays.
    seconds = {"a": [2.0, 4.0, 9.0], "b": [1.0, 2.0, 3.0]}
    assert ratio(seconds, "a", "b") == Spread(2.0, 2.0, 3.0)
    assert ratio(seconds, "a", "absent") is None
    assert ratio(seconds, "absent", "b") is None


@pytest.mark.parametrize(("cost", "rows"), [(0.1, 10), (1.0, 4), (1e-6, 100), (0.0, 100)])
def test_rows_within(cost: float, rows: int) -> None:
    assert rows_within(cost, 1.0, 4, 100) == rows


@pytest.mark.parametrize(("seconds", "loops"), [(0.05, 4), (0.2, 1), (5.0, 1)])
def test_loops_of(seconds: float, loops: int) -> None:
    assert loops_of(seconds) == loops


def test_limited_gives_the_threads_back() -> None:
    before = torch.get_num_threads()
    with limited(1):
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before
