"""How long a selection takes, and how much memory: ``python -m benchmarks.selection``.

Made-up embeddings: unit rows around cluster centres, a few of which have most of the rows, as
words and captions do. The whole order is computed; the first K of it are a vocabulary.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks import machine
from concept_core.audio import Sound
from concept_core.encoders.base import EncoderSpec
from concept_core.measures.reference import ReferenceItems
from concept_core.vocabulary import Evidence
from vocab_builder.building.pipeline import order_all
from vocab_builder.building.single_stages import selection_of
from vocab_builder.selection import take
from vocab_builder.stages.candidates import Candidate, Outcome
from vocab_builder.stages.context import Context

_CENTRES = 2000
_SIZE = 2000


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
    before = _peak()
    start, busy = time.perf_counter(), time.process_time()
    ordered = order_all(entry, Outcome(candidates), context)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    kept = take(ordered, min(_SIZE, options.candidates), entry.kind).kept
    for line in [
        *machine.sentences(machine.describe()),
        f"{entry.kind}: {options.candidates:,} candidates, {options.reference:,} reference rows,"
        f" d = {options.dim}, {entry.selection}",
        f"order of all in {seconds:.0f} s ({busy:.0f} s of processors);"
        f" the first {len(kept):,} are a vocabulary",
        f"peak memory {_peak():.1f} GB ({before:.1f} GB before, made-up embeddings included)",
        f"places with a score above 0: {sum(bool(one.scores[-1].value) for one in ordered.kept):,}",
    ]:
        print(line)
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
    return parser.parse_args(arguments)


def _peak() -> float:
    """The most memory that this process has held, GB; Linux counts in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


if __name__ == "__main__":
    sys.exit(main())
