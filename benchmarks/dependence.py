"""Do figures hold where clips share recordings? ``python -m benchmarks.dependence``.

A simulation with known truth. Each of two systems is right on a clip where a normal variable lies
below the quantile of its true accuracy. The variable is the sum of a part that all clips of a
recording share and a part of the clip's own; half of the shared part's variance is common to both
systems. Both systems have the same true accuracy: every rejection is a false one.

For recordings of 8 clips, by recording and by clip as if clips were independent: how often the
95 % interval of the accuracy holds the true one, how often that of the difference holds zero, and
how often the paired test rejects at .05 (sign flips by recording; McNemar by clip).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.pages import table
from concept_core.tasks.intervals import Units, bootstrap_means, interval, number_of
from concept_core.tasks.paired import mcnemar, sign_flips

CLIPS = 8
"""Clips of a recording."""

RUNS = 1000
TESTS = 4
"""Runs of the paired test for each run of the intervals: a rate of 5 % needs many."""

_ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Scene:
    """What is simulated.

    Attributes
    ----------
    recordings : int
    accuracy : float
        The true one of both systems.
    shared : float
        The share of the variance that clips of one recording have in common.
    """

    recordings: int
    accuracy: float
    shared: float


SCENES = (
    Scene(30, 0.75, 0.5),
    Scene(60, 0.75, 0.5),
    Scene(60, 0.9, 0.3),
    Scene(60, 0.75, 0.0),
)


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of runs: intervals that hold the truth, and tests that reject a true null."""

    accuracy: float
    difference: float
    rejected: float


def draw(scene: Scene, rng: np.random.Generator) -> tuple[NDArray[np.float64], Units]:
    """Which clips two systems get right, (n, 2) of 0 and 1, and the recording of each."""
    from scipy.special import ndtri

    units = np.repeat(np.arange(scene.recordings), CLIPS)
    common = rng.standard_normal((scene.recordings, 1))
    shared = (common + rng.standard_normal((scene.recordings, 2))) / np.sqrt(2)
    own = rng.standard_normal((len(units), 2))
    found = np.sqrt(scene.shared) * shared[units] + np.sqrt(1 - scene.shared) * own
    return (found < ndtri(scene.accuracy)).astype(np.float64), units


def simulate(scene: Scene, runs: int, seed: int) -> tuple[Rates, Rates]:
    """By recording and by clip, over so many runs."""
    rng = np.random.default_rng([seed, scene.recordings])
    held, rejected = np.zeros((2, 2)), np.zeros(2)
    for _ in range(runs):
        right, units = draw(scene, rng)
        for place, one in enumerate((units, np.arange(len(units)))):
            held[place] += _held(right, one, scene.accuracy, rng)
            rejected[place] += _rejected(right, one, rng)
    rng = np.random.default_rng([seed, scene.recordings, 1])
    for _ in range((TESTS - 1) * runs):
        right, units = draw(scene, rng)
        for place, one in enumerate((units, np.arange(len(units)))):
            rejected[place] += _rejected(right, one, rng)
    by_recording, by_clip = (
        Rates(*map(float, one / runs), float(two / runs / TESTS))
        for one, two in zip(held, rejected, strict=True)
    )
    return by_recording, by_clip


def _held(
    right: NDArray[np.float64], units: Units, accuracy: float, rng: np.random.Generator
) -> tuple[bool, bool]:
    """Whether the interval of the first's accuracy has the true one, and of the difference 0."""
    values = np.stack([right[:, 0], right[:, 0] - right[:, 1]], axis=1)
    drawn = bootstrap_means(values, units, rng)
    (low, high), (least, most) = (interval(column, number_of(units)) for column in drawn.T)
    return low <= accuracy <= high, least <= 0 <= most


def _rejected(right: NDArray[np.float64], units: Units, rng: np.random.Generator) -> bool:
    first, second = right.T
    if number_of(units) < len(units):
        sums = np.bincount(units, weights=first - second).astype(np.float64)
        return sign_flips(sums, rng) < _ALPHA
    return mcnemar(first, second) < _ALPHA


def dependence_table(scenes: Sequence[Scene], runs: int, seed: int) -> list[str]:
    """One line a scene: by recording, and by clip in brackets."""
    head = ("recordings", "clips", "true accuracy", "shared variance", "accuracy held (by clip)",
            "difference held (by clip)", "true null rejected (by clip)")  # fmt: skip
    rows = []
    for scene in scenes:
        one, two = simulate(scene, runs, seed)
        figures = zip(
            (one.accuracy, one.difference, one.rejected),
            (two.accuracy, two.difference, two.rejected),
            strict=True,
        )
        rows.append([
            str(scene.recordings), str(scene.recordings * CLIPS), f"{scene.accuracy:g}",
            f"{scene.shared:g}", *(f"{new:.1%} ({old:.1%})" for new, old in figures),
        ])  # fmt: skip
    return [*table(head, rows)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.dependence", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    print(f"{options.runs} runs a line, {TESTS * options.runs} of the test; seed {options.seed}")
    print("\n### recordings\n")
    print("\n".join(dependence_table(SCENES, options.runs, options.seed)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
