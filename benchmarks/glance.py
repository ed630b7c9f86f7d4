"""The table of docs/glance.md: ``python -m benchmarks.glance``.

What the demo builds, on ten real sounds; zero-shot on ESC-10's clips among the 50 names of ESC-50;
words beside clips, and captions covered: of `sonolex-core`, of the release before, and of SpLiCE's
list. The pages that have more are named in the last column. Needs the shared data
(``SONOLEX_SHARED``) and what the recipe of `sonolex-core` needs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.options import shared_option
from benchmarks.pages import table
from benchmarks.vocabularies import BEFORE, FOLDS, L0, NAMED, Judges, Measured, lists, measure
from concept_core import load_encoder
from concept_core.bench.bench import Bench
from concept_core.datasets import DATASETS
from concept_core.encoders.base import Encoder
from concept_core.errors import SonolexError
from concept_core.measures.redundancy import redundancy
from concept_core.resources import resource_path
from concept_core.tasks.intervals import Units, bootstrap_means, number_of, share_interval
from concept_core.tasks.request import TaskRequest
from vocab_builder.filters.calibration import CALIBRATED

DEMO, CORE, LAION = "demo", "sonolex-core", "LAION by frequency"
_BARE, _FREQUENT = "core without class names", "core's candidates by frequency"
_ALL = "core's candidates, all"
_FOLDS = tuple(map(str, FOLDS))

Lines = Iterator[tuple[str, str, str]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.glance", description=__doc__)
    shared_option(parser)
    options = parser.parse_args(arguments)
    try:
        encoder = load_encoder("yamnet-minilm")
        lines = [
            *demo(encoder, options.shared / "data" / "esc10"),
            *judged(encoder, options.shared / "data"),
        ]
    except SonolexError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print("\n".join(table(("what", "figure", "printed by"), lines)))
    return 0


def demo(encoder: Encoder, esc10: Path) -> Lines:
    """The vocabulary of the demo, on its sounds and on ESC-10's clips."""
    sounds = Bench(TaskRequest("zero-shot", "demo-sounds"), encoder, resource_path("demo-sounds"))
    card = sounds.score(DEMO, l0=L0)
    named = dict(sounds.measure(DEMO, l0=L0).named)[NAMED]
    yield (
        f"ten animal sounds, the animal is named by one of the {NAMED} most prominent concepts",
        f"{named:.3f}",
        f"`sonolex compare {DEMO} {CORE}`",
    )
    yield (
        f"the same, zero-shot on reconstructions (dense {card.main.dense:.3f})",
        f"{card.main.value:.3f}",
        "`make demo`",
    )
    own, fifty = (
        Bench(TaskRequest("zero-shot", "esc10", _FOLDS, classes=names), encoder, esc10).score(
            DEMO, l0=L0
        )
        for names in ((), DATASETS["esc50"].classes)
    )
    yield (
        f"ESC-10, folds 1-3, {own.n} clips, dense embeddings, 10 names / all 50 names of ESC-50",
        f"{own.main.dense:.3f} / {fifty.main.dense:.3f}",
        "`sonolex score` as below",
    )
    yield (
        f"vocabulary `{DEMO}` ({own.vocabulary['size']} concepts), at most {L0} a clip",
        f"{own.main.value:.3f} / {fifty.main.value:.3f}",
        f"`sonolex score {DEMO} ...`",
    )


def judged(encoder: Encoder, data: Path) -> Lines:
    """Releases beside the lists that there were, as `benchmarks.vocabularies` measures them."""
    judges = Judges.of(data, encoder)
    found = {
        name: measure(labels, judges, encoder)
        for name, labels in lists(data, set(DATASETS["esc50"].classes)).items()
        if name in (CORE, BEFORE, LAION, _BARE, _FREQUENT, _ALL)
    }
    core, laion, units = found[CORE], found[LAION], judges.task.items.units
    size = f"{len(core.labels):,} concepts"
    dense = judges.right(judges.task.x).mean()
    by = "`python -m benchmarks.vocabularies`"
    yield (
        f"`{CORE}` ({size}), at most {L0} a clip, 50 names (dense {dense:.3f})",
        _accuracy(core, units),
        by,
    )
    bare = found[_BARE]
    yield (
        f"the same without the class names that it has ({len(bare.labels):,} concepts)",
        _accuracy(bare, units),
        "the same",
    )
    yield (
        "the same for as many of SpLiCE's most frequent LAION words",
        _accuracy(laion, units),
        "the same",
    )
    three = (core, found[BEFORE], laion)
    names = f"`{CORE}` / `{BEFORE}` / LAION words"
    yield (
        f"a clip's class is named by one of its {NAMED} most prominent concepts: {names}",
        " / ".join(f"{one.named.mean():.3f}" for one in three),
        "the same",
    )
    yield (
        f"coverage of AudioCaps validation captions: {names}",
        " / ".join(f"{one.cover.mean():.3f}" for one in three),
        "the same",
    )
    frequent, everything = found[_FREQUENT], found[_ALL]
    yield (
        "coverage of its own candidates cut by frequency / of all"
        f" {len(everything.labels):,} of them, which no selection exceeds",
        f"{frequent.cover.mean():.3f} / {everything.cover.mean():.3f}",
        "the same",
    )
    cosine = CALIBRATED[encoder.spec.name].redundant
    shares = [
        redundancy(encoder.encode_text(list(one.labels)), (cosine,))[0] for one in (core, laion)
    ]
    yield (
        f"redundancy at the calibrated cosine {cosine:.2f}: `{CORE}` / LAION words",
        " / ".join(f"{share:.3f}" for share in shares),
        "`python -m benchmarks.redundancy SPEC...`",
    )


def _accuracy(one: Measured, units: Units) -> str:
    drawn = bootstrap_means(one.right[:, None], units, np.random.default_rng(0))[:, 0]
    value = float(one.right.mean())
    low, high = share_interval(drawn, value, number_of(units))
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    sys.exit(main())
