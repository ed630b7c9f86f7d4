"""Bootstrap intervals over clips."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
LEVEL = 0.95

_BLOCK = 200


def bootstrap_means(
    values: NDArray[np.float64], rng: np.random.Generator
) -> list[tuple[float, float]]:
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
    means = []
    # How often each clip is drawn, instead of which: the means are one product.
    for _ in range(RESAMPLES // _BLOCK):
        counts = rng.multinomial(n, np.full(n, 1.0 / n), size=_BLOCK)
        means.append(counts @ values / n)
    tail = 50.0 * (1.0 - LEVEL)
    low, high = np.percentile(np.concatenate(means), [tail, 100.0 - tail], axis=0)
    return [(float(a), float(b)) for a, b in zip(low, high, strict=True)]
