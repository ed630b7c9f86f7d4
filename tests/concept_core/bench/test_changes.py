from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from concept_core.audio import Clip
from concept_core.bench.changes import MOST, changed_sounds, changed_wordings
from concept_core.decomposition.dictionary import Dictionary
from tests.tasks_toy import vocabulary
from tests.toy import FewWordsEncoder, ToyEncoder

RATE = 16_000


class Listener(ToyEncoder):
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.heard: list[list[Clip]] = []

    def encode_audio(self, clips):
        self.heard.append(list(clips))
        return super().encode_audio(clips)


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    path = tmp_path / "tone.wav"
    soundfile.write(path, 0.5 * np.sin(np.arange(RATE) * 0.1), RATE, subtype="FLOAT")
    return path


def test_noise_is_30_db_below_the_clip_and_a_shift_loses_nothing(tone: Path) -> None:
    listener = Listener()
    places, rows = changed_sounds([tone], listener, seed=0)
    assert places.tolist() == [0]
    assert {name: found.shape for name, found in rows.items()} == {
        "sound noise": (1, 64),
        "time shift": (1, 64),
    }
    (noisy,), (shifted,) = listener.heard
    clean = soundfile.read(tone, dtype="float32")[0]
    power = np.mean(np.square(noisy.samples - clean)) / np.mean(np.square(clean))
    assert 10 * np.log10(power) == pytest.approx(-30, abs=0.2)
    np.testing.assert_array_equal(np.roll(shifted.samples, -RATE // 4), clean)


def test_many_clips_are_spaced_evenly(tone: Path) -> None:
    places, rows = changed_sounds([tone] * (2 * MOST), Listener(), seed=0)
    assert places.tolist() == list(range(0, 2 * MOST, 2))
    assert {len(found) for found in rows.values()} == {MOST}


def test_no_clips() -> None:
    places, rows = changed_sounds([], Listener(), seed=0)
    assert (len(places), rows) == (0, {})


def test_other_wordings_of_the_same_concepts() -> None:
    words, encoder = vocabulary("dog", "rain"), ToyEncoder()
    found = changed_wordings(words, Dictionary.build(words, encoder), encoder)
    assert set(found) == {"paper@1", "ensemble@1"}
    assert {one.labels for one in found.values()} == {("dog", "rain")}
    expected = encoder.encode_text(["This is a sound of dog."])
    np.testing.assert_allclose(found["paper@1"].atoms[:1], expected, rtol=1e-6)


def test_wordings_that_an_encoder_lacks_are_left_out() -> None:
    words, encoder = vocabulary("dog", "rain"), FewWordsEncoder()
    assert changed_wordings(words, Dictionary.build(words, encoder), encoder) == {}
