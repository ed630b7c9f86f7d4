"""What a few rows take, and what is prepared once, in a fresh process."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.answers import calibrated
from benchmarks.problems import DataSet

L0 = 25
"""Mean number of concepts a row, and the limit of the pursuit."""

_ROWS = 400
_REPETITIONS = 30


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds over one dictionary.

    Attributes
    ----------
    k : int
    first : float
        From the start of the process to the first answer, one row: with the imports.
    one, fifty, pursuit_one, pursuit_fifty : float
        A call after that with plain atoms, 1 and 50 rows: with a penalty, and with a limit.
    gram : float
        What the solver for many rows prepares once; compiling is not in it.
    """

    k: int
    first: float
    one: float
    fifty: float
    pursuit_one: float
    pursuit_fifty: float
    gram: float

    def __str__(self) -> str:
        return (
            f"Few rows, K = {self.k:,}, l0 {L0}: first answer of a fresh process"
            f" {self.first:.2f} s; then one row {self.one * 1e3:.1f} ms, 50 rows"
            f" {self.fifty * 1e3:.0f} ms (k-sparse {self.pursuit_one * 1e3:.1f} and"
            f" {self.pursuit_fifty * 1e3:.0f} ms); for many rows {self.gram:.2f} s of preparation,"
            " once"
        )


def run(data: DataSet, k: int) -> Latency:
    """Measure one size in a process of its own."""
    atoms = data.atoms(k)
    l1 = calibrated(data.rows, atoms, L0)
    with tempfile.TemporaryDirectory() as name:
        np.save(Path(name) / "rows.npy", data.rows[:_ROWS])
        np.save(Path(name) / "atoms.npy", atoms)
        command = [sys.executable, "-m", "benchmarks.latency", name, str(l1)]
        started = time.time()
        done = subprocess.run(
            [*command, str(started)],
            cwd=Path(__file__).parents[1],
            stdout=subprocess.PIPE,
            check=True,
        )
    return Latency(k=k, **json.loads(done.stdout.splitlines()[-1]))


def _measure(folder: Path, l1: float, started: float) -> dict[str, float]:
    from concept_core import decompose

    atoms, rows = np.load(folder / "atoms.npy"), np.load(folder / "rows.npy")
    decompose(rows[:1], atoms, l1=l1)
    first = time.time() - started

    def median(n: int, call: Callable[[np.ndarray], object]) -> float:
        seconds = []
        for turn in range(_REPETITIONS):
            at = turn * n % (len(rows) - n + 1)
            start = time.perf_counter()
            call(rows[at : at + n])
            seconds.append(time.perf_counter() - start)
        return statistics.median(seconds)

    found = {
        "first": first,
        "one": median(1, lambda x: decompose(x, atoms, l1=l1)),
        "fifty": median(50, lambda x: decompose(x, atoms, l1=l1)),
    }
    decompose(rows[:1], atoms, l0=L0)
    found |= {
        "pursuit_one": median(1, lambda x: decompose(x, atoms, l0=L0)),
        "pursuit_fifty": median(50, lambda x: decompose(x, atoms, l0=L0)),
    }
    from concept_core.solvers.working_set import WorkingSet

    double = atoms.astype(np.float64)
    start = time.perf_counter()
    WorkingSet(l1).prepare(double)
    return found | {"gram": time.perf_counter() - start}


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))))
