"""The tables of docs/measures.md on faithfulness, of toy vocabularies."""

from __future__ import annotations

import numpy as np

from benchmarks.faithfulness import RANDOM, at_random, tables
from tests.tasks_toy import bench, clusters, dictionary, embedded, vocabulary


def test_a_line_a_vocabulary_and_one_of_random_directions() -> None:
    x, labels, centres = clusters(np.random.default_rng(0), 24, 3, 8, noise=0.1)
    over = bench(embedded(x, labels.tolist(), centres), "faithfulness")
    words = vocabulary("a", "b", "c")
    card = over.score(words, dictionary(words, centres), l0=3)
    random = at_random(over, 20)
    assert random.vocabulary["size"] == 20
    lines = list(tables({"words": card, RANDOM: random}))
    assert lines[0].startswith("24 clips, at most 8 concepts each")
    assert [line.split("|")[1].strip() for line in lines if line.startswith("| ")] == [
        *("", "words", RANDOM), *("", "words", RANDOM),
        *("stability (of another clip)", "words", RANDOM),
    ]  # fmt: skip
    first = card.details["sufficiency"]["1"]
    assert f"{first['value']:.3f}" in lines[10]
