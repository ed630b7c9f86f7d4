"""Tables of scorecards: every digit is the JSON's, whatever the form."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np
import pytest

from concept_core.tasks.paired import against_dense, compare_all, holm
from tests.tables_back import csv_tables, latex_tables, markdown_tables, numbers
from tests.tasks_toy import bench, clusters, dictionary, embedded, vocabulary
from vocab_builder.tables.forms import table_text
from vocab_builder.tables.scores import reading, score_tables

READERS = {"latex": latex_tables, "markdown": markdown_tables, "csv": csv_tables}


@pytest.fixture(scope="module")
def cards() -> list[dict[str, Any]]:
    """Two vocabularies on 80 clips: one with the class directions, one with half of them."""
    x, labels, centres = clusters(np.random.default_rng(0), 80, 4, 8)
    scorer = bench(embedded(x, labels, centres))
    one = vocabulary("p", "q", "r", "s", name="whole_50%")
    two = vocabulary("p", "q", name="half")
    found = [scorer.score(one, dictionary(one, centres), l0=2),
             scorer.score(two, dictionary(two, centres[:2]), l0=2)]  # fmt: skip
    return [json.loads(card.to_json()) for card in found]


def rounded(value: float, digits: int = 3) -> Decimal:
    return Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)


@pytest.mark.parametrize("form", ["latex", "markdown"])
def test_every_digit_of_the_main_table_is_that_of_the_json(
    form: str, cards: list[dict[str, Any]]
) -> None:
    main = READERS[form](table_text(score_tables(cards), form))[0]
    assert [row["vocabulary"].replace("\\", "") for row in main] == [
        *("dense embeddings", "whole_50%@0.1.0", "half@0.1.0"),
    ]
    dense = cards[0]["metrics"]["accuracy"]
    assert [Decimal(one) for one in numbers(main[0]["accuracy"])] == [
        *map(rounded, (dense["dense"], *dense["dense_interval"])),
    ]
    for row, card in zip(main[1:], cards, strict=True):
        found = card["metrics"]["accuracy"]
        wanted = {
            "accuracy": (found["value"], *found["interval"]),
            "less dense": (found["value"] - found["dense"], *found["difference_interval"]),
            "retention": (found["retention"],),
            "random": (found["random"], found["random_sd"]),
            "mean only": (found["mean_only"],),
        }
        for name, values in wanted.items():
            assert [Decimal(one) for one in numbers(row[name])] == [*map(rounded, values)], name
        assert row["concepts"] == str(card["vocabulary"]["size"])
        assert Decimal(row["mean l0"]) == rounded(card["l0_mean"], 1)
        assert row["names"] == str(len(card["class_names_in_vocabulary"]))


def test_csv_has_all_digits_of_the_json(cards: list[dict[str, Any]]) -> None:
    main, others, pairs = csv_tables(table_text(score_tables(cards), "csv"))
    tests = against_dense(cards, "accuracy", names=["1", "2"])
    for row, card, test in zip(main[1:], cards, tests, strict=True):
        found = card["metrics"]["accuracy"]
        assert float(row["accuracy"]) == found["value"]
        assert [float(row["accuracy low"]), float(row["accuracy high"])] == found["interval"]
        ends = [float(row["less dense low"]), float(row["less dense high"])]
        assert ends == found["difference_interval"]
        assert float(row["less dense p"]) == test.p_holm
        assert float(row["random sd"]) == found["random_sd"]
        assert float(row["mean l0"]) == card["l0_mean"]
        assert row["caption"].startswith("Zero-shot accuracy on toy (fold 1; 80 clips among 4 ")
    assert [row["metric"] for row in others] == ["macro-f1"] * 2
    assert float(others[0]["value"]) == cards[0]["metrics"]["macro-f1"]["value"]
    (pair,) = compare_all(cards)
    assert float(pairs[0]["difference"]) == pair.difference
    assert float(pairs[0]["p (Holm)"]) == pair.p_holm


@pytest.mark.parametrize("form", ["latex", "markdown"])
def test_bold_is_what_the_paired_tests_tell_apart(form: str, cards: list[dict[str, Any]]) -> None:
    main, others, pairs = READERS[form](table_text(score_tables(cards), form))
    (pair,) = compare_all(cards)
    assert pair.p_holm < 0.05
    # The whole is told from the half, the half from dense, the whole not from dense.
    assert [row["accuracy"].startswith("**") for row in main] == [False, True, False]
    assert [row["less dense"].startswith("**") for row in main] == [False, False, True]
    assert pairs[0]["difference"].startswith("**") and pairs[0]["p (Holm)"].strip("\\") == "<0.001"
    assert not any("**" in cell for row in others for cell in row.values()), "no test, no bold"


def test_the_note_says_what_is_bold_by_which_tests_over_how_many(
    cards: list[dict[str, Any]],
) -> None:
    main, others, _ = score_tables(cards)
    notes = " ".join(main.notes)
    assert "95% bootstrap intervals over 80 clips" in notes
    assert "McNemar's exact test, p < .05 by Holm over 2 differences" in notes
    assert "by Holm over 1 pair of vocabularies" in notes
    assert "with toy, at most 2 concepts a clip (l0 2)." in main.caption
    assert "no paired test" in " ".join(others.notes)
    (alone, *_) = score_tables(cards[:1])
    assert "Bold values" not in " ".join(alone.notes)
    assert "over 1 difference." in " ".join(alone.notes)


def test_the_last_notes_say_what_it_was_made_with(cards: list[dict[str, Any]]) -> None:
    hashes, made = score_tables(cards)[0].notes[-2:]
    for card in cards:
        assert card["vocabulary"]["content_hash"][:12] in hashes
    spec = cards[0]["encoder"]
    assert spec["checkpoint"][:12] in made and f"prompts {spec['prompt_set']}" in made
    assert made.endswith(f"Computed with Sonolex {cards[0]['software']}.")


def test_one_vocabulary_twice_and_settings_that_differ(cards: list[dict[str, Any]]) -> None:
    other = {**cards[0], "value": 3, "l0_mean": 2.5}
    main = score_tables([cards[0], other])[0]
    assert "sparsity" in main.columns and "l0" not in main.caption
    place = main.columns.index("sparsity")
    assert [row[place] for row in main.rows] == [None, "l0 2", "l0 3"]
    assert len({row[0] for row in main.rows}) == 2


def test_recordings_are_drawn_where_cards_know_them(cards: list[dict[str, Any]]) -> None:
    of_two = " ".join(str(place // 2) for place in range(80))
    facts = {"resampled_by": "recording", "resampled": 40, "recordings": of_two}
    main = score_tables([{**card, **facts} for card in cards])[0]
    assert "over 40 recordings" in main.notes[0]
    assert "random sign flips" in " ".join(main.notes)


def test_learned_dictionaries_are_baselines_like_others(cards: list[dict[str, Any]]) -> None:
    learned = {"dictionary-learning": {"values": {"accuracy": 0.625}}}
    main = markdown_tables(
        table_text(score_tables([{**cards[0], "baselines": learned}, cards[1]]), "markdown")
    )[0]
    assert [row["dictionary-learning"] for row in main] == ["-", "0.625", "-"]


def test_metrics_of_one_table_are_one_family() -> None:
    x, labels, centres = clusters(np.random.default_rng(0), 60, 3, 8, noise=1.0)
    data = embedded(x, labels, centres, folds=["1", "2"] * 30)
    words = vocabulary("p", "q")
    over = bench(data, "few-shot", shots=(1, 2, 3))
    card = over.score(words, dictionary(words, centres[:2]), l0=1).to_dict()
    others = score_tables([card])[1]
    found = {str(row[0]): row[4].p for row in others.rows}  # type: ignore[union-attr]
    tested = [one for one in card["scores"] if one != card["main_metric"]]
    single = [against_dense([card], one, names=[""])[0].p for one in tested]
    assert len(tested) > 1
    assert [found[one] for one in tested] == holm(single)
    assert f"by Holm over {len(tested)} differences" in " ".join(others.notes)


def test_misses_are_a_table_where_they_are_asked_for(cards: list[dict[str, Any]]) -> None:
    *_, misses = score_tables(cards, misses=True)
    assert len(misses.rows) == sum(len(card["misses"]) for card in cards)
    assert len(score_tables(cards)) == 3


def test_misses_of_a_task_that_lists_none_are_not_called_none(cards: list[dict[str, Any]]) -> None:
    other = {**cards[0], "main_metric": "f1", "misses": [], "metrics": {
        **cards[0]["metrics"], "f1": cards[0]["metrics"]["accuracy"],
    }}  # fmt: skip
    *_, misses = score_tables([other], misses=True)
    assert misses.rows == () and misses.notes[0].startswith("Misses are not listed: they are of")


def test_what_must_be_known_to_read_a_task(cards: list[dict[str, Any]]) -> None:
    assert reading(cards[0]) == []
    assert "nothing was heard" in reading({**cards[0], "dataset": "captions"})[0]
    few = {**cards[0], "task": "finetuned", "parameters": {"classes_in_training": 3}}
    assert reading(few) == [
        "training saw 3 of the 4 names: among the others the figure flatters the projection"
    ]
    assert "Training saw 3 of the 4 names" in " ".join(score_tables([few])[0].notes)


def test_csv_cells_of_others_are_no_formulas(cards: list[dict[str, Any]]) -> None:
    evil = {**cards[0], "vocabulary": {**cards[0]["vocabulary"], "id": "=cmd()"}}
    main = csv_tables(table_text(score_tables([evil]), "csv"))[0]
    assert main[1]["vocabulary"] == "'=cmd()@0.1.0"
    shown = table_text(score_tables([evil]), "markdown")
    assert "| \\=cmd()@0.1.0 |" in shown
