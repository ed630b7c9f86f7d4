"""The tables of a study: dense beside concepts, with their intervals and paired differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from concept_core.tasks.paired import holm_of_tested
from vocab_builder.comparison.scores import Scores, score_group
from vocab_builder.reproduction.study import TABLES, Study
from vocab_builder.tables.notes import made_with
from vocab_builder.tables.paper import Cell, Number, PaperTable, label_of

_TITLES = {
    "zero-shot": "Zero-shot",
    "retrieval": "Retrieval",
    "finetuned": "Fine-tuned projection",
}

Card = Mapping[str, Any]


def study_tables(study: Study, cards: Sequence[Card]) -> tuple[PaperTable, ...]:
    """A table a task, a row a data set and metric; every figure was computed here."""
    tables = []
    for task in TABLES:
        cells = [
            (card, score_group([card], [""], metric=metric, seed=card["seed"]))
            for cell, card in zip(study.cells, cards, strict=True)
            if cell.task == task
            for metric in cell.metrics
        ]
        if cells:
            tables.append(_table(study, task, cells))
    return tuple(tables)


def _table(study: Study, task: str, cells: Sequence[tuple[Card, Scores]]) -> PaperTable:
    first, settings = cells[0][0], study.settings
    vocabulary, encoder = first["vocabulary"], first["encoder"]
    tests = _adjusted([found for _, found in cells])
    return PaperTable(
        label=label_of(task),
        caption=f"{_TITLES[task]} ({settings.title}): {vocabulary['id']}@{vocabulary['version']} of"
        f" {vocabulary['size']} concepts with {encoder['name']}, lambda"
        f" {settings.paper_lambda:g} in the paper's convention, which is l1 {settings.l1:g} here.",
        columns=("data set", "metric", "dense", "concepts", "difference", "mean l0", "clips",
                 "missing or left out"),
        rows=tuple(_row(*cell, p) for cell, p in zip(cells, tests, strict=True)),
        notes=(
            f"Brackets: {first['bootstrap']['level']:.0%} bootstrap intervals, over recordings"
            " where a data set names them, else over clips. difference: concepts less dense,"
            " paired by clip; bold where a paired test (McNemar's exact test, or sign flips of"
            f" recordings) tells it from 0, p < .05 by Holm over {_tested(tests)} of this table."
            " Metrics that are no mean over clips have no test. mean l0: concepts a clip.",
            *made_with([first], [vocabulary["id"]]),
            "The scorecards in cards/ have everything else.",
        ),
    )  # fmt: skip


def _adjusted(found: Sequence[Scores]) -> list[float | None]:
    """The p-values of the rows against dense, as one family; None where there is no test."""
    return holm_of_tested([one.against_dense[0].p if one.against_dense else None for one in found])


def _tested(tests: Sequence[float | None]) -> str:
    number = sum(p is not None for p in tests)
    return f"{number} difference{'' if number == 1 else 's'}"


def _row(card: Card, found: Scores, p: float | None) -> tuple[Cell, ...]:
    (one,) = found.rows
    return (
        found.dataset,
        found.metric,
        Number(one.dense, interval=one.dense_interval),
        Number(one.value, interval=one.interval),
        Number(one.value - one.dense, signed=True, interval=one.difference_interval, p=p),
        Number(one.l0_mean, 1),
        found.n,
        card["missing"] + len(card["bad"]),
    )
