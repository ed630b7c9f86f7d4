"""How long a vocabulary takes to load: ``python -m benchmarks.start [SPECIFIER]``.

Each run is a fresh process; the time is that of the import and of the loading, without Python's
own start. Also says which heavy packages were imported for it: none should be. It needs nothing but
the standard library, so that any environment's Python measures what is installed there:
``ENVIRONMENT/bin/python benchmarks/start.py``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence

_RUNS = 5
_HEAVY = ("torch", "numpy", "scipy", "pandas", "sklearn", "numba", "onnxruntime", "nltk")
_CODE = """
import json, sys, time
start = time.perf_counter()
from concept_core import load_vocabulary
vocabulary = load_vocabulary(sys.argv[1])
seconds = time.perf_counter() - start
heavy = [name for name in sys.argv[2:] if name in sys.modules]
print(json.dumps([seconds, len(vocabulary), heavy]))
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.start", description=__doc__)
    parser.add_argument("specifier", nargs="?", default="sonolex-core")
    specifier = parser.parse_args(arguments).specifier
    runs = [_run(specifier) for _ in range(_RUNS)]
    times = sorted(seconds for seconds, _, _ in runs)
    size, heavy = runs[0][1:]
    print(
        f"load_vocabulary({specifier!r}): {size} concepts in {statistics.median(times):.3f} s, the"
        f" median of {_RUNS} fresh processes ({times[0]:.3f} to {times[-1]:.3f});"
        f" heavy packages imported: {', '.join(heavy) or 'none'}"
    )
    return 0


def _run(specifier: str) -> tuple[float, int, list[str]]:
    """Seconds, concepts, and the heavy packages that were imported."""
    done = subprocess.run(
        [sys.executable, "-c", _CODE, specifier, *_HEAVY],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    seconds, size, heavy = json.loads(done.stdout)
    return seconds, size, heavy


if __name__ == "__main__":
    sys.exit(main())
