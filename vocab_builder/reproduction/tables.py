"""The tables of a study as markdown: dense beside concepts, with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from concept_core.releases.markdown import line
from vocab_builder.reproduction.study import TABLES, Cell, Study

_TITLES = {
    "zero-shot": "Zero-shot",
    "retrieval": "Retrieval",
    "finetuned": "Fine-tuned projection",
}

Card = Mapping[str, Any]


def render(study: Study, cards: Sequence[Card]) -> str:
    """All tables; every figure was computed here, none is the paper's."""
    first = cards[0]
    vocabulary, settings = first["vocabulary"], study.settings
    parts = [
        f"# {line(settings.title)}",
        f"Vocabulary {line(vocabulary['id'])}@{vocabulary['version']} of"
        f" {vocabulary['size']} concepts, content hash {vocabulary['content_hash'][:12]};"
        f" encoder {line(first['encoder']['name'])},"
        f" fingerprint {first['encoder']['fingerprint'][:12]},"
        f" centring {first['encoder']['centring']}; lambda {settings.paper_lambda:g} in the paper's"
        f" convention, which is l1 {settings.l1:g} here; sonolex {first['software']}.",
        f"Brackets are bootstrap intervals over clips ({first['bootstrap']['level']:.0%}); the"
        " difference is concepts less dense, paired by clip. `l0` is the mean number of concepts"
        " of a clip. The scorecards in `cards/` have everything else.",
    ]
    for task in TABLES:
        rows = [
            (cell, card) for cell, card in zip(study.cells, cards, strict=True) if cell.task == task
        ]
        if rows:
            parts += [f"## {_TITLES[task]}", _table(rows)]
    return "\n\n".join(parts) + "\n"


def _table(cells: Sequence[tuple[Cell, Card]]) -> str:
    """A column for each data set and metric, as the paper has it."""
    columns = [
        (f"{cell.dataset} {metric}", card, card["metrics"][metric])
        for cell, card in cells
        for metric in cell.metrics
    ]
    rows = [
        ["", *(title for title, _, _ in columns)],
        ["---"] * (len(columns) + 1),
        ["dense", *(_with(one["dense"], one["dense_interval"]) for _, _, one in columns)],
        ["concepts", *(_with(one["value"], one["interval"]) for _, _, one in columns)],
        [
            "difference",
            *(
                _with(one["value"] - one["dense"], one["difference_interval"])
                for *_, one in columns
            ),
        ],
        ["l0", *(f"{card['l0_mean']:.1f}" for _, card, _ in columns)],
        ["clips", *(str(card["n"]) for _, card, _ in columns)],
        ["clips missing or left out", *(_lost(card) for _, card, _ in columns)],
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _with(value: float, interval: Sequence[float]) -> str:
    return f"{value:.3f} [{interval[0]:.3f}, {interval[1]:.3f}]"


def _lost(card: Card) -> str:
    return str(card["missing"] + len(card["bad"]))
