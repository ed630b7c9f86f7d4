"""The tables of docs/results.md, of toy vocabularies; and which words are compared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import tasks
from benchmarks.pages import marks
from benchmarks.tasks import FIRST, IN_SHORT, in_short, named, random_nouns, scored, table, tables
from concept_core.decomposition.dictionary import Dictionary
from concept_core.tasks.items import Embedded
from concept_core.vocabulary import Vocabulary
from tests.tasks_toy import bench, clusters, dictionary, embedded, vocabulary

ROOT = Path(__file__).resolve().parents[2]


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
    assert lines[4].startswith(f"| {FIRST}@0.1.0 | 3 | 1.000") and lines[4].endswith("| - | - |")
    assert lines[5].startswith("| nothing@0.1.0 | 1 | 0.333")
    assert lines[5].split("|")[6].strip().startswith("-0.667")
    assert lines[5].endswith("| < .0001 |")


def test_the_projected_task_is_set_beside_zero_shot(data: Embedded) -> None:
    lines = tables(scored(bench(data, "finetuned"), pairs(data)))
    assert lines.count("| projected less zero-shot | concepts | dense |") == len(tasks.LIMITS)


def test_what_is_to_be_remembered(data: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "RELEASES", (FIRST, "other"))
    other, bare = vocabulary("a", "b", name="other"), named("list", ["x"])
    more = [
        (other, dictionary(other, data.class_atoms[:2])),
        (bare, dictionary(bare, [[1, 1, 1, 1]])),
    ]
    cards = scored(bench(data), [*pairs(data)[:1], *more])
    *_, line = in_short({"zero-shot": cards})
    assert line.startswith(f"- **zero-shot**: `{FIRST}` 1.000, dense 1.000 (less dense +0.000 [")
    assert "the other releases 0.667 to 0.667; `list` 0.333; random directions" in line
    assert line.endswith(f"Different from `{FIRST}` (p < .05): `other`, `list`.")
    assert "`list` " in line and "| list | 1 |" in "\n".join(tables(cards))


def test_the_page_has_a_place_for_every_part_and_opens_in_ten_lines() -> None:
    page = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    found = marks(page)
    assert [one.name for one in found] == [IN_SHORT, *tasks.NAMES]
    lines = found[0].body.split("\n")
    assert len([line for line in lines if line.strip()]) <= 10


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


def test_a_list_is_a_vocabulary_in_its_order() -> None:
    assert named("mine", ["rain", "dog"]).labels == ["rain", "dog"]


@pytest.mark.usefixtures("nltk_data")
def test_nouns_are_drawn_by_the_seed() -> None:
    nouns = random_nouns(20, 0)
    assert nouns == random_nouns(20, 0) != random_nouns(20, 1)
    assert len(set(nouns)) == 20 and all(noun.isalpha() for noun in nouns)
