"""Embedding many clips: order, bad ones left out or reported together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_core.audio import BadClip, BadClipsError, Clip, Sound, as_clip, sound_name
from concept_core.encoders.base import Encoder, EncoderSpec, FloatArray
from concept_core.encoders.embeddings import embed_clips
from concept_core.errors import DataError
from tests.sounds import buzz


class Loudness:
    """An encoder whose rows tell which clip they came from: the angle is the peak."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    @property
    def spec(self) -> EncoderSpec:
        return EncoderSpec("loudness", "0" * 64, 2, 16000, "peak@1", "bare@1", "none")

    def encode_audio(self, clips: Sequence[Sound]) -> FloatArray:
        self.batches.append(len(clips))
        rows, bad = [], []
        for index, clip in enumerate(clips):
            try:
                peak = np.abs(as_clip(clip, 16000).samples).max()
            except DataError as error:
                bad.append(BadClip(index, sound_name(clip), str(error)))
                continue
            rows.append([np.cos(peak), np.sin(peak)])
        if bad:
            raise BadClipsError(bad, len(clips))
        return np.array(rows, np.float32).reshape(len(clips), 2)

    def encode_text(self, texts: Sequence[str]) -> FloatArray:
        raise NotImplementedError


def clip_of(peak: float, name: str = "clip") -> Clip:
    return Clip(buzz(np.full(10, peak, np.float32)), 16000, name)


def peaks(x: FloatArray) -> list[float]:
    return [round(float(angle), 4) for angle in np.arctan2(x[:, 1], x[:, 0])]


def test_the_test_encoder_is_an_encoder() -> None:
    assert isinstance(Loudness(), Encoder)


@pytest.mark.parametrize("count", [0, 1, 2, 32, 33, 70])
def test_rows_are_in_the_order_of_the_clips(count: int) -> None:
    values = [round(0.01 + 0.01 * index, 4) for index in range(count)]
    seen: list[tuple[int, int]] = []
    result = embed_clips(
        Loudness(),
        [clip_of(v) for v in values],
        progress=lambda done, total: seen.append((done, total)),
    )
    assert result.x.shape == (count, 2)
    assert result.x.dtype == np.float32
    assert peaks(result.x) == values
    assert (result.kept, result.bad) == (tuple(range(count)), ())
    assert [done for done, _ in seen] == [*range(32, count, 32), count][: len(seen)]
    assert all(total == count for _, total in seen)


@given(st.lists(st.booleans(), max_size=80))
def test_kept_and_bad_partition_the_clips(good: list[bool]) -> None:
    clips = [clip_of(0.5 if fine else 0.0, f"clip{i}") for i, fine in enumerate(good)]
    if good and not any(good):
        with pytest.raises(BadClipsError):
            embed_clips(Loudness(), clips, skip_bad=True)
        return
    result = embed_clips(Loudness(), clips, skip_bad=True)
    assert result.kept == tuple(i for i, fine in enumerate(good) if fine)
    assert [name for name, _ in result.bad] == [
        f"clip{i}" for i, fine in enumerate(good) if not fine
    ]
    assert len(result.x) == len(result.kept)


def test_one_error_names_every_bad_clip_of_every_batch() -> None:
    clips = [clip_of(0.0 if index in (3, 40, 69) else 0.5, f"clip{index}") for index in range(70)]
    with pytest.raises(BadClipsError) as caught:
        embed_clips(Loudness(), clips)
    assert [(bad.index, bad.name) for bad in caught.value.bad] == [
        (3, "clip3"),
        (40, "clip40"),
        (69, "clip69"),
    ]
    assert "3 of 70 clips" in str(caught.value)
    assert "clip69: silence" in str(caught.value)


def test_without_skip_bad_nothing_is_embedded_twice() -> None:
    encoder = Loudness()
    with pytest.raises(BadClipsError):
        embed_clips(encoder, [clip_of(0.0), *[clip_of(0.5)] * 40])
    assert encoder.batches == [32, 9]


def test_if_none_is_good_skip_bad_raises_too() -> None:
    with pytest.raises(BadClipsError, match="2 of 2 clips cannot be embedded:"):
        embed_clips(Loudness(), [clip_of(0.0), clip_of(np.nan)], skip_bad=True)
