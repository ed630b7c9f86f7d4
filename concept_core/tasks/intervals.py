"""Bootstrap intervals: over recordings, and over folds with the recordings in them.

Clips of one recording are not independent: where it is known which clips are of one recording,
recordings are drawn, each with all its clips (the cluster bootstrap). Who calls gives ``units``,
(n,) int: the number of the recording of each clip, from 0; where nothing is known each clip has a
number of its own, and clips are drawn.

Source: Davison, Hinkley, "Bootstrap Methods and their Application" (1997), section 3.8.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from concept_core.tasks.metrics import Array, Statistic, value

Interval = tuple[float, float]
Units = NDArray[np.intp]
Key = TypeVar("Key", bound=Hashable)

RESAMPLES = 2000
LEVEL = 0.95

_BLOCK = 200


def unit_draws(units: Units, rng: np.random.Generator) -> Iterator[Array]:
    """``RESAMPLES`` resamples of recordings, in blocks: how often each clip is drawn, (B, n)."""
    number = number_of(units)
    # How often each recording is drawn, instead of which: a mean is one product.
    for _ in range(RESAMPLES // _BLOCK):
        drawn = rng.multinomial(number, np.full(number, 1.0 / number), size=_BLOCK)
        yield drawn[:, units].astype(np.float64)


def fold_draws(folds: Sequence[str], units: Units, rng: np.random.Generator) -> Iterator[Array]:
    """Resamples of folds with replacement, and within each drawn fold of its recordings.

    What a fold's authors kept together is in one fold. With few folds the interval is a coarse one.
    """
    names = list(dict.fromkeys(folds))
    members = [np.array([i for i, fold in enumerate(folds) if fold == name]) for name in names]
    for _ in range(RESAMPLES // _BLOCK):
        times = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=_BLOCK)
        counts = np.zeros((_BLOCK, len(folds)))
        for drawn, clips in zip(times.T, members, strict=True):
            _, own = np.unique(units[clips], return_inverse=True)
            number = number_of(own)
            found = rng.multinomial(drawn * number, np.full(number, 1 / number))
            counts[:, clips] = found[:, own]
        yield counts


def number_of(units: Units) -> int:
    """How many recordings there are."""
    return int(units.max()) + 1 if len(units) else 0


def resample(
    statistics: Mapping[Key, Statistic], draws: Iterator[Array]
) -> dict[Key, NDArray[np.float64]]:
    """Values (RESAMPLES,) of each statistic: all see the same resamples, so they are paired."""
    found: dict[Key, list[Array]] = {key: [] for key in statistics}
    for counts in draws:
        for key, statistic in statistics.items():
            found[key].append(statistic(counts))
    return {key: np.concatenate(parts) for key, parts in found.items()}


def interval(samples: Array, number: int) -> Interval:
    """The central ``LEVEL`` of samples (RESAMPLES,) from ``number`` recordings or clips.

    Resamples without a value are left out. A bootstrap of few draws varies too little: the tails
    are cut where they leave what Student's t leaves of as many (the expanded percentile interval).

    Source: Hesterberg, "What Teachers Should Know About the Bootstrap", The American Statistician
    69 (2015), doi:10.1080/00031305.2015.1089789, section 5.2.
    """
    there = samples[~np.isnan(samples)]
    tail = 100.0 * _tail(number)
    low, high = np.percentile(there, [tail, 100.0 - tail])
    return float(low), float(high)


@functools.cache
def _tail(number: int) -> float:
    from scipy.special import ndtr, stdtrit

    if number < 2:
        return 0.0
    reach = stdtrit(number - 1, 0.5 + LEVEL / 2) * math.sqrt(number / (number - 1))
    return float(ndtr(-reach))


def share_interval(samples: Array, reached: float, number: int) -> Interval:
    """The interval of a figure in [0, 1]: Wilson's where it is 0 or 1, else that of the bootstrap.

    Where every clip is right, or wrong, no resample differs, and a bootstrap would call the figure
    certain. Wilson's interval of 0 or all of ``number`` recordings or clips does not.

    Source: Wilson, JASA 22 (1927), doi:10.1080/01621459.1927.10502953; Brown, Cai, DasGupta,
    Statistical Science 16 (2001), doi:10.1214/ss/1009213286.
    """
    if reached not in (0.0, 1.0):
        return interval(samples, number)
    from scipy.special import ndtri

    square = float(ndtri(0.5 + LEVEL / 2)) ** 2
    return (number / (number + square), 1.0) if reached else (0.0, square / (number + square))


def compare_means(before: Statistic, after: Statistic, units: Units, seed: int) -> dict[str, Any]:
    """A figure of n clips, and what it became: JSON-ready, the difference paired by clip."""
    pair = {"before": before, "after": after}
    drawn = resample(pair, unit_draws(units, np.random.default_rng(seed)))
    reached = value(before, len(units))
    return {
        "value": reached,
        "difference": value(after, len(units)) - reached,
        "difference_interval": interval(drawn["after"] - drawn["before"], number_of(units)),
    }


def bootstrap_means(values: Array, units: Units, rng: np.random.Generator) -> Array:
    """Resampled means of columns that share their rows.

    All columns see the same resamples, so that the difference of two of them, given as a column
    of its own, is a paired comparison.

    Parameters
    ----------
    values : (n, m) float64, n >= 1
        One row a clip.
    units : (n,) int
        The recording of each.
    rng : numpy.random.Generator

    Returns
    -------
    (RESAMPLES, m) float64
        Means over the clips of a resample, however many these are.
    """
    return np.concatenate(
        [counts @ values / counts.sum(axis=1, keepdims=True) for counts in unit_draws(units, rng)]
    )
