"""Silence, offsets, cancelling channels and samples out of range."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from concept_core.audio import Clip, as_clip, clips, constant_offset, is_silent, load_clip
from concept_core.audio.clips import pair_clip
from concept_core.encoders import yamnet
from concept_core.encoders.base import Encoder
from concept_core.errors import DataError

RATE = 44_100


def call(level: float = 0.4) -> np.ndarray:
    """A call between two pauses: 3 seconds."""
    times = np.arange(RATE) / RATE
    tone = np.sin(2 * np.pi * (600 + 300 * times) * times) * np.hanning(RATE)
    return np.concatenate([np.zeros(RATE), level * tone, np.zeros(RATE)])


def written(path: Path, samples: np.ndarray, subtype: str = "PCM_16") -> Path:
    soundfile.write(path, samples, RATE, subtype=subtype)
    return path


@pytest.mark.parametrize("constant", [0.0, 16 / 32768, 0.01, -0.5, 0.999])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_a_constant_is_silence(tmp_path: Path, constant: float, channels: int) -> None:
    samples = np.full((RATE, channels), constant)
    with pytest.raises(DataError, match="silence"):
        load_clip(written(tmp_path / "a.wav", samples), 16_000)
    with pytest.raises(DataError, match="silence"):
        as_clip(Clip(samples[:, 0].astype(np.float32), RATE), 16_000)


def test_a_constant_for_each_channel_is_silence(tmp_path: Path) -> None:
    samples = np.tile([0.3, -0.2], (RATE, 1)) + 1e-5 * np.sin(np.arange(RATE))[:, None]
    with pytest.raises(DataError, match=r"silence .*around a constant 3\.0e-01"):
        load_clip(written(tmp_path / "a.wav", samples, "FLOAT"), 16_000)


@pytest.mark.parametrize("offset", [5e-4, 0.002, -0.01, 0.05, 0.3, -0.5])
@pytest.mark.parametrize("subtype", ["PCM_16", "FLOAT"])
def test_an_offset_changes_nothing(
    tmp_path: Path, encoder: Encoder, offset: float, subtype: str
) -> None:
    plain = written(tmp_path / "plain.wav", call(), subtype)
    moved = written(tmp_path / "moved.wav", call() + offset, subtype)
    half = written(tmp_path / "half.wav", call() / 2 + offset, subtype)
    array = Clip((call() + offset).astype(np.float32), RATE)
    rows = encoder.encode_audio([plain, moved, half, array])
    # What 16 bits leave of the softest edges is not the same at half the level.
    assert (rows @ rows[0]).min() > 0.995


def test_what_has_no_offset_stays_as_it_is() -> None:
    sound = call().astype(np.float32)
    assert constant_offset(sound, RATE) == 0
    # Half a wave more on one side, between pauses at zero: its mean is its own.
    assert constant_offset(np.maximum(sound, 0), RATE) == 0
    assert constant_offset(sound + np.float32(0.1), RATE) == pytest.approx(0.1, abs=1e-5)


def test_prepare_trims_what_is_quiet_without_the_offset() -> None:
    sound = np.concatenate([np.zeros(8000), 0.2 * np.sin(np.arange(20_000)), np.zeros(8000)])
    plain = yamnet.prepare(sound.astype(np.float32))
    moved = yamnet.prepare((sound + 0.05).astype(np.float32))
    assert len(moved) == len(plain)
    np.testing.assert_allclose(moved, plain, atol=1e-4)


@pytest.mark.parametrize("other", [-1.0, -0.95, -0.9])
def test_channels_that_cancel_are_heard(tmp_path: Path, other: float) -> None:
    sound = call()
    path = written(tmp_path / "a.wav", np.stack([sound, other * sound], axis=1))
    expected = load_clip(written(tmp_path / "b.wav", sound), 16_000).samples
    got = load_clip(path, 16_000).samples
    assert np.abs(got).max() > 0.9 * np.abs(expected).max()
    assert np.corrcoef(got, expected)[0, 1] > 0.999
    pair = np.stack([sound, other * sound], axis=1).astype(np.float32)
    assert np.abs(pair_clip((pair, RATE)).samples).max() > 0.37
    assert np.abs(pair_clip((pair.T, RATE)).samples).max() > 0.37


def test_one_of_many_channels_is_heard_if_turning_over_does_not_help(tmp_path: Path) -> None:
    phases = 2 * np.pi * np.arange(3) / 3
    waves = 0.4 * np.sin(2 * np.pi * 500 * np.arange(RATE)[:, None] / RATE + phases)
    got = load_clip(written(tmp_path / "a.wav", waves), 16_000).samples
    assert np.abs(got).max() > 0.2


def test_ordinary_stereo_is_the_mean_of_its_channels(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    left, right = 0.1 * rng.standard_normal((2, RATE))
    for other in (right, -0.5 * left, 0.5 * left):
        path = written(tmp_path / "a.wav", np.stack([left, other], axis=1), "FLOAT")
        read, _ = soundfile.read(path, dtype="float32")
        np.testing.assert_array_equal(load_clip(path, RATE).samples, read.mean(axis=1))


def test_what_lies_above_the_encoders_rate_is_silence_there(tmp_path: Path) -> None:
    tone = np.sin(2 * np.pi * 20_000 * np.arange(RATE) / RATE) * np.hanning(RATE)
    path = written(tmp_path / "a.wav", 0.4 * tone)
    with pytest.raises(DataError, match="silence at 8000 Hz"):
        load_clip(path, 8_000)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (np.nan, "sample 70 is nan, not a finite"),
        (np.inf, "sample 70 is inf, not a finite"),
        (-np.inf, "sample 70 is -inf, not a finite"),
        (3e38, r"sample 70 is 3e\+38, out of range"),
        (-32767.0, "sample 70 is -32767, out of range: full scale is 1; divide"),
    ],
)
@pytest.mark.parametrize("channels", [1, 2])
def test_samples_out_of_range(tmp_path: Path, value: float, says: str, channels: int) -> None:
    samples = np.tile(0.1 * np.sin(np.arange(RATE, dtype=np.float32))[:, None], channels)
    samples[70] = value
    with pytest.raises(DataError, match=says):
        load_clip(written(tmp_path / "a.wav", samples, "FLOAT"), 16_000)
    with pytest.raises(DataError, match=says):
        as_clip((samples, RATE), 16_000) if channels > 1 else as_clip(
            Clip(samples[:, 0], RATE), 16_000
        )


def test_samples_beyond_full_scale_are_fine(tmp_path: Path) -> None:
    sound = (100 * call()).astype(np.float32)
    path = written(tmp_path / "a.wav", sound, "FLOAT")
    np.testing.assert_array_equal(load_clip(path, RATE).samples, sound)


def test_windows_of_a_constant_are_silent() -> None:
    assert is_silent(np.full(10, 0.5, np.float32))
    assert is_silent(np.zeros(0, np.float32))
    assert not is_silent(np.array([0.5, 0.6], np.float32))


def test_what_is_too_long_to_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loud = written(tmp_path / "loud.wav", np.tile(call(), 4))
    quiet = written(tmp_path / "quiet.flac", np.zeros(12 * RATE))
    monkeypatch.setattr(clips, "_MOST_SAMPLES", 160_000)
    monkeypatch.setattr(clips, "_MOST_SILENCE", 40_000)
    with pytest.raises(DataError, match=r"loud\.wav: longer than .* cut it into shorter files"):
        load_clip(loud, 16_000)
    with pytest.raises(DataError, match=r"quiet\.flac: silence for .* from its start"):
        load_clip(quiet, 16_000)
