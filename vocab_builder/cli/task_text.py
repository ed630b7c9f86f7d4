"""What `score` and `sweep` print of a task, whatever the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def title(about: Mapping[str, Any]) -> str:
    """The task, its data set and what was scored: of a card as JSON, or ``about`` of a sweep."""
    shown = ", ".join(map(str, about["folds"]))
    folds = f", folds {shown}" if about["dataset"] != "captions" else ""
    names = f" among {len(about['classes'])} names" if about["classes"] else ""
    by_recording = about["resampled_by"] == "recording"
    drawn = f"; {about['resampled']} recordings" if by_recording else ""
    return f"{about['task']}, {about['dataset']}{folds}: {about['n']} clips{names}{drawn}"


def spread(mean: float | None, deviation: float | None) -> str:
    """A mean over draws with their standard deviation; a dash where nothing was drawn."""
    if mean is None:
        return "-"
    return f"{mean:.3f}" if deviation is None else f"{mean:.3f} ± {deviation:.3f}"
