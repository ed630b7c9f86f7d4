"""Figures of scorecards: what of a card stands on the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

from concept_core.errors import DataError
from concept_core.text.files import read_json
from concept_core.values import Value, from_data

_HINT = "give what sonolex score --json -o writes"


@dataclass(frozen=True, slots=True)
class ScoreRow(Value):
    """One figure of one vocabulary.

    Attributes
    ----------
    vocabulary : str
        Specifier, or a baseline such as ``dense embeddings``.
    content_hash : str
        Of the vocabulary; empty for a baseline.
    task, dataset, metric : str
        What was measured; rows that agree in these and in ``setting`` compare.
    setting : str
        Folds, number of clips and of names.
    value : float
    low, high : float or None
        The interval.
    mode : str
        Such as ``l0 8``; empty for a baseline.
    l0_mean : float or None
    encoder : str
        Fingerprint of the encoder spec.
    """

    vocabulary: str
    content_hash: str
    task: str
    dataset: str
    metric: str
    setting: str
    value: float
    low: float | None
    high: float | None
    mode: str
    l0_mean: float | None
    encoder: str


class _Figures(TypedDict):
    value: float
    interval: tuple[float, float]
    dense: float
    dense_interval: tuple[float, float]


class _Made(TypedDict):
    id: str
    version: str
    content_hash: str


class _Encoder(TypedDict):
    fingerprint: str


class _Card(TypedDict):
    """What is read of a card."""

    task: str
    dataset: str
    folds: list[int | str]
    classes: list[str]
    n: int
    mode: str
    value: float
    metrics: dict[str, _Figures]
    l0_mean: float
    vocabulary: _Made
    encoder: _Encoder


def read_scores(paths: Iterable[Path]) -> list[ScoreRow]:
    """The figures of scorecard files, in their order; equal rows once: dense embeddings stand in
    every card of a task.

    Raises
    ------
    DataError
        A file is no scorecard, or no list of them.
    """
    rows = [row for path in paths for card in _cards(path) for row in _rows(card, path)]
    return list(dict.fromkeys(rows))


def _cards(path: Path) -> list[Any]:
    value = read_json(path)
    return value if isinstance(value, list) else [value]


def _rows(data: Any, path: Path) -> Iterator[ScoreRow]:
    """Every metric of a card: the vocabulary's figure, then the baselines beside it."""
    if not isinstance(data, dict):
        raise DataError(f"{path}: not a scorecard ({type(data).__name__}); {_HINT}")
    try:
        card = from_data(data, _Card, f"{path}: not a scorecard")
    except DataError as error:
        raise DataError(f"{error}; {_HINT}") from error
    made = card["vocabulary"]
    folds = ", ".join(map(str, card["folds"]))
    names = f", {len(card['classes'])} names" if card["classes"] else ""
    setting = f"folds {folds}: {card['n']} clips{names}"
    mode = f"{card['mode']} {card['value']:g}"
    encoder = card["encoder"]["fingerprint"]
    named = (f"{made['id']}@{made['version']}", made["content_hash"])
    for metric, figures in card["metrics"].items():
        shared = (card["task"], card["dataset"], metric, setting)
        value = (figures["value"], *figures["interval"])
        dense = (figures["dense"], *figures["dense_interval"])
        yield ScoreRow(*named, *shared, *value, mode, card["l0_mean"], encoder)
        yield ScoreRow("dense embeddings", "", *shared, *dense, "", None, encoder)
