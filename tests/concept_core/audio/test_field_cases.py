"""Sounds as people have them: every audio line of the README of field_cases, with what is right."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

from concept_core.audio import load_clip
from concept_core.encoders.base import Encoder
from concept_core.errors import DataError, SoundHeaderWarning


@pytest.fixture
def cases(shared: Path) -> Path:
    folder = shared / "data" / "field_cases" / "audio"
    if not folder.is_dir():
        pytest.skip(f"no field cases at {folder}")
    return folder


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("cover_60k_noinfo.mp3", 10.0),
        ("piped.flac", 220_544 / 44_100),
        ("chain.ogg", 10.0),
        ("antiphase.wav", 2.0),
        ("ref.wav", 2.0),
        ("dc_0.002.wav", 2.0),
    ],
)
def test_read_to_its_end(cases: Path, name: str, seconds: float) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", SoundHeaderWarning)
        clip = load_clip(cases / name, 44_100)
    assert len(clip.samples) / 44_100 == pytest.approx(seconds, abs=0.05)
    assert np.abs(clip.samples).max() > 0.1


def test_both_streams_of_a_chain_sound(cases: Path) -> None:
    samples = load_clip(cases / "chain.ogg", 16_000).samples
    first, second = samples[:80_000], samples[80_000:]
    assert np.abs(first).max() > 0.1
    assert np.abs(second).max() > 0.1


def test_a_data_size_of_zero_is_read_with_a_word(cases: Path) -> None:
    with pytest.warns(SoundHeaderWarning, match="states 0 bytes of samples, 176400 bytes follow"):
        clip = load_clip(cases / "size0.wav", 16_000)
    np.testing.assert_array_equal(clip.samples, load_clip(cases / "ref.wav", 16_000).samples)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("header_only.wav", "holds no sound"),
        ("empty0.mp3", r"is empty \(0 bytes\); record, copy or download it again"),
        ("dead.wav", r"silence .*around a constant 4\.9e-04"),
        ("f32_3e38.wav", "out of range"),
    ],
)
def test_refused_by_name(cases: Path, name: str, says: str) -> None:
    with pytest.raises(DataError, match=says) as caught:
        load_clip(cases / name, 16_000)
    assert str(cases / name) in str(caught.value)


def test_an_offset_and_half_the_level_are_the_same_sound(cases: Path, encoder: Encoder) -> None:
    names = ("ref.wav", "dc_0.002.wav", "antiphase.wav")
    rows = encoder.encode_audio([cases / name for name in names])
    assert (rows @ rows[0]).min() > 0.999
