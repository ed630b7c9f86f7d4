"""The tables of docs/results.md, of toy vocabularies; and which words are compared."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.tasks import FIRST, named, random_nouns, report, table
from concept_core.decomposition.dictionary import Dictionary
from concept_core.tasks.items import Embedded
from concept_core.vocabulary import Vocabulary
from tests.tasks_toy import bench, clusters, dictionary, embedded, vocabulary


@pytest.fixture(scope="module")
def data() -> Embedded:
    x, labels, centres = clusters(np.random.default_rng(0), 24, 3, 4, noise=0.01)
    return embedded(x, labels.tolist(), centres, folds=["1", "2", "3"] * 8)


def pairs(data: Embedded) -> list[tuple[Vocabulary, Dictionary]]:
    words, nothing = vocabulary("a", "b", "c", name=FIRST), vocabulary("x", name="nothing")
    return [
        (words, dictionary(words, data.class_atoms)),
        (nothing, dictionary(nothing, [[1, 1, 1, 1]])),
    ]


def test_a_table_has_the_first_beside_all_others(data: Embedded) -> None:
    over = bench(data)
    cards = [over.score(*pair, l0=3) for pair in pairs(data)]
    lines = table(3, cards).splitlines()
    assert lines[0].startswith("l0 3, accuracy: dense 1.000")
    assert lines[4].startswith(f"| {FIRST} | 3 | 1.000") and lines[4].endswith("| - | - |")
    assert lines[5].startswith("| nothing | 1 | 0.333")
    assert lines[5].split("|")[6].strip().startswith("-0.667")
    assert lines[5].endswith("| < .0001 |")


def test_learned_directions_have_a_column(data: Embedded) -> None:
    x, labels, centres = clusters(np.random.default_rng(0), 60, 3, 4, noise=0.01)
    folds = [str(1 + place // 20) for place in range(60)]
    over = bench(embedded(x, labels, centres, folds=folds), learned=("dictionary-learning",))
    cards = [over.score(*pair, l0=1) for pair in pairs(data)]
    lines = table(3, cards).splitlines()
    heads, dashes, first, second = (line.split("|") for line in lines[2:6])
    assert heads[6].strip() == "dictionary-learning"
    assert len(heads) == len(dashes) == len(first) == 10
    learned = [card.baselines["dictionary-learning"].values["accuracy"] for card in cards]
    assert learned[0] > 0.6
    assert first[6].strip() == f"{learned[0]:.3f} (3)"
    assert second[6].strip() == f"{learned[1]:.3f} (1)"


def test_the_projected_task_is_set_beside_zero_shot(
    data: Embedded, capsys: pytest.CaptureFixture[str]
) -> None:
    report("Projected", bench(data, "finetuned"), pairs(data))
    printed = capsys.readouterr().out
    assert printed.startswith("\n### Projected\n")
    assert printed.count("| projected less zero-shot | concepts | dense |") == 3


def test_a_list_is_a_vocabulary_in_its_order() -> None:
    assert named("mine", ["rain", "dog"]).labels == ["rain", "dog"]


@pytest.mark.usefixtures("nltk_data")
def test_nouns_are_drawn_by_the_seed() -> None:
    nouns = random_nouns(20, 0)
    assert nouns == random_nouns(20, 0) != random_nouns(20, 1)
    assert len(set(nouns)) == 20 and all(noun.isalpha() for noun in nouns)
