"""Which order of the same candidates serves best: ``python -m benchmarks.orders``.

The candidates that survive the filters of a recipe, in several orders, each cut at several sizes.
Judged on what no selection sees: AudioCaps' validation captions, and the clips of ESC-10's folds
1-3 among the 50 names of ESC-50, with at most 8 concepts a clip. "names" is how many of the class
names of ESC-50, FSD50K, UrbanSound8K and VGGSound are labels. Needs the shared data
(``SONOLEX_SHARED``) and what the recipe needs.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest
from pathlib import Path

from benchmarks.options import shared_option
from benchmarks.pages import table
from benchmarks.vocabularies import L0, NAMED, Judges, Measured, measure
from concept_core import load_encoder
from concept_core.encoders.base import Encoder
from vocab_builder.building.inputs import resolve_inputs
from vocab_builder.building.pipeline import curate_all, filter_all, mine_all, reference_of
from vocab_builder.building.recipe import Recipe
from vocab_builder.selection.base import Selection
from vocab_builder.selection.baselines import FrequencySelection, RandomSelection
from vocab_builder.selection.coverage import CoverageSelection
from vocab_builder.selection.mmr import MarginalRelevanceSelection
from vocab_builder.stages.candidates import Candidate
from vocab_builder.stages.context import Context, silent

_ROOT = Path(__file__).parents[1]
_SIZES = (100, 250, 500, 1000, 1500)
_CLASSES = ("ESC50", "FSD50k", "UrbanSound8K", "VGGSound")
_HEADINGS = (
    *("order", "K", "coverage of captions", "clips, cosine", "retention", f"named@{NAMED}"),
    "class names",
)
_SELECTIONS: dict[str, Selection] = {
    "frequency": FrequencySelection(),
    "coverage of captions": CoverageSelection(names=0),
    "coverage of names": CoverageSelection(names=1),
    "coverage, names 0.25": CoverageSelection(names=0.25),
    "coverage, names 0.5": CoverageSelection(names=0.5),
    "coverage, names 0.75": CoverageSelection(names=0.75),
    "mmr": MarginalRelevanceSelection(),
    "random": RandomSelection(),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Order, measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.orders", description=__doc__)
    parser.add_argument("--recipe", type=Path, default=_ROOT / "recipes" / "sonolex-core.toml")
    parser.add_argument("--encoder", default="yamnet-minilm")
    shared_option(parser)
    options = parser.parse_args(arguments)
    encoder = load_encoder(options.encoder)
    judges = Judges.of(options.shared / "data", encoder)
    dense = judges.right(judges.task.x).mean()
    names = _class_names(options.shared / "data")
    kept, context = _survivors(options.recipe, encoder)
    print(f"{len(kept)} candidates of {options.recipe.name}; l0 {L0}; encoder {encoder.spec.name}")
    lines = [
        [name, f"{size:,}", *_figures(measure(labels[:size], judges, encoder), dense, names)]
        for name, labels in _orders(kept, context)
        for size in sorted({min(size, len(labels)) for size in _SIZES})
    ]
    print("\n".join(("\n### orders\n", *table(_HEADINGS, lines))))
    return 0


def _class_names(data: Path) -> frozenset[str]:
    files = (data / "class_labels" / f"{name}_class_labels_indices.json" for name in _CLASSES)
    labels = (label for path in files for label in json.loads(path.read_text(encoding="utf-8")))
    return frozenset(label.lower().replace("_", " ") for label in labels)


def _survivors(path: Path, encoder: Encoder) -> tuple[tuple[Candidate, ...], Context]:
    """What the decisions and filters of a recipe leave."""
    recipe = Recipe.read(path)
    inputs = resolve_inputs(recipe)
    context = Context(encoder, reference_of(recipe, inputs))
    mined = curate_all(inputs.decided, mine_all(inputs.sources, silent), silent)
    return filter_all(recipe.filters, mined, context, silent).kept, context


def _orders(kept: Sequence[Candidate], context: Context) -> Iterator[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for name, selection in _SELECTIONS.items():
        ranked = selection(kept, context)
        found[name] = [one.candidate.label for one in ranked if one.threshold is None or one.score]
        yield name, found[name]
    turns = zip_longest(found["coverage of captions"], found["frequency"])
    yield "captions, frequency in turn", [*dict.fromkeys(filter(None, chain(*turns)))]


def _figures(found: Measured, dense: float, names: frozenset[str]) -> list[str]:
    retention = found.right.mean() / dense
    shares = (found.cover.mean(), found.cosine.mean(), retention, found.named.mean())
    return [
        *(f"{share:.3f}" for share in shares),
        str(sum(label in names for label in found.labels)),
    ]


if __name__ == "__main__":
    sys.exit(main())
