"""Explanations as figures for a paper's column: bars, and prominence over time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from concept_core.errors import UsageError
from concept_core.explanation.clips import Explanation
from concept_core.explanation.groups import Contrast, GroupExplanation
from concept_core.explanation.request import Outcome
from concept_core.explanation.windows import TimeExplanation
from vocab_builder.figures.style import PAPER, Look, line, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ROW = 0.15
"""Inches that a bar with its label takes."""

Bars = tuple[str, Sequence[tuple[str, float]]]
"""A panel: its title, and its labels with their values."""


def outcome_figure(outcome: Outcome, look: Look = PAPER) -> Figure:
    """The figure of whatever was explained. Its axis is ``prominence``. Call it inside ``style``.

    Raises
    ------
    UsageError
        Several contrasts, or several files over time: a figure holds one.
    """
    items = outcome.items
    if isinstance(items[0], (Contrast, TimeExplanation)) and len(items) > 1:
        raise UsageError(f"{len(items)} contrasts or files over time; a figure holds one of them")
    if isinstance(items[0], Contrast):
        return contrast_figure(items[0], look)
    if isinstance(items[0], TimeExplanation):
        return time_figure(items[0], outcome.request.shown, look)
    groups = [item for item in items if isinstance(item, GroupExplanation)]
    if groups:
        return groups_figure(groups, look)
    return clips_figure([item for item in items if isinstance(item, Explanation)], look)


def clips_figure(explanations: Sequence[Explanation], look: Look = PAPER) -> Figure:
    """A panel of bars a clip."""
    return _bars([(Path(one.clip).name, one.concepts) for one in explanations], look)


def groups_figure(groups: Sequence[GroupExplanation], look: Look = PAPER) -> Figure:
    """A panel of bars a group: mean prominence, and the share of clips behind the label."""
    panels = [
        (
            f"{group.name} ({group.n} clips)",
            [(f"{one.label} ({one.share:.0%})", one.prominence) for one in group.concepts],
        )
        for group in groups
    ]
    return _bars(panels, look, "mean prominence (share of clips)")


def contrast_figure(found: Contrast, look: Look = PAPER) -> Figure:
    """One panel: to the right what the one group has more of, to the left what the other has."""
    both = [*found.more, *reversed(found.less)]
    title = f"{found.other}  \N{LEFT RIGHT ARROW}  {found.one}"
    return _bars([(title, [(each.label, each.difference) for each in both])], look, "difference")


def time_figure(found: TimeExplanation, top: int, look: Look = PAPER) -> Figure:
    """Prominence as shades: a row a concept, a column a window."""
    rows = found.concepts(top)
    figure = new_figure(0.75 + _ROW * max(len(rows), 1))
    ax = figure.add_subplot()
    edges = [moment.start for moment in found.moments] + [found.moments[-1].end]
    values = np.array([values for _, values in rows]).reshape(len(rows), len(found.moments))
    if rows:
        low, high = look.ranges.get("prominence", (0.0, None))
        places = range(len(rows) + 1)
        shades = ax.pcolormesh(edges, places, values, cmap="Blues", vmin=low, vmax=high)
        figure.colorbar(shades, ax=ax, label="prominence", pad=0.02)
    ax.set_yticks([place + 0.5 for place in range(len(rows))], [label for label, _ in rows])
    ax.invert_yaxis()
    ax.grid(visible=False)
    ax.set_xlabel("seconds")
    return figure


def _bars(panels: Sequence[Bars], look: Look, across: str = "prominence") -> Figure:
    """Panels of horizontal bars, one below the other, on one scale."""
    heights = [max(len(bars), 1) for _, bars in panels]
    figure = new_figure(0.35 + sum(_ROW * height + 0.3 for height in heights))
    axes = figure.subplots(
        len(panels), squeeze=False, sharex=True, gridspec_kw={"height_ratios": heights}
    )
    for ax, (title, bars) in zip(axes.flat, panels, strict=True):
        places = range(len(bars))
        colours = [line(0 if value >= 0 else 1).color for _, value in bars]
        ax.barh(places, [value for _, value in bars], color=colours, height=0.7)
        ax.set_yticks(places, [label for label, _ in bars])
        ax.invert_yaxis()
        ax.grid(visible=False, axis="y")
        ax.set_title(title, loc="left")
    axes.flat[-1].set_xlabel(across)
    look.fix(axes.flat[-1].xaxis, "prominence")
    return figure
