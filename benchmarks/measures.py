"""All measures of the releases and of SpLiCE's list: ``python -m benchmarks.measures``.

On the clips of ESC-10 (folds 1-3), and on the validation captions of AudioCaps: the figures of
``docs/measures.md``. ``--clips K`` prints the most prominent concepts of every K-th clip instead,
and whether they name its class: what to read before one believes named@k. Needs the shared data.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.vocabularies import FOLDS
from concept_core import decompose, load_encoder
from concept_core.bench.bench import Bench
from concept_core.decomposition.dictionary import Dictionary
from concept_core.encoders.base import FloatArray
from concept_core.measures import ClipClasses, VocabularyMeasures, measure_vocabulary
from concept_core.measures.naming import naming_places
from concept_core.measures.reference import read_items
from concept_core.releases.specifiers import assign_ids, load_vocabulary
from concept_core.vocabulary import Concept, Vocabulary

L0 = 8
COSINES = (0.7, 0.82, 0.9)
_OURS = ("sonolex-core", "audioset", "captions", "wordnet")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.measures", description=__doc__)
    parser.add_argument("--encoder", default="yamnet-minilm")
    parser.add_argument("--clips", type=int, metavar="K", help="read every K-th clip")
    parser.add_argument(
        "--shared", type=Path, default=Path(os.environ.get("SONOLEX_SHARED", "../shared"))
    )
    options = parser.parse_args(arguments)
    data = options.shared / "data"
    encoder = load_encoder(options.encoder)
    clips = Bench.of_dataset("esc10", encoder, data / "esc10", folds=FOLDS).reference
    assert clips.classes is not None
    x, classes = clips.x, clips.classes
    dictionaries = {
        name: Dictionary.build(vocabulary, encoder) for name, vocabulary in _lists(data).items()
    }
    if options.clips:
        for name, dictionary in dictionaries.items():
            _read(name, dictionary, x, clips.items, classes, options.clips)
        return 0
    _measure(f"{len(x)} clips of ESC-10, folds 1-3", dictionaries, x, classes)
    texts = read_items(data / "audiocaps" / "v1_val.csv").embed(encoder).x
    _measure(f"{len(texts)} validation captions of AudioCaps", dictionaries, texts, None)
    return 0


def _lists(data: Path) -> dict[str, Vocabulary]:
    ours = {name: load_vocabulary(name) for name in _OURS}
    words = load_vocabulary(data / "splice_vocab" / "laion.txt", order="ascending").labels[:2000]
    concepts = tuple(
        Concept(key, label, "word", 0) for key, label in zip(assign_ids(words), words, strict=True)
    )
    return {**ours, "LAION": Vocabulary("laion", "top-2000", concepts, {})}


def _measure(
    title: str,
    dictionaries: Mapping[str, Dictionary],
    x: FloatArray,
    classes: ClipClasses | None,
) -> None:
    print(f"{title}; l0 {L0}")
    found, seconds = {}, []
    for name, dictionary in dictionaries.items():
        start = time.perf_counter()
        found[name] = measure_vocabulary(dictionary, x, l0=L0, classes=classes, cosines=COSINES)
        seconds.append(time.perf_counter() - start)
    columns = {name: _column(one) for name, one in found.items()}
    print(f"{'':28}", *(f"{name:>12}" for name in columns))
    for row in next(iter(columns.values())):
        print(f"{row:28}", *(f"{column[row]:>12}" for column in columns.values()))
    print(f"{'seconds':28}", *(f"{one:12.1f}" for one in seconds), "\n")


def _column(one: VocabularyMeasures) -> dict[str, str]:
    """Every measure of a vocabulary by what the table calls it."""

    def beside(value: float | None, chance: float | None) -> str:
        return "-" if value is None or chance is None else f"{value:.3f} ({chance:.3f})"

    def told(value: float | None) -> str:
        return "-" if value is None else f"{value:.3f}"

    curve = {size: value for size, value in one.coverage_curve if size in (100, 500)}
    return {
        "concepts": str(one.size),
        "mean l0": f"{one.l0_mean:.1f}",
        "coverage": told(one.coverage),
        **{f"coverage of the first {size}": told(value) for size, value in curve.items()},
        **{f"redundancy above {at:g}": told(share) for at, share in one.redundancy},
        "effective rank": f"{one.effective_rank:.1f}",
        "dead": told(one.dead),
        "grounding@100 (chance)": beside(one.grounding, one.grounding_chance),
        **{f"centred cosine, l0 {p.value:g}": told(p.centred_cosine) for p in one.fidelity},
        "centred cosine, area": told(one.centred_cosine_area),
        **{f"variance, l0 {p.value:g}": told(p.explained_variance) for p in one.fidelity},
        "variance, area": told(one.explained_variance_area),
        "mean-only cosine": told(one.mean_only_cosine),
        "stability (chance)": beside(one.stability, one.stability_chance),
        "purity (chance)": beside(one.purity, one.purity_chance),
        **{f"named@{k}": told(share) for k, share in one.named},
        "nameable": told(one.nameable),
    }


def _read(
    name: str,
    dictionary: Dictionary,
    x: FloatArray,
    clips: Sequence[str],
    classes: ClipClasses,
    every: int,
) -> None:
    result = decompose(x, dictionary.atoms, l0=L0)
    places = naming_places(result.weights, dictionary.labels, classes)
    print(name)
    for row in range(0, len(x), every):
        weights = result.weights[[row]]
        order = np.argsort(-weights.data, kind="stable")[:5]
        shown = ", ".join(dictionary.labels[weights.indices[place]] for place in order)
        print(f"  {clips[row]:18} {classes.names[classes.truth[row]]:16} {places[row]:4g}  {shown}")


if __name__ == "__main__":
    sys.exit(main())
