"""A sound file in memory is the same as on a disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from concept_core.audio import (
    Clip,
    SoundBytes,
    as_clip,
    is_sound,
    load_clip,
    sha256_of,
    sound_name,
    stated_seconds,
)
from concept_core.errors import DataError, SoundHeaderWarning
from concept_core.files import sha256_file

soundfile = pytest.importorskip("soundfile")
RATE = 16_000


def _tone(seconds: float = 1.0) -> np.ndarray:
    return (0.3 * np.sin(np.arange(int(RATE * seconds)) / 9)).astype(np.float32)


def _both(path: Path) -> tuple[Clip, Clip]:
    held = SoundBytes(path.read_bytes(), f"shard.tar: {path.name}")
    return load_clip(path, RATE), as_clip(held, RATE)


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3", "aiff"])
def test_every_format_is_decoded_from_memory_as_from_a_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"tone.{suffix}"
    soundfile.write(path, np.stack([_tone(), _tone()], axis=1), RATE)
    one, other = _both(path)
    np.testing.assert_array_equal(one.samples, other.samples)
    assert other.name == f"shard.tar: tone.{suffix}"


@pytest.mark.filterwarnings("ignore::concept_core.errors.SoundHeaderWarning")
def test_joined_files_are_read_to_their_end(tmp_path: Path) -> None:
    for suffix in ("mp3", "ogg"):
        path = tmp_path / f"tone.{suffix}"
        soundfile.write(path, _tone(), RATE)
        path.write_bytes(path.read_bytes() * 2)
        one, other = _both(path)
        assert len(one.samples) > 1.9 * RATE
        np.testing.assert_array_equal(one.samples, other.samples)


def test_a_header_that_states_too_little_is_named_by_the_member(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    soundfile.write(path, _tone(), RATE)
    content = bytearray(path.read_bytes())
    content[40:44] = (100).to_bytes(4, "little")
    with pytest.warns(SoundHeaderWarning, match="^a/b.wav: "):
        assert len(as_clip(SoundBytes(bytes(content), "a/b.wav"), RATE).samples) == RATE


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"<html>", "a web page"),
        (b"\0\0\0\0ftypM4A ", "MPEG-4"),
        (b"x" * 99, ""),
    ],
)
def test_what_is_no_sound_is_named(content: bytes, why: str) -> None:
    with pytest.raises(DataError, match=f"^clips.tar: x.m4a: cannot be read as audio.*{why}"):
        load_clip(SoundBytes(content, "clips.tar: x.m4a"), RATE)


def test_it_is_a_sound_with_a_name_and_a_sum(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    soundfile.write(path, _tone(), RATE)
    held = SoundBytes(path.read_bytes(), "member")
    assert is_sound(held) and sound_name(held) == "member"
    assert sha256_of(held) == sha256_of(path) == sha256_file(path)


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
def test_how_long_a_sound_is_by_its_header(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"tone.{suffix}"
    soundfile.write(path, _tone(2.5), RATE)
    assert stated_seconds(path) == pytest.approx(2.5, abs=0.1)
    assert stated_seconds(SoundBytes(path.read_bytes(), "x")) == stated_seconds(path)
    assert stated_seconds(SoundBytes(b"no sound", "x")) == 0
