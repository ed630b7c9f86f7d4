"""How long a selection takes, and how much memory: ``python -m benchmarks.selection``.

Made-up embeddings: unit rows around cluster centres, a few of which have most of the rows, as
words and captions do. The first 2,000 are chosen, or with ``--whole`` all that gain something.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import machine
from benchmarks.stream import peak_memory
from concept_core.audio import Sound
from concept_core.encoders.base import EncoderSpec
from concept_core.files import sha256_text
from concept_core.measures.reference import ReferenceItems
from concept_core.vocabulary import Evidence
from vocab_builder.building.pipeline import order_all
from vocab_builder.building.single_stages import selection_of
from vocab_builder.selection import take
from vocab_builder.stages.candidates import Candidate, Outcome
from vocab_builder.stages.context import Context

_CENTRES = 2000
_SIZE = 2000


@dataclass(frozen=True, slots=True)
class Selected:
    """What an order took.

    Attributes
    ----------
    candidates, reference, dim : int
    seconds, busy : float
        By the clock, and of all processors.
    peak_bytes, before_bytes : int
        Of the whole process; and before, made-up embeddings included.
    kept : int
        How many were chosen.
    sha256 : str
        Of the labels of the first 2,000, in order: the same whatever was screened or left out.
    """

    candidates: int
    reference: int
    dim: int
    seconds: float
    busy: float
    peak_bytes: int
    before_bytes: int
    kept: int
    sha256: str

    def __str__(self) -> str:
        return (
            f"{self.candidates:,} candidates, {self.reference:,} reference rows, d = {self.dim}:"
            f" {self.kept:,} chosen in {self.seconds:.0f} s ({self.busy:.0f} s of processors),"
            f" peak memory {self.peak_bytes / 1e9:.1f} GB ({self.before_bytes / 1e9:.1f} GB before,"
            f" made-up embeddings included); labels by sha256 {self.sha256[:12]}"
        )


def run(candidates: int, reference: int) -> Selected:
    """Measure coverage in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.selection", "--json"]
    command += ["--candidates", str(candidates), "--reference", str(reference)]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, check=True
    )
    return Selected(**json.loads(done.stdout.splitlines()[-1]))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print; 0 whatever the figures say."""
    options = _options(arguments)
    entry = selection_of(options.selection)
    encoder = _MadeUp(options.candidates + options.reference, options.dim)
    texts = [str(row) for row in range(options.candidates + options.reference)]
    context = Context(encoder, ReferenceItems.of_captions(texts[options.candidates :]))
    candidates = tuple(
        Candidate(label, "noun", (Evidence("made-up", "here", options.candidates // (place + 1)),))
        for place, label in enumerate(texts[: options.candidates])
    )
    before = peak_memory()
    start, busy = time.perf_counter(), time.process_time()
    size = None if options.whole else min(_SIZE, options.candidates)
    ordered = order_all(entry, Outcome(candidates), context, size)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    labels = [one.label for one in take(ordered, size, entry.kind).kept]
    found = Selected(
        candidates=options.candidates,
        reference=options.reference,
        dim=options.dim,
        seconds=seconds,
        busy=busy,
        peak_bytes=peak_memory(),
        before_bytes=before,
        kept=len(labels),
        sha256=sha256_text("\n".join(labels[:_SIZE])),
    )
    if options.json:
        print(json.dumps(asdict(found)))
        return 0
    for line in machine.sentences(machine.describe()):
        print(line)
    print(f"{entry.kind}: {entry.selection}")
    print(found)
    return 0


class _MadeUp:
    """An encoder whose texts are the numbers of its rows."""

    def __init__(self, rows: int, dim: int) -> None:
        self.spec = EncoderSpec("made-up", "0" * 64, dim, 16000, "none", "bare@1", "none")
        generator = np.random.default_rng(0)
        centres = generator.normal(size=(_CENTRES, dim)).astype(np.float32)
        shares = 1 / np.arange(1, _CENTRES + 1)
        drawn = generator.choice(_CENTRES, rows, p=shares / shares.sum())
        self._rows = generator.normal(size=(rows, dim)).astype(np.float32) + centres[drawn]
        self._rows /= np.linalg.norm(self._rows, axis=1, keepdims=True)

    def encode_text(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The rows of these numbers."""
        return self._rows[[int(text) for text in texts]]

    def encode_audio(self, clips: Sequence[Sound]) -> NDArray[np.float32]:
        """No selection asks for it."""
        raise NotImplementedError


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.selection", description=__doc__)
    parser.add_argument(
        "selection", nargs="?", default="coverage", help="as of sonolex select, default: coverage"
    )
    parser.add_argument("--candidates", type=int, default=50_000)
    parser.add_argument("--reference", type=int, default=100_000, help="rows that are covered")
    parser.add_argument("--dim", type=int, default=384)
    parser.add_argument("--whole", action="store_true", help="choose until nothing is gained")
    parser.add_argument("--json", action="store_true", help="one line, for a program")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
