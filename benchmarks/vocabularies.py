"""The releases against the lists that there were: ``python -m benchmarks.vocabularies``.

Prints zero-shot accuracy on ESC-10's clips among the 50 names of ESC-50, with at most 8 concepts
a clip, how often one of the three most prominent concepts names the class of the clip (named@3),
and the coverage of AudioCaps' validation captions: for each release, for the ``sonolex-core``
before it, for SpLiCE's LAION words, and for what the recipe of ``sonolex-core`` mines, cut by
frequency alone. Differences are paired by clip or caption. Last, how much of UCS has a linked
concept in ``sonolex-core``. Needs the shared data
(``SONOLEX_SHARED``) and what the recipe needs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmarks.options import shared_option
from concept_core import decompose, load_encoder
from concept_core.bench.bench import Bench
from concept_core.datasets import DATASETS, load_dataset
from concept_core.encoders.base import Encoder
from concept_core.encoders.prompts import encode_labels
from concept_core.measures.classes import ClipClasses
from concept_core.measures.coverage import best_cosines
from concept_core.measures.naming import naming_places
from concept_core.measures.reference import read_items
from concept_core.releases.specifiers import load_vocabulary
from concept_core.tasks.embed import embed
from concept_core.tasks.intervals import Units, bootstrap_means, interval, number_of, share_interval
from concept_core.tasks.items import Embedded
from concept_core.tasks.metrics import classify
from vocab_builder.building.inputs import resolve_inputs
from vocab_builder.building.pipeline import mine_all
from vocab_builder.building.recipe import Recipe
from vocab_builder.sources.ucs_files import read_entries
from vocab_builder.stages.context import silent

L0 = 8
FOLDS = (1, 2, 3)
_ROOT = Path(__file__).parents[1]
_OURS = ("sonolex-core", "audioset", "captions", "wordnet", "ucs")
BEFORE = "sonolex-core@0.1.1"
NAMED = 3

Rows = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Judges:
    """What labels are judged on: clips among the names of ESC-50, with classes, and captions."""

    task: Embedded
    classes: ClipClasses
    captions: NDArray[np.float32]

    @classmethod
    def of(cls, data: Path, encoder: Encoder) -> Judges:
        """ESC-10's clips of folds 1-3, and AudioCaps' validation captions."""
        names = DATASETS["esc50"].classes
        clips = Bench.of_dataset("esc10", encoder, data / "esc10", folds=FOLDS).reference
        assert clips.classes is not None
        return cls(
            embed(load_dataset("esc10", data / "esc10", FOLDS), encoder, names),
            clips.classes,
            read_items(data / "audiocaps" / "v1_val.csv").embed(encoder).x,
        )

    def right(self, x: ArrayLike) -> Rows:
        """(n,) 1 for each clip that embeddings or their reconstructions (n, d) name rightly."""
        truth = self.task.single_labels
        return np.asarray(
            classify(np.asarray(x), self.task.class_atoms, truth) == truth, np.float64
        )


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """A list of labels: which clips it gets right and names and how near their sums are, and the
    best cosine of each caption."""

    labels: tuple[str, ...]
    right: Rows
    named: Rows
    cosine: Rows
    cover: Rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.vocabularies", description=__doc__)
    parser.add_argument("--encoder", default="yamnet-minilm")
    shared_option(parser)
    options = parser.parse_args(arguments)
    data = options.shared / "data"
    encoder = load_encoder(options.encoder)
    judges = Judges.of(data, encoder)
    compared = lists(data, set(DATASETS["esc50"].classes))
    found = {name: measure(labels, judges, encoder) for name, labels in compared.items()}
    dense = judges.right(judges.task.x)
    print(
        f"{len(judges.task.items)} clips of ESC-10 (folds 1-3) among"
        f" {len(judges.task.class_atoms)} names, l0 {L0}; {len(judges.captions)} validation"
        f" captions of AudioCaps; encoder {encoder.spec.name}"
    )
    print(f"dense accuracy {dense.mean():.3f}\n")
    units = judges.task.items.units
    print(_table(found, dense, units))
    print()
    print(_differences(found, units))
    print()
    print(_linked(data))
    return 0


def measure(labels: Sequence[str], judges: Judges, encoder: Encoder) -> Measured:
    """Decompose the clips over the labels, and look for the nearest label of each caption."""
    atoms = encode_labels(encoder, labels, encoder.spec.prompt_set)
    result = decompose(judges.task.x, atoms, l0=L0)
    named = naming_places(result.weights, labels, judges.classes) <= NAMED
    return Measured(
        tuple(labels),
        judges.right(result.reconstruct()),
        named.astype(np.float64),
        result.cosine,
        best_cosines(judges.captions, atoms),
    )


def _linked(data: Path) -> str:
    """How much of the Universal Category System has a linked concept."""
    vocabulary = load_vocabulary(_OURS[0])
    links = {link for concept in vocabulary for link in concept.links}
    entries = list(read_entries(data / "ucs" / "ucs_en.json"))
    linked = [one for one in entries if f"ucs:{one.cat_id}" in links]
    shelves = {one.category for one in entries}
    found = {one.category for one in linked}
    found |= {one.category for one in entries if f"ucs:{one.cat_short}" in links}
    return (
        f"{vocabulary.id}: {len(linked)} of {len(entries)} CatIDs of UCS and {len(found)} of"
        f" {len(shelves)} categories have a linked concept"
    )


def lists(data: Path, names: set[str]) -> dict[str, list[str]]:
    """What is compared, by name."""
    ours = {name: load_vocabulary(name).labels for name in _OURS}
    core = ours["sonolex-core"]
    before = load_vocabulary(BEFORE).labels
    laion = load_vocabulary(data / "splice_vocab" / "laion.txt", order="ascending").labels
    laion = laion[: len(core)]
    recipe = Recipe.read(_ROOT / "recipes" / "sonolex-core.toml")
    mined = mine_all(resolve_inputs(recipe).sources, silent).kept
    frequent = [candidate.label for candidate in mined[: len(core)]]
    return {
        **ours,
        BEFORE: before,
        "core as large as before": core[: len(before)],
        "core as large as audioset": core[: len(ours["audioset"])],
        "core's candidates by frequency": frequent,
        # No choice among them covers more: the ceiling of every filter and selection.
        "core's candidates, all": [candidate.label for candidate in mined],
        "LAION by frequency": laion,
        "core without class names": [label for label in core if label not in names],
        "LAION without class names": [label for label in laion if label not in names],
    }


def _table(found: Mapping[str, Measured], dense: Rows, units: Units) -> str:
    named = f"named@{NAMED}"
    lines = [f"{'vocabulary':32} {'K':>5}  {'accuracy':20} retention  {named:20}  coverage"]
    for name, one in found.items():
        columns = np.stack([one.right, dense, one.named], axis=1)
        drawn = bootstrap_means(columns, units, np.random.default_rng(0))
        (low, high), (least, most) = (
            share_interval(drawn[:, place], float(shares.mean()), number_of(units))
            for place, shares in ((0, one.right), (2, one.named))
        )
        lines.append(
            f"{name:32} {len(one.labels):5}  {one.right.mean():.3f} [{low:.3f}, {high:.3f}]"
            f"  {one.right.mean() / dense.mean():9.3f}"
            f"  {one.named.mean():.3f} [{least:.3f}, {most:.3f}]"
            f"  {one.cover.mean():8.3f}"
        )
    return "\n".join(lines)


def _differences(found: Mapping[str, Measured], units: Units) -> str:
    pairs = (
        ("core as large as before", BEFORE),
        ("sonolex-core", "LAION by frequency"),
        ("core without class names", "LAION without class names"),
        ("sonolex-core", "core's candidates by frequency"),
        ("core as large as audioset", "audioset"),
    )
    lines = [f"{'difference':64} {'accuracy':25} {f'named@{NAMED}':25} coverage"]
    for a, b in pairs:
        parts = []
        one, other = found[a], found[b]
        for values in (
            one.right - other.right,
            one.named - other.named,
            one.cover - other.cover,
        ):
            drawn = bootstrap_means(values[:, None], units, np.random.default_rng(0))[:, 0]
            low, high = interval(drawn, number_of(units))
            parts.append(f"{values.mean():+.3f} [{low:+.3f}, {high:+.3f}]")
        lines.append(f"{f'{a} - {b}':64} {'  '.join(parts)}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
