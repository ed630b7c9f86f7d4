"""What `score` and `sweep` print of a task, whatever the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concept_core.tasks.scorecard import Baseline


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


def about_learned(name: str, baselines: Mapping[str, Baseline], cosine: float) -> list[str]:
    """How many directions were learned, from what; or why none were."""
    lines = []
    for method, one in baselines.items():
        if "none" in one.about:
            lines.append(f"{name}, {method}: none learned, {one.about['none']}")
            continue
        rows = ", ".join(map(str, one.about["rows"]))
        lines.append(
            f"{name}, {method}: {one.size} directions learned from {rows} clips"
            f" ({one.about['learned_from']}); cosine {one.cosine_mean:.3f}, concepts"
            f" {cosine:.3f}"
        )
    return lines
