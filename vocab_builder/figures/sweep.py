"""The curves of a sweep, as the paper draws them: against sparsity, and against size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from concept_core.bench.sweep import Sweep, SweepPoint
from vocab_builder.figures.style import PAPER, Look, line, log_axis, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_Series = dict[tuple[str, str], list[SweepPoint]]
_Value = Callable[[SweepPoint], float | None]
_PANEL = 1.75


class _Baseline(NamedTuple):
    """A dictionary or a representation that vocabularies stand beside, and how it is drawn."""

    label: str
    value: _Value
    band: Callable[[SweepPoint], tuple[float, float] | None]
    linestyle: Any
    color: str
    by_size: bool
    """Whether it depends on the number of atoms: then it is a curve for each vocabulary."""

    @property
    def signs(self) -> dict[str, Any]:
        return {"linestyle": self.linestyle, "color": self.color, "linewidth": 0.9}


def _deviation(point: SweepPoint) -> tuple[float, float] | None:
    mean, deviation = point.main.random, point.main.random_sd
    if mean is None or deviation is None:
        return None
    return mean - deviation, mean + deviation


_BASELINES = (
    _Baseline(
        "dense", lambda point: point.main.dense, lambda point: point.main.dense_interval,
        "--", "0.25", False,
    ),
    _Baseline(
        "random directions", lambda point: point.main.random, _deviation, "-.", "0.45", True
    ),
    _Baseline("mean only", lambda point: point.main.mean_only, lambda point: None, ":", "0.55",
              False),
)  # fmt: skip
"""All that is drawn beside the curves of vocabularies, whatever is asked for."""

_LEARNED_STYLES = ((0, (3, 1, 1, 1, 1, 1)), (0, (5, 1)))


def _all_baselines(found: Sweep) -> tuple[_Baseline, ...]:
    """Those, and a curve for each method of learning."""

    def learned(method: str, style: Any) -> _Baseline:
        def value(point: SweepPoint) -> float | None:
            return found.learned(point, method)

        return _Baseline(method, value, lambda point: None, style, "0.45", True)

    return _BASELINES + tuple(
        learned(method, style)
        for method, style in zip(found.methods, _LEARNED_STYLES, strict=False)
    )


def draw_sweep(found: Sweep, look: Look = PAPER) -> Figure:
    """The main metric and explained variance against l0 and, of several sizes, against size.

    Against l0 each vocabulary is drawn at its largest size; against size at the sparsity in the
    middle of the grid. Bands are intervals, of random directions a standard deviation over the
    draws. Axes: ``value``, ``variance``, ``l0``, ``size``. Call it inside ``style``.
    """
    largest = _by_vocabulary(found.points, _largest(found.points))
    values = sorted({point.value for point in found.points})
    middle = values[(len(values) - 1) // 2]
    at_middle = _by_vocabulary(found.points, lambda point: point.value == middle)
    sized = any(len(series) > 1 for series in at_middle.values())
    figure = new_figure(_PANEL * (2 + sized) + 0.15 * len(largest) + 0.3)
    axes = figure.subplots(2 + sized, 1, squeeze=False)[:, 0]
    names = found.calls
    label = f"{found.about['task']}: {found.metric}"
    _curves(axes[0], names, largest, _concepts, _metric)
    beside = _all_baselines(found)
    _baselines(axes[0], beside, largest, _concepts)
    axes[0].set_ylabel(label)
    look.fix(axes[0].yaxis, "value")
    _curves(axes[1], names, largest, _concepts, lambda point: point.explained_variance)
    axes[1].set_ylabel("explained variance")
    look.fix(axes[1].yaxis, "variance")
    for ax in axes[:2]:
        ax.set_xlabel("concepts a clip (mean l0)")
        log_axis(ax, [point.l0_mean for point in found.points], look, "l0")
    if sized:
        _curves(axes[2], names, at_middle, lambda point: point.size, _metric)
        _baselines(axes[2], beside, at_middle, lambda point: point.size)
        axes[2].set_xlabel(f"concepts in the vocabulary, {found.points[0].mode} {middle:g}")
        axes[2].set_ylabel(label)
        look.fix(axes[2].yaxis, "value")
        log_axis(axes[2], [point.size for point in found.points], look, "size")
    handles, texts = axes[0].get_legend_handles_labels()
    figure.legend(handles, texts, loc="outside lower center", ncols=2)
    return figure


def _key(point: SweepPoint) -> tuple[str, str]:
    """What tells the vocabulary of a point apart: equal concepts may go by several names."""
    return point.vocabulary, point.content_hash


def _concepts(point: SweepPoint) -> float:
    return point.l0_mean


def _metric(point: SweepPoint) -> float:
    return point.main.value


def _largest(points: Sequence[SweepPoint]) -> Callable[[SweepPoint], bool]:
    most: dict[tuple[str, str], int] = {}
    for point in points:
        most[_key(point)] = max(point.size, most.get(_key(point), 0))
    return lambda point: point.size == most[_key(point)]


def _by_vocabulary(points: Sequence[SweepPoint], kept: Callable[[SweepPoint], bool]) -> _Series:
    found: defaultdict[tuple[str, str], list[SweepPoint]] = defaultdict(list)
    for point in points:
        if kept(point):
            found[_key(point)].append(point)
    return found


def _curves(
    ax: Axes, names: Mapping[tuple[str, str], str], series: _Series, place: _Value, height: _Value
) -> None:
    """A line a vocabulary, with the intervals of the main metric."""
    for index, points in enumerate(series.values()):
        shown = _shown(points, place, height)
        signs = line(index)
        places = [place(point) or 0.0 for point in shown]
        heights = [height(point) or 0.0 for point in shown]
        name = f"{names[_key(points[0])]}, {points[0].size:,}"
        ax.plot(places, heights, label=name, **signs._asdict())
        if height is _metric:
            low = [point.main.interval[0] for point in shown]
            high = [point.main.interval[1] for point in shown]
            ax.fill_between(places, low, high, color=signs.color, alpha=0.08, linewidth=0)


def _shown(points: Sequence[SweepPoint], place: _Value, height: _Value) -> list[SweepPoint]:
    """Points in order; those of no concept at all have no place on a logarithmic axis."""
    shown = [point for point in points if place(point) and height(point) is not None]
    return sorted(shown, key=lambda point: place(point) or 0.0)


def _baselines(ax: Axes, beside: Sequence[_Baseline], series: _Series, place: _Value) -> None:
    """Lines of their own style: across the panel or, by the number of atoms, as curves."""
    for one in beside:
        if one.by_size:
            _of_sizes(ax, one, series, place)
            continue
        first = next(iter(series.values()))[0]
        ax.axhline(one.value(first) or 0.0, label=one.label, **one.signs)
        band = one.band(first)
        if band is not None:
            ax.axhspan(*band, color=one.color, alpha=0.06, linewidth=0)


def _of_sizes(ax: Axes, one: _Baseline, series: _Series, place: _Value) -> None:
    """A curve a vocabulary, in its colour; the legend has one of all, in grey."""
    drawn = False
    for index, points in enumerate(series.values()):
        shown = _shown(points, place, one.value)
        places = [place(point) or 0.0 for point in shown]
        heights = [one.value(point) or 0.0 for point in shown]
        color = line(index).color
        ax.plot(places, heights, **{**one.signs, "color": color})
        bands = [
            one.band(point) or (height, height)
            for point, height in zip(shown, heights, strict=True)
        ]
        low, high = [band[0] for band in bands], [band[1] for band in bands]
        ax.fill_between(places, low, high, color=color, alpha=0.06, linewidth=0)
        drawn = drawn or bool(shown)
    if drawn:
        ax.plot([], [], label=one.label, **one.signs)
