"""Interleaved timing: ratios of what ran side by side, with their spread."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.problems import Float32

if TYPE_CHECKING:
    from concept_core.solvers.base import Weights

Clock = Callable[[], float]

_WARMING = 4

_ASLEEP = 0.05
"""Seconds after which the BLAS threads of the one before no longer wait for work, on a core."""

_SHORTEST = 0.2
"""Seconds: what takes less is timed several times over."""


@dataclass(frozen=True, slots=True, eq=False)
class Contestant:
    """Something that solves rows, and how its time is scaled to a whole answer.

    Attributes
    ----------
    name : str
    cores : int
        How many cores it may use.
    run : callable
        From rows to weights, or to None where it gives no answer (a product, a single step).
    work, once : float
        A row costs ``once + work * measured`` seconds: a step stands for all steps.
    budget : float
        Seconds that one repetition may take; rows are timed as many as fit.
    least : int
        Fewest rows that it is timed on, whatever that takes.
    about : str
        What a person must know about the scaling.
    """

    name: str
    cores: int
    run: Callable[[Float32], Weights | None] = field(repr=False)
    work: float = 1.0
    once: float = 0.0
    budget: float = 0.4
    least: int = 4
    about: str = ""


@dataclass(slots=True, eq=False)
class Timing:
    """A contestant at one point: seconds a row in each repetition, and its last answer."""

    contestant: Contestant
    rows: Float32 = field(repr=False)
    loops: int
    seconds: list[float] = field(default_factory=list)
    weights: Weights | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, least and greatest of the repetitions."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Of at least one value."""
        return cls(statistics.median(values), min(values), max(values))


def race(
    contestants: Sequence[Contestant],
    x: Float32,
    *,
    repetitions: int,
    clock: Clock = time.perf_counter,
    pause: Callable[[float], None] = time.sleep,
) -> dict[str, Timing]:
    """Time contestants in turn, again and again, so that a busy machine slows all of them.

    Each first runs on a few rows, untimed (it compiles, it touches its memory), and then on its
    fewest to see how many fit its budget. Every second round goes backwards.

    Parameters
    ----------
    contestants : sequence of Contestant
    x : (n, d) float32
        A contestant gets the first rows of it, at most all.
    repetitions : int
    clock : callable
        Seconds.
    pause : callable
        Waits so many seconds.
    """
    timings = []
    for contestant in contestants:
        with limited(contestant.cores):
            trial = x[: contestant.least]
            contestant.run(trial[:_WARMING])
            estimate = _timed(contestant, trial, 1, clock)[0]
            rows = rows_within(estimate / len(trial), contestant.budget, contestant.least, len(x))
            whole = estimate / len(trial) * rows
        timings.append(Timing(contestant, x[:rows], loops_of(whole)))
    for repetition in range(repetitions):
        for timing in timings if repetition % 2 == 0 else timings[::-1]:
            with limited(timing.contestant.cores):
                pause(_ASLEEP)
                seconds, weights = _timed(timing.contestant, timing.rows, timing.loops, clock)
            measured = seconds / len(timing.rows)
            timing.seconds.append(timing.contestant.once + timing.contestant.work * measured)
            timing.weights = weights
    return {timing.contestant.name: timing for timing in timings}


def ratio(seconds: Mapping[str, Sequence[float]], above: str, below: str) -> Spread | None:
    """Of two contestants, repetition by repetition; None where one was not timed."""
    if above not in seconds or below not in seconds:
        return None
    return Spread.of([a / b for a, b in zip(seconds[above], seconds[below], strict=True)])


def rows_within(seconds_per_row: float, budget: float, least: int, most: int) -> int:
    """How many rows fit a budget, at least ``least`` and at most ``most``."""
    return min(most, max(least, int(budget / max(seconds_per_row, 1e-9))))


def loops_of(seconds: float) -> int:
    """How often to run what takes so long, for a time that a clock measures well."""
    return max(1, math.ceil(_SHORTEST / max(seconds, 1e-6))) if seconds < _SHORTEST else 1


@contextmanager
def limited(cores: int) -> Iterator[None]:
    """At most so many threads in BLAS, OpenMP and torch."""
    import torch
    from threadpoolctl import threadpool_limits

    before = torch.get_num_threads()
    torch.set_num_threads(cores)
    try:
        with threadpool_limits(cores):
            yield
    finally:
        torch.set_num_threads(before)


def _timed(
    contestant: Contestant, rows: Float32, loops: int, clock: Clock
) -> tuple[float, Weights | None]:
    """Seconds of one run, as the mean of several in a row."""
    start = clock()
    for _ in range(loops):
        weights = contestant.run(rows)
    return (clock() - start) / loops, weights
