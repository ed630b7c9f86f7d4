from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.compare_toy import cards, compared, entries, reference
from tests.tables_back import csv_tables, latex_tables, markdown_tables, numbers
from tests.vocab_builder.tables.test_scores import rounded
from vocab_builder.tables.comparison import comparison_tables
from vocab_builder.tables.forms import table_text

READERS = {"latex": latex_tables, "markdown": markdown_tables}


@pytest.mark.parametrize("form", ["latex", "markdown"])
def test_all_that_a_comparison_measures(form: str) -> None:
    made = entries()
    found = compared(made, reference=reference(), cards=cards(made))
    measures, overlaps, scores, pairs = READERS[form](table_text(comparison_tables(found), form))
    rows = {row["measure"]: row for row in measures}
    for one in found.vocabularies:
        assert one.measures is not None
        assert rows["concepts"][one.vocabulary] == str(one.size)
        for name, value in {
            "coverage": one.measures.coverage,
            "grounding": one.measures.grounding,
            "centred cosine at l0 5": one.measures.fidelity[2].centred_cosine,
        }.items():
            shown = rows[name][one.vocabulary]
            assert shown in ("-", "--") if value is None else Decimal(shown) == rounded(value)
    assert [row["shared"] for row in overlaps] == [str(one.shared) for one in found.overlaps]
    assert [row["vocabulary"] for row in scores[1:]] == [
        one.vocabulary for one in found.vocabularies
    ]
    (task,) = found.scores
    for row, one in zip(scores[1:], task.rows, strict=True):
        wanted = (one.value - one.dense, *one.difference_interval)
        assert [Decimal(text) for text in numbers(row["less dense"])] == [*map(rounded, wanted)]
    assert [row["sparsity"] for row in pairs] == ["equal"] * 3


def test_several_cards_of_one_vocabulary_are_told_apart_in_pairs() -> None:
    made = entries()
    found = compared(made, cards=[*cards(made, l0=1), *cards(made[:1], l0=2)])
    pairs = comparison_tables(found)[-1]
    assert {row[0] for row in pairs.rows} | {row[1] for row in pairs.rows} == {
        *("pets@0.1.0 (A1)", "pets@0.1.0 (A2)", "bells@0.1.0", "vague@0.1.0"),
    }


def test_cards_of_other_encoders_have_dense_rows_of_their_own() -> None:
    made = entries()
    (card,) = cards(made[:1])
    other = {**card, "encoder": {**card["encoder"], "name": "else", "fingerprint": "1"}}
    other["metrics"] = {"accuracy": {**card["metrics"]["accuracy"], "dense": 0.5}}
    found = compared(made, cards=[card, other], across_encoders=True)
    scores = comparison_tables(found)[2]
    assert [row[scores.columns.index("encoder")] for row in scores.rows] == [
        *("toy", "else", "toy", "else"),
    ]


def test_without_a_reference_or_scores_two_tables() -> None:
    measures, overlaps = comparison_tables(compared(entries()))
    assert [row[0] for row in measures.rows] == [
        *("concepts", "redundancy above 0.8", "effective rank (of 4)"),
    ]
    assert measures.caption == "Vocabularies measured with toy."
    assert len(overlaps.rows) == 3


@pytest.mark.parametrize("same", [False, True])
def test_vocabularies_of_one_name_keep_a_column_each(same: bool) -> None:
    """Files of one name in two folders, or one file given twice: no form loses either."""
    first, second = entries()[:2]
    named = replace(first[0] if same else second[0], id=first[0].id, version=first[0].version)
    found = compared([first, (named, first[1] if same else second[1])])
    ends = ["(A)", "(B)"] if same else [f"({one.content_hash[:8]})" for one in found.vocabularies]
    names = [f"pets@0.1.0 {end}" for end in ends]
    measures, overlaps = csv_tables(table_text(comparison_tables(found), "csv"))
    for name, one in zip(names, found.vocabularies, strict=True):
        assert measures[0][name] == str(one.size)
    assert [overlaps[0]["first"], overlaps[0]["second"]] == names
