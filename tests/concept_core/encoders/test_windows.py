"""The rule that cuts clips into windows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_core.encoders.base import FloatArray
from concept_core.encoders.windows import FILLS, rule, windows

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
