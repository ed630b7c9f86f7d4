"""From a clip to the equal windows that a CLAP model sees: one rule, nothing drawn at random.

CLAP's own code crops longer clips at random, so that one file has many embeddings. Here a clip is
the mean of its windows, each scaled to length 1: windows start at every multiple of their length,
and the last one ends where the clip ends. The rule is part of an encoder's identity.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from concept_core.audio import SILENCE_PEAK
from concept_core.encoders.base import FloatArray

FILLS = ("repeat", "repeat-pad")
"""How a clip shorter than a window fills it: repeated and cut, or repeated whole and then zeros."""


def rule(fill: str, window: int, sample_rate: int) -> str:
    """The rule's name in a spec, such as ``repeat-pad-10s-mean@1``."""
    return f"{fill}-{window / sample_rate:g}s-mean@1"


def windows(samples: FloatArray, length: int, fill: str) -> Iterator[FloatArray]:
    """The windows of a clip, at least one; silent ones of a longer clip are left out.

    Parameters
    ----------
    samples : (n,), not silent
    length : int
        Samples of a window.
    fill : str
        One of ``FILLS``.

    Yields
    ------
    (length,) float32
    """
    if len(samples) < length:
        yield _filled(samples, length, fill)
        return
    starts = list(range(0, len(samples) - length + 1, length))
    if starts[-1] + length < len(samples):
        starts.append(len(samples) - length)
    for start in starts:
        window = samples[start : start + length]
        # Silence has no direction of its own; the model would give it one.
        if np.abs(window).max() >= SILENCE_PEAK:
            yield window


def _filled(samples: FloatArray, length: int, fill: str) -> FloatArray:
    if fill == "repeat":
        return np.resize(samples, length)
    whole = np.tile(samples, length // len(samples))
    return np.pad(whole, (0, length - len(whole)))
