"""Memory does not grow with what a file holds beyond the mono result: measured in a process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile

CODE = """
import resource, sys
from concept_core.audio import load_clip
from concept_core.errors import DataError
load_clip(sys.argv[1], 16000)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    print(load_clip(sys.argv[2], 16000).samples.nbytes >> 20)
except DataError as error:
    print(error)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10)
"""


def grown(tmp_path: Path, path: Path) -> tuple[str, int]:
    """What came of a file, and by how many MiB the process grew."""
    short = tmp_path / "short.wav"
    soundfile.write(short, np.sin(np.arange(48_000)), 48_000)
    run = [sys.executable, "-c", CODE, str(short), str(path)]
    told, megabytes = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )[:2]
    return told, int(megabytes)


def test_ten_minutes_of_stereo_take_their_mono_and_some_blocks(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    minute = 0.2 * np.random.default_rng(0).standard_normal((48_000 * 60, 2)).clip(-4, 4)
    with soundfile.SoundFile(path, "w", 48_000, 2) as handle:
        for _ in range(10):
            handle.write(minute)
    told, megabytes = grown(tmp_path, path)
    assert told == "36"
    # 220 MiB as stereo at 48 kHz.
    assert megabytes < 120


def test_hours_of_silence_are_refused_before_they_are_held(tmp_path: Path) -> None:
    path = tmp_path / "long.flac"
    with soundfile.SoundFile(path, "w", 16_000, 1) as handle:
        for _ in range(30):
            handle.write(np.zeros(16_000 * 180, np.int16))
    told, megabytes = grown(tmp_path, path)
    assert "silence for 1.2 hours from its start" in told
    assert megabytes < 400
