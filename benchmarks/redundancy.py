"""Thresholds of redundancy, and redundant vocabularies: ``python -m benchmarks.redundancy``.

Calibrates an encoder on the hand-labelled pairs, on all and on the half ``choose`` that a build
takes, judges it on the other half, and prints for every vocabulary named the share of its concepts
that have a neighbour above a cosine.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from concept_core import load_encoder
from concept_core.measures.redundancy import redundancy
from concept_core.releases.specifiers import load_vocabulary
from vocab_builder.filters.calibration import (
    CALIBRATED,
    calibrate,
    judge_pairs,
    labelled_pairs,
    pair_cosines,
)
from vocab_builder.filters.judging import CHOOSE
from vocab_builder.stages.context import Context

_BANDS = (-1.0, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 1.01)
_COSINES = (0.7, 0.8, 0.9)


def main(arguments: Sequence[str] | None = None) -> int:
    """Calibrate, measure, and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.redundancy", description=__doc__)
    parser.add_argument("specs", nargs="*", help="vocabularies: id@version, folder or text file")
    parser.add_argument("--order", default="descending", help="of text files; see sonolex check")
    parser.add_argument("--top", type=int, help="only the first so many concepts of each")
    parser.add_argument("--encoder", default="yamnet-minilm")
    options = parser.parse_args(arguments)
    encoder = load_encoder(options.encoder)
    pairs = labelled_pairs()
    cosines = pair_cosines(pairs, encoder.encode_text)
    found = calibrate(cosines, [pair.same for pair in pairs])
    print(f"{len(pairs)} pairs, encoder {encoder.spec.name}")
    print(_bands(cosines, np.array([pair.same for pair in pairs])))
    kept = CALIBRATED.get(encoder.spec.name)
    print(f"calibrated: redundant {found.redundant}, witness {found.witness}; in the code: {kept}")
    half = [pair.half == CHOOSE for pair in pairs]
    learned = calibrate(cosines[half], [pair.same for pair in pairs if pair.half == CHOOSE])
    print(f"on the half choose: redundant {learned.redundant}, witness {learned.witness}")
    print(judge_pairs(Context(encoder), "redundancy"))
    at = sorted({*_COSINES, found.redundant})
    if options.specs:
        print(f"{'share of concepts with a neighbour above':48}", *(f"{one:6.2f}" for one in at))
    for spec in options.specs:
        vocabulary = load_vocabulary(spec, order=options.order)
        labels = vocabulary.labels[: options.top]
        shares = redundancy(encoder.encode_text(labels), at)
        name = f"{vocabulary.specifier}, {len(labels)} concepts"
        print(f"{name:48}", *(f"{share:6.3f}" for share in shares))
    return 0


def _bands(cosines: NDArray[np.float32], same: NDArray[np.bool_]) -> str:
    lines = ["cosine        pairs  one sound"]
    for low, high in itertools.pairwise(_BANDS):
        inside = (cosines >= low) & (cosines < high)
        if inside.any():
            share = float(same[inside].mean())
            lines.append(
                f"{low:5.2f} to {min(high, 1.0):4.2f} {int(inside.sum()):5d} {share:10.2f}"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
