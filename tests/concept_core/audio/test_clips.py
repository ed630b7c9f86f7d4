"""Audio in: every format, every way a file can be bad, and that blocks do not show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from concept_core.audio import (
    BadClip,
    BadClipsError,
    Clip,
    as_clip,
    files,
    left_out,
    load_clip,
    sound_name,
)
from concept_core.errors import DataError

RATE = 44100


def tone(seconds: float = 1.0, rate: int = RATE, hertz: float = 440.0) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype("f4")


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
def test_each_format_gives_the_same_mono_sound(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"tone.{suffix}"
    stereo = np.stack([tone(), 0.5 * tone()], axis=1)
    soundfile.write(path, stereo, RATE)
    clip = load_clip(path, 16000)
    assert (clip.sample_rate, clip.name, clip.samples.dtype) == (16000, str(path), np.float32)
    assert abs(len(clip.samples) - 16000) <= 2
    expected = 0.75 * tone(rate=16000)
    middle = slice(2000, 14000)
    assert np.corrcoef(clip.samples[middle], expected[middle])[0, 1] > 0.999
    assert np.abs(clip.samples[middle]).max() == pytest.approx(0.375, abs=0.02)


@settings(max_examples=30, deadline=None)
@given(
    samples=hnp.arrays(
        np.float32,
        st.integers(1, 100),
        # Audible, and beyond full scale too: a float file may go there.
        elements=st.one_of(st.floats(0.125, 4, width=32), st.floats(-4, -0.125, width=32)),
    )
)
def test_a_float_wav_comes_back_as_written(
    tmp_path_factory: pytest.TempPathFactory, samples: np.ndarray
) -> None:
    # Each value with its opposite: nothing constant, which would be taken off.
    samples = np.stack([samples, -samples], axis=1).ravel()
    path = tmp_path_factory.mktemp("law") / "x.wav"
    soundfile.write(path, samples, 16000, subtype="FLOAT")
    np.testing.assert_array_equal(load_clip(path, 16000).samples, samples)
    np.testing.assert_array_equal(as_clip(Clip(samples, 16000), 16000).samples, samples)


def test_decoding_in_blocks_does_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "long.wav"
    stereo = np.stack([tone(2), tone(2, hertz=3000)], axis=1)
    soundfile.write(path, stereo, RATE, subtype="FLOAT")
    whole = load_clip(path, 16000).samples
    monkeypatch.setattr(files, "_BLOCK_VALUES", 1234)
    np.testing.assert_array_equal(load_clip(path, 16000).samples, whole)
    np.testing.assert_array_equal(soxr.resample(stereo.mean(axis=1), RATE, 16000), whole)
    np.testing.assert_array_equal(as_clip(Clip(stereo.mean(axis=1), RATE), 16000).samples, whole)


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def bad_file(folder: Path, kind: str) -> Path:
    """A file that is bad in one way."""
    path = folder / f"{kind.replace(' ', '-')}.wav"
    loud = tone(2)
    broken = loud.copy()
    broken[70000] = np.inf if kind == "infinite" else np.nan
    if kind in ("nan", "infinite"):
        soundfile.write(path, broken, RATE, subtype="FLOAT")
    elif kind == "silent":
        soundfile.write(path, loud * 1e-4, RATE, subtype="FLOAT")
    elif kind == "constant":
        soundfile.write(path, np.full(1000, 0.5), RATE)
    elif kind == "no samples":
        soundfile.write(path, loud[:0], RATE)
    elif kind == "too short to resample":
        soundfile.write(path, [0.5, -0.5], 384_000)
    elif kind == "no bytes":
        path.touch()
    elif kind == "text":
        path.write_text("hello " * 100)
    elif kind == "headerless":
        path = path.with_suffix(".raw")
        path.write_bytes(loud.tobytes())
    elif kind == "folder":
        path.mkdir()
    elif kind.startswith("truncated"):
        path = path.with_suffix(f".{kind.split()[1]}")
        soundfile.write(path, loud, RATE)
        half(path)
    return path


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("nan", "sample 70000 is nan"),
        ("infinite", "sample 70000 is inf"),
        ("silent", "silence"),
        ("constant", "silence (peak 0.0e+00, around a constant 5.0e-01"),
        ("no samples", "empty"),
        ("too short to resample", "empty"),
        ("no bytes", "cannot be read as audio"),
        ("text", "cannot be read as audio"),
        ("headerless", "cannot be read as audio"),
        ("folder", "a folder, not an audio file"),
        ("missing", "no such audio file"),
        ("truncated wav", "truncated, 440"),
        ("truncated flac", "truncated"),
        ("truncated mp3", "truncated"),
    ],
)
def test_a_bad_file_is_an_error_that_names_it(tmp_path: Path, kind: str, says: str) -> None:
    path = bad_file(tmp_path, kind)
    with pytest.raises(DataError) as caught:
        load_clip(path, 16000)
    assert str(path) in str(caught.value)
    assert says in str(caught.value)
    with pytest.raises(DataError, match="\\."):
        as_clip(str(path), 16000)


def test_a_wav_written_to_a_pipe_states_no_length_and_is_fine(tmp_path: Path) -> None:
    path = tmp_path / "piped.wav"
    soundfile.write(path, tone(), RATE)
    header = bytearray(path.read_bytes())
    place = header.index(b"data") + 4
    header[place : place + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(bytes(header))
    assert len(load_clip(path, RATE).samples) == RATE


@pytest.mark.parametrize(
    ("samples", "rate", "says"),
    [
        (np.ones((100, 2), np.float32), 16000, r"shape \(100, 2\).*average the channels"),
        (np.ones(100, np.int16), 16000, "type int16.*full scale"),
        (np.ones(100, np.float32), 0, "sample rate 0 Hz"),
        (np.array([0.5, np.nan], np.float32), 16000, "sample 1 is nan"),
        (np.zeros(0, np.float32), 16000, "empty"),
        (np.full(100, 9e-5, np.float32), 16000, "silence"),
    ],
)
def test_a_bad_clip_is_an_error_that_names_it(samples: np.ndarray, rate: int, says: str) -> None:
    with pytest.raises(DataError, match=f"bark: .*{says}"):
        as_clip(Clip(samples, rate, "bark"), 16000)


def test_a_clip_of_doubles_becomes_floats_at_the_asked_rate() -> None:
    clip = as_clip(Clip(tone().astype(np.float64), RATE, "bark"), 16000)  # type: ignore[arg-type]
    assert (clip.samples.dtype, len(clip.samples)) == (np.float32, 16000)
    assert (clip.sample_rate, clip.name) == (16000, "bark")


def test_names_of_clips() -> None:
    assert sound_name(Path("a") / "b.wav") == sound_name("a/b.wav") == "a/b.wav"
    assert sound_name(Clip(tone(), RATE, "bark")) == "bark"


def test_the_error_for_many_bad_clips_lists_twenty_and_counts_the_rest() -> None:
    bad = [BadClip(index, f"{index}.wav", f"{index}.wav: silence") for index in range(25)]
    some = str(BadClipsError(bad, 30))
    assert some.startswith("25 of 30 clips cannot be embedded (--skip-bad leaves them out):\n")
    assert "  19.wav: silence\n  and 5 more" in some
    assert "20.wav" not in some
    assert BadClipsError(bad, 30).bad == tuple(bad)
    assert "--skip-bad" not in str(BadClipsError(bad, 25))


def test_what_helps_many_clips_is_said_once() -> None:
    bad = [BadClip(place, f"{place}", f"{place}: no row", "add rows") for place in range(25)]
    assert str(BadClipsError(bad, 25)).splitlines()[-2:] == ["  and 5 more", "add rows"]


def test_clips_that_were_left_out_are_named_up_to_twenty() -> None:
    bad = [(f"{place}.wav", f"{place}.wav: silence") for place in range(25)]
    assert left_out(bad[:2]) == ["left out: 0.wav: silence", "left out: 1.wav: silence"]
    lines = left_out(bad)
    assert len(lines) == 21
    assert lines[-2:] == ["left out: 19.wav: silence", "left out: 5 more, 25 clips in all"]


def test_real_mp3_files_whose_headers_overstate_their_length_are_fine(demo_sounds: Path) -> None:
    clips = [load_clip(path, 16000) for path in sorted(demo_sounds.glob("*.mp3"))]
    assert len(clips) == 10
    assert all(len(clip.samples) > 8000 for clip in clips)


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    plain = tmp_path / "noise.wav"
    soundfile.write(plain, tone()[:100], 16000)
    strange = tmp_path / b"\xff.wav".decode("utf-8", "surrogateescape")
    plain.rename(strange)
    assert len(load_clip(strange, 16000).samples) == 100
