"""Bootstrap intervals: over clips, and over folds with the clips in them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from concept_core.tasks.metrics import Array, Statistic, value

Interval = tuple[float, float]
Key = TypeVar("Key", bound=Hashable)

RESAMPLES = 2000
LEVEL = 0.95

_BLOCK = 200


def clip_draws(n: int, rng: np.random.Generator) -> Iterator[Array]:
    """``RESAMPLES`` resamples of n clips, in blocks: how often each is drawn, (B, n)."""
    # How often each clip is drawn, instead of which: a mean is one product.
    for _ in range(RESAMPLES // _BLOCK):
        yield rng.multinomial(n, np.full(n, 1.0 / n), size=_BLOCK).astype(np.float64)


def fold_draws(folds: Sequence[str], rng: np.random.Generator) -> Iterator[Array]:
    """Resamples of folds with replacement, and within each drawn fold of its clips.

    Clips of one recording, or of one scene, are in one fold: they are not independent, and the
    folds are what is. With few folds the interval is a coarse one.
    """
    names = list(dict.fromkeys(folds))
    members = [np.array([i for i, fold in enumerate(folds) if fold == name]) for name in names]
    for _ in range(RESAMPLES // _BLOCK):
        times = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=_BLOCK)
        counts = np.zeros((_BLOCK, len(folds)))
        for drawn, clips in zip(times.T, members, strict=True):
            counts[:, clips] = rng.multinomial(
                drawn * len(clips), np.full(len(clips), 1 / len(clips))
            )
        yield counts


def resample(
    statistics: Mapping[Key, Statistic], draws: Iterator[Array]
) -> dict[Key, NDArray[np.float64]]:
    """Values (RESAMPLES,) of each statistic: all see the same resamples, so they are paired."""
    found: dict[Key, list[Array]] = {key: [] for key in statistics}
    for counts in draws:
        for key, statistic in statistics.items():
            found[key].append(statistic(counts))
    return {key: np.concatenate(parts) for key, parts in found.items()}


def interval(samples: Array) -> Interval:
    """The central ``LEVEL`` of samples (RESAMPLES,); resamples without a value are left out."""
    there = samples[~np.isnan(samples)]
    tail = 50.0 * (1.0 - LEVEL)
    low, high = np.percentile(there, [tail, 100.0 - tail])
    return float(low), float(high)


def compare_means(before: Statistic, after: Statistic, n: int, seed: int) -> dict[str, Any]:
    """A figure of n clips, and what it became: JSON-ready, the difference paired by clip."""
    pair = {"before": before, "after": after}
    drawn = resample(pair, clip_draws(n, np.random.default_rng(seed)))
    reached = value(before, n)
    return {
        "value": reached,
        "difference": value(after, n) - reached,
        "difference_interval": interval(drawn["after"] - drawn["before"]),
    }


def bootstrap_means(values: Array, rng: np.random.Generator) -> list[Interval]:
    """Percentile bootstrap intervals of the means of columns that share their rows.

    All columns see the same resamples, so that the difference of two of them, given as a column
    of its own, is a paired comparison.

    Parameters
    ----------
    values : (n, m) float64, n >= 1
        One row a clip.
    rng : numpy.random.Generator

    Returns
    -------
    list of m (low, high)
        The central ``LEVEL`` of ``RESAMPLES`` resampled means.
    """
    n = len(values)
    means = np.concatenate([counts @ values / n for counts in clip_draws(n, rng)])
    return [interval(column) for column in means.T]
