"""Where a row's time goes in the working set on numba: ``python -m benchmarks.profile``.

On one core, for the points at which the solver is compared with one matrix product. A path over
the same penalty twice tells the certificate apart: its second answer starts from the first, has
nothing to search, and is screened, refined and certified again.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from benchmarks.answers import calibrated
from benchmarks.problems import Float32, load_sets
from concept_core.parallel import blocks
from concept_core.solvers.working_set import PreparedWorkingSet, WorkingSet

_ROWS, _REPETITIONS = 4_096, 5
_POINTS = ((2_000, 10), (2_000, 25), (10_000, 10), (10_000, 25))


def main() -> int:
    """Measure and print, in microseconds a row."""
    sets, notes = load_sets(_ROWS, max(k for k, _ in _POINTS))
    for note in notes:
        print(f"NOTE: {note}")
    print("us a row, one core: all / product of 4,096 rows / products of blocks / search")
    print("/ screen, refinement and certificate / joining the blocks")
    for data in sets:
        for k, l0 in _POINTS:
            atoms = data.atoms(k)
            l1 = calibrated(data.rows, atoms, l0)
            prepared = WorkingSet(l1, threads=1).prepare(atoms.astype(np.float64))
            parts = profile(prepared, data.rows, l1)
            print(f"{data.name}, K = {k:,}, l0 {l0}: " + " / ".join(f"{one:.1f}" for one in parts))
    return 0


def profile(prepared: PreparedWorkingSet, x: Float32, l1: float) -> tuple[float, ...]:
    """The six times, each the least of some repetitions; contestants take turns."""
    from threadpoolctl import threadpool_limits

    out = np.empty((len(x), len(prepared.atoms)), np.float32)
    empty = replace(prepared, l1=2.0)
    contestants: list[Callable[[], object]] = [
        lambda: prepared.solve(x),
        lambda: np.dot(x, prepared.small.rows.T, out=out),
        lambda: [np.dot(x[part], prepared.design, out=out[part]) for part in blocks(len(x))],
        lambda: prepared.solve_path(x, (l1, l1)),
        # So high a penalty that there is nothing to search or certify.
        lambda: empty.solve(x),
    ]
    best = [np.inf] * len(contestants)
    with threadpool_limits(1):
        for _ in range(_REPETITIONS):
            for place, run in enumerate(contestants):
                start = time.perf_counter()
                run()
                best[place] = min(best[place], time.perf_counter() - start)
    whole, product, parts, twice, nothing = (1e6 * one / len(x) for one in best)
    again = twice - whole
    rest = nothing - parts
    return whole, product, parts, whole - parts - again - rest, again, rest


if __name__ == "__main__":
    sys.exit(main())
