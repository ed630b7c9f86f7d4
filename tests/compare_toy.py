"""Vocabularies, a reference and cards in four dimensions, for tests of comparisons."""

from __future__ import annotations

from typing import Any

import numpy as np

from concept_core.decomposition.dictionary import Dictionary
from concept_core.measures.reference import CLIPS, Reference
from concept_core.vocabulary import Vocabulary
from tests.tasks_toy import SPEC, bench, dictionary, embedded, unit, vocabulary
from vocab_builder.comparison import Comparison
from vocab_builder.comparison.run import compare_entries

DOG, RAIN, BELL, HUM = np.eye(4)
NEAR = 0.8

Entry = tuple[Vocabulary, Dictionary]


def entry(name: str, **atoms: Any) -> Entry:
    """A vocabulary of labels and the directions that they point in."""
    words = vocabulary(*atoms, name=name)
    return words, dictionary(words, list(atoms.values()))


def entries() -> list[Entry]:
    """One that knows dogs and rain, one that knows dogs and bells, one that knows nothing well."""
    return [
        entry("pets", dog=DOG, rain=RAIN, storm=RAIN + 0.5 * HUM),
        entry("bells", Dog=DOG, hound=DOG + 0.1 * HUM, bell=BELL),
        entry("vague", thing=DOG + RAIN + BELL + HUM),
    ]


def reference(**facts: Any) -> Reference:
    """Four clips: two dogs, rain, and a bell."""
    x = unit([DOG, DOG + 0.2 * HUM, RAIN, BELL])
    names = ("dog-1.wav", "dog-2.wav", "rain.wav", "bell.wav")
    classes = ("dog", "dog", "rain", "bell")
    return Reference(**{
        "name": "toy, folds 1", "kind": CLIPS, "found": 4, "x": x, "items": names,
        "descriptions": classes,
        **facts,
    })  # fmt: skip


def cards(made: list[Entry], l0: int = 1, **facts: Any) -> list[dict[str, Any]]:
    """A zero-shot card of each vocabulary, on eight clips of four classes."""
    x = [DOG, DOG + HUM, RAIN, RAIN + 0.5 * HUM, BELL, BELL + DOG, HUM, HUM + 0.1 * BELL]
    data = embedded(x, [0, 0, 1, 1, 2, 2, 3, 3], [DOG, RAIN, BELL, HUM])
    over = bench(data)
    return [{**over.score(*one, l0=l0).to_dict(), **facts} for one in made]


def compared(made: list[Entry], **facts: Any) -> Comparison:
    """The comparison, of at most one concept a clip unless told."""
    return compare_entries(made, SPEC, **{"near": NEAR, "l0": 1, **facts})
