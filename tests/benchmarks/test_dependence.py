"""The simulation of clips that share recordings: a few runs of a small scene, and its draws."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.dependence import CLIPS, Scene, dependence_table, draw, main, simulate

SMALL = Scene(40, 0.75, 0.5)


def test_what_is_drawn_has_the_accuracy_and_the_dependence_that_it_says() -> None:
    scene = Scene(20_000, 0.75, 0.5)
    right, units = draw(scene, np.random.default_rng(0))
    assert right.shape == (scene.recordings * CLIPS, 2)
    np.testing.assert_allclose(right.mean(axis=0), 0.75, atol=0.01)
    first = right[:, 0].reshape(-1, CLIPS)
    # Both of two clips of one recording are right more often than of two recordings.
    assert np.mean(first[:, 0] * first[:, 1]) > 0.75**2 + 0.04
    assert np.mean(first[:-1, 0] * first[1:, 1]) == pytest.approx(0.75**2, abs=0.02)
    assert units.tolist()[:9] == [0] * 8 + [1]


def test_by_recording_the_truth_is_held_and_by_clip_it_is_not() -> None:
    by_recording, by_clip = simulate(SMALL, 100, 0)
    assert by_recording.accuracy >= 0.89 > by_clip.accuracy
    assert by_recording.difference >= 0.89 > by_clip.difference
    assert by_recording.rejected <= 0.1 < by_clip.rejected


def test_equal_seeds_equal_tables(capsys: pytest.CaptureFixture[str]) -> None:
    lines = dependence_table([SMALL], 2, 1)
    assert lines == dependence_table([SMALL], 2, 1)
    assert len(lines) == 3 and lines[2].startswith("| 40 | 320 | 0.75 | 0.5 |")
    assert main(["--runs", "1", "--seed", "3"]) == 0
    printed = capsys.readouterr().out
    assert (
        printed.startswith("1 runs a line, 4 of the test; seed 3\n") and printed.count("\n") == 10
    )
    assert "\n### recordings\n" in printed
