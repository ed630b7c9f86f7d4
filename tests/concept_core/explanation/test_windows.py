from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from concept_core.audio import Clip, Sound
from concept_core.decomposition.dictionary import Dictionary
from concept_core.encoders.base import EncoderSpec
from concept_core.errors import DataError, UsageError
from concept_core.explanation.windows import explain_over_time
from tests.sounds import buzz

AXES = Dictionary(np.eye(2, dtype=np.float32), ("soft", "loud"), "v", "e")
RATE = 1000


class Loudness:
    """Hears whether a clip is loud."""

    spec = EncoderSpec("loudness", "0" * 64, 2, RATE, "none", "bare@1", "none")

    def encode_audio(self, clips: Sequence[Sound]) -> NDArray[np.float32]:
        loud = [isinstance(one, Clip) and np.abs(one.samples).max() > 0.3 for one in clips]
        return np.eye(2, dtype=np.float32)[np.array(loud, int)]

    def encode_text(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise NotImplementedError


def write(path: Path, *levels: float) -> Path:
    """A second a level."""
    soundfile.write(path, buzz(np.repeat(np.array(levels), RATE)), RATE, subtype="FLOAT")
    return path


def test_concepts_come_and_go(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", 0.1, 0.0, 0.5, 0.5)
    found = explain_over_time(path, Loudness(), AXES, window=1, l0=1)
    assert [(one.start, one.end) for one in found.moments] == [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert found.concepts() == (("loud", (0, 0, 1, 1)), ("soft", (1, 0, 0, 0)))
    assert found.concepts(1) == (("loud", (0, 0, 1, 1)),)
    assert [one.explanation is None for one in found.moments] == [False, True, False, False]
    told = json.loads(json.dumps(found.to_dict()))["windows"]
    assert (told[1]["silent"], told[2]["concepts"][0]["label"]) == (True, "loud")
    assert list(found.to_frame()["label"]) == ["soft", "loud", "loud"]
    assert "loud" in found._repr_html_()


@pytest.mark.parametrize(
    ("seconds", "ends"), [(1, [1]), (3, [2, 3]), (2, [2]), (2.5, [2]), (4, [2, 4])]
)
def test_the_last_window_is_half_a_window_at_least(
    tmp_path: Path, seconds: float, ends: list[float]
) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, buzz(np.full(int(seconds * RATE), 0.1)), RATE)
    found = explain_over_time(path, Loudness(), AXES, window=2, l0=1)
    assert [one.end for one in found.moments] == ends


def test_windows_may_overlap(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", 0.1, 0.1, 0.1)
    found = explain_over_time(path, Loudness(), AXES, window=2, hop=0.5, l0=1)
    assert [one.start for one in found.moments] == [0, 0.5, 1, 1.5, 2]


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
def test_a_window_has_a_length(tmp_path: Path, value: float) -> None:
    with pytest.raises(UsageError, match="seconds must be a number above 0"):
        explain_over_time(tmp_path / "no.wav", Loudness(), AXES, window=value, l0=1)


def test_silence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="silence"):
        explain_over_time(write(tmp_path / "a.wav", 0.0), Loudness(), AXES, window=1, l0=1)
