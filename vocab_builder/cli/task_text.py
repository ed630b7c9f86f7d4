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


def reading(about: Mapping[str, Any]) -> list[str]:
    """What must be known to read the figures of a task."""
    lines = []
    if about["dataset"] == "captions":
        lines.append("captions find captions; nothing was heard (c2c-back: found by the others)")
    names = len(about["classes"])
    seen = about["parameters"].get("classes_in_training", names)
    if about["task"] == "finetuned" and seen < names:
        lines.append(
            f"training saw {seen} of the {names} names: among the others the figure flatters the"
            " projection"
        )
    return lines


def spread(mean: float | None, deviation: float | None) -> str:
    """A mean over draws with their standard deviation; a dash where nothing was drawn."""
    if mean is None:
        return "-"
    return f"{mean:.3f}" if deviation is None else f"{mean:.3f} ± {deviation:.3f}"
