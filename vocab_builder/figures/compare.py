"""The charts of a comparison, as wide as a column of a paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from concept_core.measures.vocabulary import VocabularyMeasures
from vocab_builder.comparison.model import Compared, Comparison
from vocab_builder.comparison.scores import Scores
from vocab_builder.figures.style import PAPER, Look, line, log_axis, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PANEL = 1.7
_ROW = 0.17
_TITLE = 0.45

_Panel = tuple[float, Callable[["Axes"], None]]
"""Height in inches, and what draws it."""


def draw_comparison(found: Comparison, look: Look = PAPER) -> Figure:
    """What pairs share, coverage against size, fidelity against l0, and every task's scores.

    A panel each; those that need a reference or a scorecard are left out where there is none.
    Axes: ``concepts``, ``coverage``, ``size``, ``cosine``, ``l0``, ``value``. Call it inside
    ``style``.
    """
    panels: list[_Panel] = [
        (_TITLE + _ROW * len(found.overlaps), lambda ax: _overlaps(ax, found, look)),
    ]
    measured = [one for one in found.vocabularies if one.measures is not None]
    if measured:
        panels.append((_PANEL, lambda ax: _coverage(ax, measured, look)))
        panels.append((_PANEL, lambda ax: _fidelity(ax, measured, look)))
    for task in found.scores:
        panels.append((_TITLE + _ROW * len(task.rows), _bind(task, found, look)))
    legend = 0.13 * len(found.vocabularies) + 0.15
    heights = [height for height, _ in panels]
    figure = new_figure(sum(heights) + 0.25 * len(panels) + legend)
    axes = figure.subplots(len(panels), 1, squeeze=False, gridspec_kw={"height_ratios": heights})[
        :, 0
    ]
    for ax, (_, draw) in zip(axes, panels, strict=True):
        draw(ax)
    _legend(figure, found)
    return figure


def _bind(task: Scores, found: Comparison, look: Look) -> Callable[[Axes], None]:
    return lambda ax: _scores(ax, task, found, look)


def _legend(figure: Figure, found: Comparison) -> None:
    """Letters with what they stand for, in the signs of their curves."""
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], label=f"{one.letter}  {one.vocabulary}, {one.size:,}", **line(i)._asdict())
        for i, one in enumerate(found.vocabularies)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=1)


def _overlaps(ax: Axes, found: Comparison, look: Look) -> None:
    """A bar a pair: only the first's, near, shared, near, only the second's."""
    names = [f"{one.first}, {one.second}" for one in found.overlaps]
    parts = {
        "only first": [one.only_first - len(one.near) for one in found.overlaps],
        "near": [len(one.near) for one in found.overlaps],
        "shared": [one.shared for one in found.overlaps],
        "only second": [one.only_second - len(one.near) for one in found.overlaps],
    }
    shades = {"only first": "0.75", "near": "0.45", "shared": "0.15", "only second": "0.9"}
    left = [0] * len(names)
    for name, values in parts.items():
        ax.barh(names, values, left=left, color=shades[name], height=0.7, label=name)
        left = [start + value for start, value in zip(left, values, strict=True)]
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    ax.set_xlabel("concepts")
    look.fix(ax.xaxis, "concepts")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, handlelength=1.0)


def _coverage(ax: Axes, measured: Sequence[Compared], look: Look) -> None:
    _curves(ax, measured, lambda one: one.coverage_curve)
    sizes = [size for _, one in _measures(measured) for size, _ in one.coverage_curve]
    log_axis(ax, sizes, look, "size")
    look.fix(ax.yaxis, "coverage")
    ax.set_xlabel("first concepts of the vocabulary")
    ax.set_ylabel("coverage")


def _fidelity(ax: Axes, measured: Sequence[Compared], look: Look) -> None:
    def curve(one: VocabularyMeasures) -> list[tuple[float, float]]:
        return [
            (point.value, point.centred_cosine)
            for point in one.fidelity
            if point.centred_cosine is not None
        ]

    _curves(ax, measured, curve)
    limits = [point.value for _, one in _measures(measured) for point in one.fidelity]
    log_axis(ax, limits, look, "l0")
    look.fix(ax.yaxis, "cosine")
    ax.set_xlabel("most concepts a clip (l0)")
    ax.set_ylabel("centred cosine")


def _measures(measured: Sequence[Compared]) -> list[tuple[int, VocabularyMeasures]]:
    """The place of each vocabulary, which decides its signs, and its measures."""
    return [(index, one.measures) for index, one in enumerate(measured) if one.measures is not None]


def _curves(
    ax: Axes,
    measured: Sequence[Compared],
    curve: Callable[[VocabularyMeasures], Sequence[tuple[float, float]]],
) -> None:
    for index, one in _measures(measured):
        points = curve(one)
        places, heights = [place for place, _ in points], [height for _, height in points]
        ax.plot(places, heights, **line(index)._asdict())


def _scores(ax: Axes, task: Scores, found: Comparison, look: Look) -> None:
    """A point a card with its interval; the dense embeddings as a line."""
    letters = [one.letter for one in found.vocabularies]
    for place, row in enumerate(task.rows):
        signs = line(letters.index(row.name[0]))
        low, high = row.interval
        ax.errorbar(
            row.value,
            place,
            xerr=[[row.value - low], [high - row.value]],
            color=signs.color,
            marker=signs.marker,
            capsize=2,
            linestyle="none",
        )
    for dense in sorted({row.dense for row in task.rows}):
        ax.axvline(dense, color="0.25", linestyle="--", linewidth=0.9)
    ax.set_yticks(range(len(task.rows)), [row.name for row in task.rows])
    ax.set_ylim(len(task.rows) - 0.5, -0.5)
    look.fix(ax.xaxis, "value")
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(f"{task.task} {task.metric}, {task.dataset} (dashed: dense)")
