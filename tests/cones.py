"""An encoder whose sounds and texts lie in two narrow cones, as those of a real CLAP do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from concept_core.audio import Clip, Sound
from concept_core.encoders.base import EncoderSpec, unit

DIM = 200
SPEC = EncoderSpec("cones", "0" * 64, DIM, 16_000, "none", "paper@1", "none")
Array = NDArray[np.float32]


class Cones:
    """Sounds in one narrow cone and texts in another, as in a real CLAP's space; no weights.

    What a sound or text says lies in few dimensions of large variance and some of small.
    """

    spec = SPEC

    def __init__(self, spec: EncoderSpec = SPEC) -> None:
        self.spec = spec
        self.asked: list[str] = []

    def encode_text(self, texts: Sequence[str]) -> Array:
        self.asked += texts
        return _cone(1, [sum(text.encode()) * 7 + len(text) for text in texts])

    def encode_audio(self, clips: Sequence[Sound]) -> Array:
        names = [clip.name if isinstance(clip, Clip) else Path(clip).name for clip in clips]
        return _cone(2, [sum(name.encode()) * 5 + len(name) for name in names])


def _cone(axis: int, seeds: Sequence[int]) -> Array:
    spread = np.r_[3.0, 3.0, np.full(DIM - 2, 0.1)]
    rows = [np.random.default_rng(seed).standard_normal(DIM) * spread for seed in seeds]
    x = np.array(rows, np.float32).reshape(-1, DIM)
    x[:, -axis] += 15
    return unit(x)


def rows(seed: int = 0, count: int = 40) -> tuple[Array, Array]:
    """Sounds and texts."""
    places = range(1000 * seed, 1000 * seed + count)
    return _cone(2, places), _cone(1, places)
