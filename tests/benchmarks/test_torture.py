"""A few kills, signals and races of every verb; ``make torture`` has them all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_reduced_lane_finds_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.torture", "--reduced"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    assert "; 0 differences;" in done.stdout
