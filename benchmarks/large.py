"""A thousand rows over 100,000 atoms in a process of its own: seconds, and peak memory."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.problems import wide_set
from benchmarks.stream import peak_memory
from concept_core.decomposition.sparsity import calibrate_l1

_CALIBRATED = 128
_L0 = 25.0


@dataclass(frozen=True, slots=True)
class Large:
    """What it took.

    Attributes
    ----------
    rows, k : int
    l0 : float
    seconds, product : float
        Of all rows, what is prepared included; and of one float32 product with all atoms.
    peak_bytes : int
        Of the whole process.
    gap : float
        The greatest of all rows.
    """

    rows: int
    k: int
    l0: float
    seconds: float
    product: float
    peak_bytes: int
    gap: float

    def __str__(self) -> str:
        return (
            f"Many atoms: {self.rows:,} rows over K = {self.k:,}, l0 {self.l0:.1f}:"
            f" {self.seconds:.1f} s (one product {self.product:.2f} s), peak memory"
            f" {self.peak_bytes / 1e9:.2f} GB, greatest gap {self.gap:.1e}"
        )


def run(rows: int, k: int) -> Large:
    """Measure it."""
    data = wide_set(rows, k)
    with tempfile.TemporaryDirectory() as name:
        np.save(Path(name) / "rows.npy", data.rows)
        np.save(Path(name) / "atoms.npy", data.atoms(k))
        del data
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.large", name],
            cwd=Path(__file__).parents[1],
            stdout=subprocess.PIPE,
            check=True,
        )
    return Large(rows=rows, k=k, **json.loads(done.stdout.splitlines()[-1]))


def _measure(folder: Path) -> dict[str, float | int]:
    from concept_core import Dictionary, decompose

    rows, atoms = np.load(folder / "rows.npy"), np.load(folder / "atoms.npy")
    l1 = calibrate_l1(rows[:_CALIBRATED], atoms, mean_l0=_L0)
    start = time.perf_counter()
    found = decompose(rows, Dictionary.of_atoms(atoms), l1=l1)
    seconds, peak = time.perf_counter() - start, peak_memory()
    start = time.perf_counter()
    for part in np.array_split(rows, 4):
        part @ atoms.T
    return {
        "l0": float(found.l0.mean()),
        "seconds": seconds,
        "product": time.perf_counter() - start,
        "peak_bytes": peak,
        "gap": float(found.gap.max()),
    }


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]))))
