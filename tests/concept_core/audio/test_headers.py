"""Lengths that headers state are hints: files of each kind with every length that is wrong."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from concept_core.audio import files, load_clip
from concept_core.errors import DataError, SoundHeaderWarning

RATE = 16_000
COUNT = 40_000


def noise(count: int = COUNT, level: float = 0.2) -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.clip(level * rng.standard_normal(count), -1, 1).astype(np.float32)


def made(path: Path, samples: np.ndarray | None = None, rate: int = RATE, **how: str) -> bytes:
    soundfile.write(path, noise() if samples is None else samples, rate, **how)
    return path.read_bytes()


def quietly(path: Path, rate: int = RATE) -> np.ndarray:
    """The samples, where nothing is to be said."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return load_clip(path, rate).samples


def flac_of(data: bytes, total: int) -> bytes:
    bits = int.from_bytes(data[18:26], "big") >> 36 << 36
    return data[:18] + (bits | total).to_bytes(8, "big") + data[26:]


ID3V1 = b"TAG" + b"title".ljust(125, b"\0")
APE = b"APETAGEX" + struct.pack("<IIII", 2000, 32, 0, 0) + bytes(8)
ID3V2 = b"ID3\x03\0\0\0\0\x10\x0a" + bytes(16 * 128 + 10)


def test_flac_of_unknown_length(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    data = made(path)
    whole = quietly(path)
    for form in (flac_of(data, 0), ID3V2 + flac_of(data, 0), flac_of(data, 0) + ID3V1):
        path.write_bytes(form)
        np.testing.assert_array_equal(quietly(path), whole)


@pytest.mark.parametrize("total", [1, 10_000, COUNT - 1, COUNT + 1, 4 * COUNT, (1 << 36) - 1])
def test_flac_of_a_wrong_length(tmp_path: Path, total: int) -> None:
    path = tmp_path / "a.flac"
    data = made(path)
    whole = quietly(path)
    path.write_bytes(flac_of(data, total))
    with pytest.warns(SoundHeaderWarning, match=f"states {total} frames, {COUNT} are there"):
        np.testing.assert_array_equal(load_clip(path, RATE).samples, whole)


@pytest.mark.parametrize("total", [0, COUNT])
def test_flac_that_was_cut(tmp_path: Path, total: int) -> None:
    path = tmp_path / "a.flac"
    data = flac_of(made(path), total)
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(DataError, match=r"a\.flac: truncated or damaged"):
        load_clip(path, RATE)


def test_flac_with_a_tag_behind_its_stated_end_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    data = made(path)
    whole = quietly(path)
    path.write_bytes(data + APE + ID3V1)
    np.testing.assert_array_equal(quietly(path), whole)


def ogg_of(folder: Path, rate: int, channels: int, hertz: float, subtype: str) -> bytes:
    tone = 0.5 * np.sin(2 * np.pi * hertz * np.arange(rate) / rate)
    path = folder / "part.ogg"
    return made(path, np.stack([tone] * channels, axis=1), rate, format="OGG", subtype=subtype)


@pytest.mark.parametrize("junk", [b"", b"junk" * 30_000])
def test_all_streams_of_a_chain_at_their_own_rates(tmp_path: Path, junk: bytes) -> None:
    streams = [(44_100, 1, "VORBIS"), (22_050, 2, "VORBIS"), (48_000, 2, "OPUS")]
    parts = [ogg_of(tmp_path, rate, channels, 500, kind) for rate, channels, kind in streams]
    path = tmp_path / "chain.ogg"
    path.write_bytes(parts[0] + junk + parts[1] + parts[2])
    samples = quietly(path)
    assert len(samples) == pytest.approx(3 * RATE, abs=100)
    for second in range(3):
        part = samples[second * RATE + 2000 : (second + 1) * RATE - 2000]
        assert np.abs(np.fft.rfft(part)).argmax() * RATE / len(part) == pytest.approx(500, abs=3)


def data_at(data: bytes) -> int:
    return data.index(b"data") + 4


def sized(data: bytes, size: int, riff: int | None = None, order: str = "<") -> bytes:
    place = data_at(data)
    changed = data[:place] + struct.pack(f"{order}I", size) + data[place + 4 :]
    return changed if riff is None else changed[:4] + struct.pack(f"{order}I", riff) + changed[8:]


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
@pytest.mark.parametrize("size", [0, 1, 2, 1000, 1001])
@pytest.mark.parametrize("consistent", [False, True])
def test_wav_of_too_few(tmp_path: Path, subtype: str, size: int, consistent: bool) -> None:
    path = tmp_path / "a.wav"
    data = made(path, subtype=subtype)
    whole = quietly(path)
    place = data_at(data) + 4
    path.write_bytes(sized(data, size, place - 8 + size if consistent else None))
    there = len(data) - place
    with pytest.warns(SoundHeaderWarning, match=f"states {size} bytes of samples, {there} bytes"):
        np.testing.assert_array_equal(load_clip(path, RATE).samples[: len(whole)], whole)


@pytest.mark.parametrize("size", [0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF])
def test_wav_of_no_size(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.wav"
    data = made(path)
    whole = quietly(path)
    for riff in (0, 0xFFFFFFFF, len(data) - 8):
        path.write_bytes(sized(data, size, riff))
        np.testing.assert_array_equal(quietly(path), whole)


def test_wav_of_big_endian_and_of_64_bits(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    data = made(path, endian="BIG")
    whole = quietly(path)
    path.write_bytes(sized(data, 0, order=">"))
    with pytest.warns(SoundHeaderWarning):
        np.testing.assert_array_equal(load_clip(path, RATE).samples, whole)
    data = made(path)
    long = b"ds64" + struct.pack("<IQQQI", 28, 0, 0, 0, 0)
    body = data[12 : data_at(data)] + b"\xff" * 4 + data[data_at(data) + 4 :]
    path.write_bytes(b"RF64" + b"\xff" * 4 + b"WAVE" + long + body)
    with pytest.warns(SoundHeaderWarning, match="states 0 bytes"):
        np.testing.assert_array_equal(load_clip(path, RATE).samples, whole)


@pytest.mark.parametrize(
    "behind", [b"LIST\x04\0\0\0INFO", ID3V1, APE, b"id3 \x02\0\0\0ab", b"\0" * 700, b"\n"]
)
def test_what_stands_behind_the_samples_is_no_sound(tmp_path: Path, behind: bytes) -> None:
    path = tmp_path / "a.wav"
    data = made(path)
    whole = quietly(path)
    path.write_bytes(data + behind)
    np.testing.assert_array_equal(quietly(path), whole)


def test_wav_of_an_odd_number_of_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    data = made(path)
    whole = quietly(path)
    odd = len(data) - data_at(data) - 3
    # The size agrees with what is there: half a sample lacks at the end.
    path.write_bytes(sized(data[:-1], odd, len(data) - 9))
    np.testing.assert_array_equal(quietly(path)[: COUNT - 1], whole[: COUNT - 1])


def test_wav_that_was_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    data = made(path)
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(DataError, match=f"truncated, 199.. of {COUNT} frames"):
        load_clip(path, RATE)
    path.write_bytes(data[: data_at(data) + 4])
    with pytest.raises(DataError, match="holds no sound"):
        load_clip(path, RATE)
    path.write_bytes(sized(data[: data_at(data) + 4], 0))
    with pytest.raises(DataError, match="holds no sound"):
        load_clip(path, RATE)


@pytest.fixture(params=[(44_100, 1), (22_050, 2), (48_000, 2), (11_025, 1)], ids=str)
def variable(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, bytes, int]]:
    """An mp3 of a variable rate that begins softly: path, bytes, where its first frame ends."""
    rate, channels = request.param
    path = tmp_path / "a.mp3"
    samples = noise(8 * rate)
    samples[:rate] *= 1e-3
    data = made(path, np.stack([samples] * channels, axis=1), rate, bitrate_mode="VARIABLE")
    yield path, data, data.index(data[:2], 100)


def seconds(path: Path) -> float:
    return len(load_clip(path, RATE).samples) / RATE


@pytest.mark.filterwarnings("ignore::concept_core.errors.SoundHeaderWarning")
def test_mp3_without_a_first_frame_that_tells(variable: tuple[Path, bytes, int]) -> None:
    path, data, first = variable
    frames = data[first:]
    for form in (frames, ID3V2 + frames, frames + APE + ID3V1, ID3V2 + frames + ID3V1):
        path.write_bytes(form)
        assert seconds(path) == pytest.approx(8, abs=0.3)


@pytest.mark.filterwarnings("ignore::concept_core.errors.SoundHeaderWarning")
def test_mp3_whose_first_frame_tells_wrongly(variable: tuple[Path, bytes, int]) -> None:
    path, data, _ = variable
    place = data.index(b"Xing") + 8
    for count in (5, 40):
        path.write_bytes(data[:place] + struct.pack(">I", count) + data[place + 4 :])
        assert seconds(path) == pytest.approx(8, abs=0.3)


@pytest.mark.filterwarnings("ignore::concept_core.errors.SoundHeaderWarning")
def test_joined_mp3_files_are_read_whole(variable: tuple[Path, bytes, int]) -> None:
    path, data, _ = variable
    path.write_bytes(data + data)
    assert seconds(path) == pytest.approx(16, abs=0.5)


def test_mp3_with_tags_is_the_same_to_the_last_bit(variable: tuple[Path, bytes, int]) -> None:
    path, data, _ = variable
    whole = quietly(path)
    for form in (ID3V2 + data, data + ID3V1, ID3V2 + data + APE + ID3V1):
        path.write_bytes(form)
        np.testing.assert_array_equal(quietly(path), whole)


def test_a_rate_that_no_sound_has(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    for rate in (1, 50_000_000):
        made(path, rate=rate)
        with pytest.raises(DataError, match=f"states {rate} samples a second"):
            load_clip(path, RATE)


def test_a_low_rate_does_not_make_long_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.wav"
    made(path, noise(4000), 100)
    monkeypatch.setattr(files, "_BLOCK_VALUES", 1000)
    (stream,) = files.streams(path)
    assert {len(block) for block in stream.blocks(20_000)} == {5}
