"""A real streamed run from a float16 file on disk, in a process of its own: speed and memory."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.answers import calibrated
from benchmarks.problems import wide_set

L0 = 25.0
"""Mean number of concepts a row."""


@dataclass(frozen=True, slots=True)
class Streamed:
    """What a streamed run took.

    Attributes
    ----------
    rows, dim, k : int
    l0 : float
        Mean number of concepts a row.
    seconds : float
        From the file of rows and the dictionary to the last shard on disk.
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

    @property
    def how(self) -> str:
        """Where the time of a million rows is from."""
        return "measured" if self.rows >= 1_000_000 else "extrapolated"

    def __str__(self) -> str:
        return (
            f"Streamed: {self.rows:,} x {self.dim} float16 rows at K = {self.k:,}, l0"
            f" {self.l0:.1f}: {self.seconds:.1f} s, {self.rows / self.seconds:,.0f} rows a second;"
            f" 1,000,000 rows in {self.per_million:.0f} s ({self.how}); peak memory"
            f" {self.peak_bytes / 1e6:.0f} MB; {self.unconverged} rows above a gap of 1e-6"
        )


def run(rows: int, k: int) -> Streamed:
    """Write ``rows`` float16 rows, decompose them over k atoms in a process, and tell."""
    data = wide_set(rows, k)
    atoms = data.atoms(k)
    l1 = calibrated(data.rows, atoms, L0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.save(folder / "rows.npy", data.rows.astype(np.float16))
        np.save(folder / "atoms.npy", atoms)
        dim = atoms.shape[1]
        del data, atoms
        command = [sys.executable, "-m", "benchmarks.stream", name, str(l1)]
        done = subprocess.run(
            command, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, check=True
        )
    return Streamed(rows=rows, dim=dim, k=k, **json.loads(done.stdout.splitlines()[-1]))


def _measure(folder: Path, l1: float) -> dict[str, float | int]:
    """In the process that is measured: only the atoms are read before the clock starts."""
    from concept_core.decomposition.streaming import decompose_stream

    atoms = np.load(folder / "atoms.npy")
    # Imports and compiled code are loaded once, however many rows there are.
    np.save(folder / "few.npy", atoms[:256])
    decompose_stream(folder / "few.npy", atoms[:256], folder / "warm", l1=l1)
    start = time.perf_counter()
    found = decompose_stream(folder / "rows.npy", atoms, folder / "shards", l1=l1)
    seconds = time.perf_counter() - start
    return {
        "l0": found.l0_mean,
        "seconds": seconds,
        "peak_bytes": peak_memory(),
        "unconverged": found.unconverged,
    }


def peak_memory() -> int:
    """Greatest resident memory of this process so far, in bytes.

    Not ``ru_maxrss`` where the kernel tells better: that one starts at the memory of the process
    which started this one.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]), float(sys.argv[2]))))
