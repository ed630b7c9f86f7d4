"""The curves of a sweep, as the paper draws them: against sparsity, and against size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from concept_core.bench.sweep import Sweep, SweepPoint
from vocab_builder.figures.style import line, log_axis, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_Series = dict[str, list[SweepPoint]]
_Value = Callable[[SweepPoint], float | None]
_PANEL = 1.75


def draw_sweep(found: Sweep) -> Figure:
    """Accuracy and explained variance against l0 and, of several sizes, accuracy against size.

    Against l0 each vocabulary is drawn at its largest size; against size at the sparsity in the
    middle of the grid. Bands are the intervals of accuracy. Call it inside ``plots.style``.
    """
    largest = _by_vocabulary(found.points, _largest(found.points))
    values = sorted({point.value for point in found.points})
    middle = values[(len(values) - 1) // 2]
    at_middle = _by_vocabulary(found.points, lambda point: point.value == middle)
    sized = any(len(series) > 1 for series in at_middle.values())
    figure = new_figure(_PANEL * (2 + sized) + 0.15 * len(largest) + 0.3)
    axes = figure.subplots(2 + sized, 1, squeeze=False)[:, 0]
    names = dict(zip((one.content_hash for one in found.points), found.names, strict=True))
    _curves(axes[0], names, largest, lambda point: point.l0_mean, lambda point: point.accuracy)
    _baselines(axes[0], found)
    axes[0].set_ylabel("zero-shot accuracy")
    _curves(
        axes[1], names, largest, lambda point: point.l0_mean, lambda point: point.explained_variance
    )
    axes[1].set_ylabel("explained variance")
    for ax in axes[:2]:
        ax.set_xlabel("concepts a clip (mean l0)")
        log_axis(ax, [point.l0_mean for point in found.points])
    if sized:
        _curves(axes[2], names, at_middle, lambda point: point.size, lambda point: point.accuracy)
        _baselines(axes[2], found)
        axes[2].set_xlabel(f"concepts in the vocabulary, {found.points[0].mode} {middle:g}")
        axes[2].set_ylabel("zero-shot accuracy")
        log_axis(axes[2], [point.size for point in found.points])
    handles, names = axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=2)
    return figure


def _largest(points: Sequence[SweepPoint]) -> Callable[[SweepPoint], bool]:
    most: dict[str, int] = {}
    for point in points:
        most[point.content_hash] = max(point.size, most.get(point.content_hash, 0))
    return lambda point: point.size == most[point.content_hash]


def _by_vocabulary(points: Sequence[SweepPoint], kept: Callable[[SweepPoint], bool]) -> _Series:
    found: defaultdict[str, list[SweepPoint]] = defaultdict(list)
    for point in points:
        if kept(point):
            found[point.content_hash].append(point)
    return found


def _curves(
    ax: Axes, names: Mapping[str, str], series: _Series, place: _Value, height: _Value
) -> None:
    """A line a vocabulary; points of no concept at all have no place on a logarithmic axis."""
    for index, points in enumerate(series.values()):
        shown = [point for point in points if place(point) and height(point) is not None]
        shown.sort(key=lambda point: place(point) or 0.0)
        places = [place(point) or 0.0 for point in shown]
        name = f"{names[points[0].content_hash]}, {points[0].size:,}"
        signs = line(index)
        heights = [height(point) or 0.0 for point in shown]
        ax.plot(places, heights, label=name, **signs._asdict())
        if shown and height(shown[0]) == shown[0].accuracy:
            low, high = [point.low for point in shown], [point.high for point in shown]
            ax.fill_between(places, low, high, color=signs.color, alpha=0.08, linewidth=0)


def _baselines(ax: Axes, found: Sweep) -> None:
    ax.axhline(found.dense_accuracy, color="0.25", linestyle="--", linewidth=0.9, label="dense")
    ax.axhline(
        found.mean_only_accuracy, color="0.55", linestyle=":", linewidth=0.9, label="mean only"
    )
