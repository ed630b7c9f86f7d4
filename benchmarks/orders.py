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
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

import numpy as np

from benchmarks.vocabularies import FOLDS, L0
from concept_core import decompose, load_encoder
from concept_core.bench.bench import Bench
from concept_core.datasets import DATASETS, load_dataset
from concept_core.encoders.base import Encoder, FloatArray
from concept_core.encoders.prompts import encode_labels
from concept_core.measures.classes import ClipClasses
from concept_core.measures.coverage import best_cosines
from concept_core.measures.naming import naming_places
from concept_core.measures.reference import read_items
from concept_core.tasks.embed import embed
from concept_core.tasks.items import Embedded
from concept_core.tasks.metrics import classify
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
_NAMED = 3
_CLASSES = ("ESC50", "FSD50k", "UrbanSound8K", "VGGSound")
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


@dataclass(frozen=True, slots=True, eq=False)
class Judges:
    """What orders are judged on."""

    task: Embedded
    clips: FloatArray
    classes: ClipClasses
    captions: FloatArray
    names: frozenset[str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Order, measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.orders", description=__doc__)
    parser.add_argument("--recipe", type=Path, default=_ROOT / "recipes" / "sonolex-core.toml")
    parser.add_argument("--encoder", default="yamnet-minilm")
    parser.add_argument(
        "--shared", type=Path, default=Path(os.environ.get("SONOLEX_SHARED", "../shared"))
    )
    options = parser.parse_args(arguments)
    encoder = load_encoder(options.encoder)
    judges = _judges(options.shared / "data", encoder)
    kept, context = _survivors(options.recipe, encoder)
    print(f"{len(kept)} candidates of {options.recipe.name}; l0 {L0}; encoder {encoder.spec.name}")
    print(f"{'order':24} {'K':>5}  coverage  cosine  retention  named@{_NAMED}  names")
    for name, labels in _orders(kept, context):
        for size in sorted({min(size, len(labels)) for size in _SIZES}):
            print(f"{name:24} {size:5}  {_figures(labels[:size], judges, encoder)}", flush=True)
    return 0


def _judges(data: Path, encoder: Encoder) -> Judges:
    names = DATASETS["esc50"].classes
    clips = Bench.of_dataset("esc10", encoder, data / "esc10", folds=FOLDS).reference
    assert clips.classes is not None
    files = (data / "class_labels" / f"{name}_class_labels_indices.json" for name in _CLASSES)
    labels = (label for path in files for label in json.loads(path.read_text(encoding="utf-8")))
    return Judges(
        embed(load_dataset("esc10", data / "esc10", FOLDS), encoder, names),
        clips.x,
        clips.classes,
        read_items(data / "audiocaps" / "v1_val.csv").embed(encoder).x,
        frozenset(label.lower().replace("_", " ") for label in labels),
    )


def _survivors(path: Path, encoder: Encoder) -> tuple[tuple[Candidate, ...], Context]:
    """What the filters of a recipe leave, with no word protected by a decision."""
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


def _figures(labels: Sequence[str], judges: Judges, encoder: Encoder) -> str:
    atoms = encode_labels(encoder, labels, encoder.spec.prompt_set)
    task = judges.task
    dense = classify(task.x, task.class_atoms) == task.single_labels
    result = decompose(task.x, atoms, l0=L0)
    right = classify(result.reconstruct(), task.class_atoms) == task.single_labels
    shown = decompose(judges.clips, atoms, l0=L0)
    named = naming_places(shown.weights, labels, judges.classes) <= _NAMED
    return (
        f"{best_cosines(judges.captions, atoms).mean():8.3f}  {result.cosine.mean():6.3f}"
        f"  {right.mean() / dense.mean():9.3f}  {np.mean(named):7.3f}"
        f"  {sum(label in judges.names for label in labels):5}"
    )


if __name__ == "__main__":
    sys.exit(main())
