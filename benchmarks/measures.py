"""All measures of the releases and of SpLiCE's list: ``python -m benchmarks.measures``.

On the clips of ESC-10 (folds 1-3), and on the validation captions of AudioCaps: two tables of
``docs/measures.md`` (`benchmarks.docs` renews them). ``--clips K`` prints the most prominent
concepts of every K-th clip instead, and whether they name its class: what to read before one
believes named@k. Needs the shared data.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.options import shared_option
from benchmarks.pages import table
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
_FIRST = (100, 500)
_LIMITS = (1, 5, 20)
_OURS = ("sonolex-core", "audioset", "captions", "wordnet")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.measures", description=__doc__)
    parser.add_argument("--encoder", default="yamnet-minilm")
    parser.add_argument("--clips", type=int, metavar="K", help="read every K-th clip")
    shared_option(parser)
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
    texts = read_items(data / "audiocaps" / "v1_val.csv").embed(encoder).x
    for title, rows, of in (
        ("clips of ESC-10", x, classes),
        ("captions of AudioCaps", texts, None),
    ):
        print("\n".join((f"### {title}\n", *_measured(dictionaries, rows, of), "")))
    return 0


def _lists(data: Path) -> dict[str, Vocabulary]:
    ours = {name: load_vocabulary(name) for name in _OURS}
    words = load_vocabulary(data / "splice_vocab" / "laion.txt", order="ascending").labels[:2000]
    concepts = tuple(
        Concept(key, label, "word", 0) for key, label in zip(assign_ids(words), words, strict=True)
    )
    return {**ours, "LAION": Vocabulary("laion", "top-2000", concepts, {})}


def _measured(
    dictionaries: Mapping[str, Dictionary], x: FloatArray, classes: ClipClasses | None
) -> list[str]:
    """A table with a column a vocabulary."""
    found = [
        _column(measure_vocabulary(dictionary, x, l0=L0, classes=classes, cosines=COSINES))
        for dictionary in dictionaries.values()
    ]
    names = (f"rows: {len(x):,}; at most {L0} concepts", *dictionaries)
    rows = [[name, *(column[name] for column in found)] for name in found[0]]
    return table(names, [row for row in rows if set(row[1:]) != {"-"}])


def _column(one: VocabularyMeasures) -> dict[str, str]:
    """Every measure of a vocabulary by what the table calls it."""

    def beside(value: float | None, chance: float | None) -> str:
        return "-" if value is None or chance is None else f"{value:.3f} ({chance:.3f})"

    def told(*values: float | None) -> str:
        kept = [f"{value:.3f}" for value in values if value is not None]
        return " / ".join(kept) or "-"

    def at(places: Iterable[float]) -> str:
        return " / ".join(f"{place:g}" for place in places)

    points = [point for point in one.fidelity if point.value in _LIMITS]
    limits = at(point.value for point in points)
    return {
        "concepts": f"{one.size:,}",
        "coverage": told(one.coverage),
        f"of the first {at(_FIRST)}": told(
            *(value for size, value in one.coverage_curve if size in _FIRST)
        ),
        f"redundancy above {at(COSINES)}": told(*(share for _, share in one.redundancy)),
        "effective rank": f"{one.effective_rank:.0f}",
        "dead": told(one.dead),
        "grounding@100 (chance)": beside(one.grounding, one.grounding_chance),
        f"centred cosine at l0 {limits}": told(*(p.centred_cosine for p in points)),
        "its area": told(one.centred_cosine_area),
        f"explained variance at l0 {limits}": told(*(p.explained_variance for p in points)),
        "area of the variance": told(one.explained_variance_area),
        "mean-only cosine": told(one.mean_only_cosine),
        "stability (chance)": beside(one.stability, one.stability_chance),
        "purity (chance)": beside(one.purity, one.purity_chance),
        f"named@{at(k for k, _ in one.named)}": told(*(share for _, share in one.named)),
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
