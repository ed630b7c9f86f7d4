"""Clips to hear on the page: a short sound inside it, beside its concepts."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from concept_core.audio import Clip, load_clip
from concept_core.explanation.clips import Explanation
from vocab_builder.reporting.columns import short

SECONDS = 10
"""What is heard of a longer clip; its concepts are those of the whole clip."""

# Every browser plays mp3; 22.05 kHz is what its encoder needs for sound of all kinds at 5 kB/s.
_RATE = 22_050
_BARS = 120


@dataclass(frozen=True, slots=True)
class ExplainedClip:
    """A clip and its explanations, one a vocabulary of the page, in its order."""

    path: Path
    explanations: tuple[Explanation, ...] = field(repr=False)


def clip_data(clip: ExplainedClip) -> dict[str, Any]:
    """A clip as the page holds it: sound, loudness over time, and concepts.

    Raises
    ------
    DataError
        The file cannot be read as audio.
    """
    sound = load_clip(clip.path, _RATE)
    seconds = len(sound.samples) / _RATE
    heard = Clip(sound.samples[: SECONDS * _RATE], _RATE, sound.name)
    return {
        "name": clip.path.name.encode("utf-8", "replace").decode("utf-8"),
        "seconds": short(seconds),
        "heard": short(len(heard.samples) / _RATE),
        "audio": "data:audio/mpeg;base64," + base64.b64encode(_mp3(heard)).decode("ascii"),
        "peaks": _peaks(heard),
        "explanations": [
            {
                "concepts": [[label, short(value)] for label, value in one.concepts],
                "l0": one.l0,
                "cosine": short(one.cosine),
                "status": one.status,
            }
            for one in clip.explanations
        ],
    }


def _mp3(clip: Clip) -> bytes:
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, clip.samples, clip.sample_rate, format="MP3")
    return buffer.getvalue()


def _peaks(clip: Clip) -> list[int]:
    """The loudest sample of each of ``_BARS`` parts, from 0 to 100 of the loudest of all."""
    parts = np.array_split(np.abs(clip.samples), min(_BARS, len(clip.samples)))
    peaks = np.array([part.max() for part in parts])
    return [int(value) for value in np.round(100 * peaks / max(float(peaks.max()), 1e-9))]
