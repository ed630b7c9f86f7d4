"""What stands around every CLAP model, on a model of arithmetic."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_core.audio import BadClipsError, Clip
from concept_core.encoders.base import FloatArray, unit
from concept_core.encoders.windowed import FILLS, Plan, WindowedEncoder, rule, windows
from concept_core.errors import DataError, UsageError
from tests.sounds import buzz

RATE, LENGTH = 8_000, 100


class Sums:
    """Rows of any length; a text or sound that says so breaks it."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def audio(self, windows: FloatArray) -> FloatArray:
        self.batches.append(len(windows))
        rows = np.stack([buzz(windows.T).sum(axis=0), abs(windows).sum(axis=1)], axis=1)
        rows[windows.max(axis=1) > 0.9] = np.nan
        return rows

    def text(self, texts: Sequence[str]) -> FloatArray:
        self.batches.append(len(texts))
        return np.array([[len(text), np.inf if "!" in text else 1] for text in texts], np.float32)


def made() -> tuple[WindowedEncoder, Sums, list[tuple[str, str]]]:
    tower, loads = Sums(), []

    def load(device: str, precision: str) -> Sums:
        loads.append((device, precision))
        return tower

    plan = Plan("sums", "0" * 64, 2, RATE, LENGTH, "repeat", load)
    return WindowedEncoder(plan, prompt_set="bare@1"), tower, loads


def clip(*levels: float, name: str = "clip") -> Clip:
    """A stretch of a window's length for each level."""
    return Clip(buzz(np.repeat(np.float32(levels), LENGTH)), RATE, name)


def test_a_clip_is_the_mean_of_its_unit_windows() -> None:
    encoder, _, _ = made()
    x = encoder.encode_audio([clip(0.5), clip(-0.5), clip(0.5, -0.1)])
    half = np.sqrt(0.5)
    assert x == pytest.approx(np.array([[half, half], [-half, half], [0, 1]]), abs=1e-6)


def test_the_model_is_loaded_once_and_only_when_needed() -> None:
    encoder, _, loads = made()
    assert encoder.spec.windowing == "repeat-0.0125s-mean@1"
    assert encoder.encode_audio([]).shape == encoder.encode_text([]).shape == (0, 2)
    assert loads == []
    encoder.encode_text(["a"])
    encoder.encode_audio([clip(0.5)])
    assert loads == [("cpu", "float32")]


def test_batches_are_bounded_and_rows_keep_their_places() -> None:
    encoder, tower, _ = made()
    clips = [clip(*([0.5, -0.5] * (index + 1)), 0.5) for index in range(9)]
    x = encoder.encode_audio(clips)
    assert max(tower.batches) <= 8
    alone = np.concatenate([encoder.encode_audio([one]) for one in clips])
    assert x == pytest.approx(alone, abs=1e-6)
    tower.batches.clear()
    texts = ["x" * (1 + (7 * number) % 30) for number in range(150)]
    t = encoder.encode_text(texts)
    assert tower.batches == [64, 64, 22]
    assert t == pytest.approx(unit(np.array([[len(text), 1] for text in texts], np.float32)))


def test_what_is_not_finite_is_named() -> None:
    encoder, _, _ = made()
    with pytest.raises(DataError, match=r"embedding of 'wow!' is not finite"):
        encoder.encode_text(["a", "wow!"])
    with pytest.raises(DataError, match=r"embedding of loud is not finite"):
        encoder.encode_audio([clip(0.5), clip(0.5, 0.95, name="loud")])


def test_bad_clips_are_all_found_before_the_model_is_asked_again() -> None:
    encoder, tower, _ = made()
    clips = [clip(0.0, name="silent"), *[clip(0.5)] * 40, clip(np.nan, name="nan")]
    with pytest.raises(BadClipsError) as caught:
        encoder.encode_audio(clips)
    assert [(one.index, one.name) for one in caught.value.bad] == [(0, "silent"), (41, "nan")]
    assert tower.batches == []
    with pytest.raises(UsageError, match="list of clips"):
        encoder.encode_audio(clip(0.5))  # type: ignore[arg-type]


lengths = st.integers(1, 60)


def ramp(count: int) -> FloatArray:
    """No two samples alike, and none of them silent."""
    return np.arange(1, count + 1, dtype=np.float32)


@given(count=lengths, length=st.integers(1, 25), fill=st.sampled_from(FILLS))
def test_windows_are_equal_cover_the_clip_and_are_the_same_again(
    count: int, length: int, fill: str
) -> None:
    clip = ramp(count)
    cut = list(windows(clip, length, fill))
    assert {len(window) for window in cut} == {length}
    assert set(np.concatenate(cut).tolist()) - {0.0} == set(clip.tolist())
    assert len(cut) == max(1, -(-count // length))
    again = list(windows(clip, length, fill))
    assert all((one == other).all() for one, other in zip(cut, again, strict=True))


@given(count=st.integers(5, 60))
def test_all_but_the_last_start_at_multiples_and_the_last_ends_the_clip(count: int) -> None:
    cut = list(windows(ramp(count), 5, "repeat"))
    assert [window[0] for window in cut[:-1]] == [1 + 5 * place for place in range(len(cut) - 1)]
    assert cut[-1][-1] == count


def test_short_clips_are_repeated() -> None:
    assert next(windows(ramp(3), 8, "repeat")).tolist() == [1, 2, 3, 1, 2, 3, 1, 2]
    assert next(windows(ramp(3), 8, "repeat-pad")).tolist() == [1, 2, 3, 1, 2, 3, 0, 0]


@pytest.mark.parametrize("fill", FILLS)
def test_silent_windows_of_a_longer_clip_are_left_out(fill: str) -> None:
    clip = np.concatenate([np.zeros(8, np.float32), ramp(4), np.full(6, 1e-5, np.float32)])
    cut = list(windows(clip, 4, fill))
    assert len(cut) == 1
    assert (cut[0] == ramp(4)).all()


def test_the_rule_has_a_name() -> None:
    assert rule("repeat-pad", 480_000, 48_000) == "repeat-pad-10s-mean@1"
    assert rule("repeat", 308_700, 44_100) == "repeat-7s-mean@1"
