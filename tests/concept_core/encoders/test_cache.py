"""An encoder with a cache gives what it gives without, and is asked only for what is new."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from concept_core.audio import BadClip, BadClipsError, Clip, Sound, sound_name
from concept_core.encoders import cache
from concept_core.encoders.base import EncoderSpec, FloatArray
from concept_core.encoders.cache import CachedEncoder
from concept_core.encoders.embeddings import embed_clips
from concept_core.errors import DataError, UsageError
from tests.toy import ToyEncoder


class CountingEncoder(ToyEncoder):
    """Notes what it is asked for; files named bad cannot be embedded."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.clips: list[str] = []

    def encode_text(self, texts: Sequence[str]) -> FloatArray:
        self.texts += texts
        return super().encode_text(texts)

    def encode_audio(self, clips: Sequence[Sound]) -> FloatArray:
        names = [sound_name(clip) for clip in clips]
        self.clips += names
        bad = [
            BadClip(index, name, f"{name}: bad")
            for index, name in enumerate(names)
            if Path(name).stem in ("bad", "missing")
        ]
        if bad:
            raise BadClipsError(bad, len(clips))
        return ToyEncoder.encode_text(self, [name.rpartition("/")[2] for name in names])


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def inner() -> CountingEncoder:
    return CountingEncoder()


def write(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def test_texts_are_asked_for_once(inner: CountingEncoder) -> None:
    texts = ["rain", "café", "rock 'n' roll", "null", "rain"]
    plain = ToyEncoder().encode_text(texts)
    np.testing.assert_array_equal(CachedEncoder(inner).encode_text(texts), plain)
    assert inner.texts == ["rain", "café", "rock 'n' roll", "null"]
    again = CachedEncoder(inner)
    np.testing.assert_array_equal(again.encode_text(texts[::-1]), plain[::-1])
    np.testing.assert_array_equal(again.encode_text(["null", "new"])[0], plain[3])
    assert inner.texts[4:] == ["new"]
    assert again.spec == inner.spec


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_batches_change_nothing(
    inner: CountingEncoder, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "_TEXTS", size)
    texts = [f"word {number % 7}" for number in range(10)]
    rows = CachedEncoder(inner).encode_text(texts)
    np.testing.assert_array_equal(rows, ToyEncoder().encode_text(texts))
    assert len(inner.texts) == 7


def test_nothing_is_nothing(inner: CountingEncoder) -> None:
    cached = CachedEncoder(inner)
    assert cached.encode_text([]).shape == cached.encode_audio([]).shape == (0, inner.spec.dim)


def test_bad_calls_are_told_as_by_the_encoder(inner: CountingEncoder) -> None:
    cached = CachedEncoder(inner)
    with pytest.raises(DataError, match="text 1 is empty"):
        cached.encode_text(["rain", " "])
    with pytest.raises(UsageError, match="not one string"):
        cached.encode_text("rain")
    with pytest.raises(UsageError, match="not one"):
        cached.encode_audio("rain.wav")
    assert inner.texts == inner.clips == []


def test_a_file_is_known_by_its_bytes(inner: CountingEncoder, tmp_path: Path) -> None:
    one = write(tmp_path / "a", "one.wav", b"1")
    rows = CachedEncoder(inner).encode_audio([one])
    copy = write(tmp_path / "b", "copy.WAV", b"1")
    np.testing.assert_array_equal(CachedEncoder(inner).encode_audio([str(copy)]), rows)
    assert inner.clips == [str(one)]
    one.write_bytes(b"2")
    CachedEncoder(inner).encode_audio([one])
    # Without a header, the suffix decides what the bytes mean.
    raw = write(tmp_path / "b", "copy.vox", b"1")
    CachedEncoder(inner).encode_audio([raw])
    assert inner.clips == [str(one), str(one), str(raw)]


def test_samples_are_known_by_their_values_rate_and_type(inner: CountingEncoder) -> None:
    samples = np.linspace(-1, 1, 50, dtype=np.float32)
    cached = CachedEncoder(inner)
    clips = [
        Clip(samples, 16_000, "a"),
        Clip(samples.copy(), 16_000, "b"),
        Clip(np.repeat(samples, 2)[::2], 16_000, "strided"),
        Clip(samples, 8_000, "rate"),
        Clip(samples.astype(np.float64), 16_000, "type"),
        Clip(samples.reshape(2, 25), 16_000, "shape"),
        Clip(-samples, 16_000, "values"),
    ]
    cached.encode_audio(clips)
    assert inner.clips == ["a", "rate", "type", "shape", "values"]


def test_a_text_and_a_file_of_the_same_bytes_are_two_things(
    inner: CountingEncoder, tmp_path: Path
) -> None:
    cached = CachedEncoder(inner)
    cached.encode_text(["rain"])
    cached.encode_audio([write(tmp_path, "x.wav", b"rain")])
    assert (len(inner.texts), len(inner.clips)) == (1, 1)


def test_bad_clips_are_all_named_by_their_place(inner: CountingEncoder, tmp_path: Path) -> None:
    good = [write(tmp_path, f"good-{number}.wav", bytes([number])) for number in range(40)]
    bad = write(tmp_path, "bad.wav", b"b")
    clips = [good[0], bad, *good[1:], tmp_path / "missing.wav", bad, good[3]]
    cached = CachedEncoder(inner)
    for _ in range(2):
        with pytest.raises(BadClipsError, match="3 of 44 clips") as caught:
            cached.encode_audio(clips)
        assert [one.index for one in caught.value.bad] == [1, 41, 42]
    embedded = embed_clips(cached, clips, skip_bad=True)
    assert len(embedded.kept) == 41
    assert len(embed_clips(cached, [*good, *good]).x) == 80


def test_a_file_that_changes_while_it_is_read_is_not_kept(
    inner: CountingEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = [write(tmp_path, "a.wav", b"a"), write(tmp_path, "b.wav", b"b")]
    embed = inner.encode_audio

    def recorded_over(asked: Sequence[Sound]) -> FloatArray:
        clips[0].write_bytes(b"another sound")
        return embed(asked)

    monkeypatch.setattr(inner, "encode_audio", recorded_over)
    CachedEncoder(inner).encode_audio(clips)
    monkeypatch.setattr(inner, "encode_audio", embed)
    clips[0].write_bytes(b"a")
    CachedEncoder(inner).encode_audio(clips)
    assert inner.clips[2:] == [str(clips[0])]


def test_other_specs_have_other_stores(inner: CountingEncoder) -> None:
    class Other(CountingEncoder):
        spec = EncoderSpec("toy", "1" * 64, 64, 16_000, "none", "bare@1", "none")

    CachedEncoder(inner).encode_text(["rain"])
    other = Other()
    CachedEncoder(other).encode_text(["rain"])
    assert other.texts == ["rain"]


def test_what_labels_are_written_as_is_no_part_of_the_key(inner: CountingEncoder) -> None:
    class Written(CountingEncoder):
        spec = EncoderSpec("toy", "0" * 64, 64, 16_000, "none", "paper@1", "none")

    CachedEncoder(inner).encode_text(["rain"])
    written = Written()
    assert CachedEncoder(written).spec.prompt_set == "paper@1"
    CachedEncoder(written).encode_text(["rain"])
    assert written.texts == []


def test_a_cache_that_cannot_be_written_only_costs_time(inner: CountingEncoder, home: Path) -> None:
    home.write_text("a file where the folder would be", encoding="utf-8")
    cached = CachedEncoder(inner)
    for _ in range(2):
        np.testing.assert_array_equal(
            cached.encode_text(["rain"]), ToyEncoder().encode_text(["rain"])
        )
    assert inner.texts == ["rain", "rain"]
