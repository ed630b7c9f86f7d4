"""Curves of real CLAP: what centrings, and what tasks keep against the number of concepts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.clap_centrings import LIMITS, Found
from benchmarks.clap_tasks import Scored
from vocab_builder.figures.style import PAPER, Line, draw, line, log_axis, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN = ("zero-shot", "few-shot, accuracy-5-shot", "linear-probe", "finetuned")
"""How the titles of the tasks that are drawn begin, a panel each."""

_PANEL = 2.0


def draw_all(
    centrings: Mapping[str, Found], tasks: Sequence[Scored], folder: Path, stem: str
) -> list[Path]:
    """Write both figures as PNG and SVG: ``STEM-centrings`` and ``STEM-tasks``."""
    made = {
        "centrings": lambda: centrings_figure(centrings),
        "tasks": lambda: tasks_figure(tasks),
    }
    return [
        path
        for name, make in made.items()
        for path in draw(make, {form: folder / f"{stem}-{name}.{form}" for form in ("png", "svg")})
    ]


def centrings_figure(found: Mapping[str, Found]) -> Figure:
    """A curve a centring. Call it inside ``style``."""
    figure = new_figure(_PANEL + 0.14 * (len(found) + 1))
    ax = figure.add_subplot()
    for index, (name, one) in enumerate(found.items()):
        ax.plot(LIMITS, one.accuracies, label=name.replace("`", ""), **line(index)._asdict())
    dense = next(iter(found.values())).dense.mean()
    _axes(ax, "zero-shot accuracy", float(dense), "dense, centred")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=1)
    return figure


def tasks_figure(found: Sequence[Scored]) -> Figure:
    """A panel a task; bands are intervals over clips, and least to greatest over draws."""
    shown = [one for name in SHOWN for one in found if one.title.startswith(name)]
    figure = new_figure(_PANEL * 2 + 0.6, columns=2)
    axes = figure.subplots(2, 2, squeeze=False, sharey=True).flat
    for ax, one in zip(axes, shown, strict=True):
        _task(ax, one)
    handles, names = axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=2)
    return figure


def _task(ax: Axes, one: Scored) -> None:
    signs = iter(map(line, range(7)))
    for name, metrics in one.vocabularies.items():
        values = [metric.value for metric in metrics]
        bounds = np.array([metric.interval for metric in metrics]).T
        _curve(ax, name, values, bounds, next(signs))
    for name, seeds in one.random.items():
        of = np.array(seeds)
        bounds = np.array([of.min(axis=0), of.max(axis=0)])
        _curve(ax, name, of.mean(axis=0).tolist(), bounds, next(signs))
    _axes(ax, "accuracy", one.first.dense, "dense")
    ax.set_title(one.title.replace(", accuracy-", ", ").removesuffix(", accuracy"), loc="left")


def _curve(ax: Axes, name: str, values: Sequence[float], bounds: np.ndarray, signs: Line) -> None:
    ax.plot(LIMITS, values, label=name, **signs._asdict())
    ax.fill_between(LIMITS, *bounds, color=signs.color, alpha=0.1, linewidth=0)


def _axes(ax: Axes, height: str, dense: float, name: str) -> None:
    ax.axhline(dense, color="0.25", linestyle="--", linewidth=0.9, label=name)
    log_axis(ax, LIMITS, PAPER, "l0")
    ax.set_xticks(LIMITS, [str(limit) for limit in LIMITS])
    ax.set_xlabel("most concepts a clip (l0)")
    ax.set_ylabel(height)
