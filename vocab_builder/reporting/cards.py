"""Figures of scorecards: what of a card stands on the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from concept_core.errors import DataError
from concept_core.text.files import read_json
from concept_core.values import Value


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


def _rows(card: Any, path: Path) -> Iterator[ScoreRow]:
    """Every metric of a card: the vocabulary's figure, then the baselines beside it."""
    try:
        vocabulary, n = card["vocabulary"], card["n"]
        folds = ", ".join(map(str, card["folds"]))
        names = f", {len(card['classes'])} names" if card["classes"] else ""
        setting = f"folds {folds}: {n} clips{names}"
        mode = f"{card['mode']} {card['value']:g}"
        encoder = str(card["encoder"]["fingerprint"])
        names_hash = (f"{vocabulary['id']}@{vocabulary['version']}", vocabulary["content_hash"])
        for metric, figures in card["metrics"].items():
            shared = (str(card["task"]), str(card["dataset"]), str(metric), setting)
            (low, high), (dense_low, dense_high) = figures["interval"], figures["dense_interval"]
            value = (float(figures["value"]), float(low), float(high))
            dense = (float(figures["dense"]), float(dense_low), float(dense_high))
            yield ScoreRow(*names_hash, *shared, *value, mode, float(card["l0_mean"]), encoder)
            yield ScoreRow("dense embeddings", "", *shared, *dense, "", None, encoder)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        problem = f"the key {error} is missing" if isinstance(error, KeyError) else str(error)
        raise DataError(
            f"{path}: not a scorecard ({problem}); give what sonolex score --json -o writes"
        ) from error
