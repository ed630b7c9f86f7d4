"""A real streamed run from a float16 file on disk, in a process of its own: speed and memory."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.problems import wide_set

L0 = 25.0
"""Mean number of concepts a row."""

_PART = 20_000


@dataclass(frozen=True, slots=True)
class Streamed:
    """What a streamed run took.

    Attributes
    ----------
    rows, dim, k : int
    l0 : float
        Mean number of concepts a row.
    seconds : float
        From the open file of rows to the last shard, with the dictionary made ready.
    peak_bytes : int
        Greatest resident memory of the whole process, with its imports.
    unconverged : int
        Rows whose relative gap is above 1e-6.
    """

    rows: int
    dim: int
    k: int
    l0: float
    seconds: float
    peak_bytes: int
    unconverged: int

    @property
    def per_million(self) -> float:
        """Seconds for a million rows at the same speed."""
        return self.seconds / self.rows * 1e6

    def __str__(self) -> str:
        return (
            f"Streamed: {self.rows:,} x {self.dim} float16 rows at K = {self.k:,}, l0"
            f" {self.l0:.1f}: {self.seconds:.1f} s, {self.rows / self.seconds:,.0f} rows a second;"
            f" 1,000,000 rows in {self.per_million:.0f} s (extrapolated); peak memory"
            f" {self.peak_bytes / 1e6:.0f} MB; {self.unconverged} rows above a gap of 1e-6"
        )
