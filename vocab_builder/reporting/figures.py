"""The charts of the page as figures for a paper: map, coverage, fidelity, scores."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vocab_builder.figures.style import FORMATS, PAPER, line, log_axis, new_figure, save, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_NAMED = 7
"""Families that have a colour: the largest."""

_CURVES = (
    ("coverage", "sizes", "coverage", "the first so many concepts"),
    ("fidelity", "l0", "cosine", "concepts a sum, at most (l0)"),
)


def write_figures(data: dict[str, Any], folder: Path) -> list[Path]:
    """Write every chart of ``report_data`` as PDF, PNG and SVG.

    Returns
    -------
    list of Path
        ``map`` and, where the page has them, ``coverage``, ``fidelity`` and ``scores-1``, ...

    Raises
    ------
    MissingError
        matplotlib is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with style():
        return [
            save(figure, folder / f"{name}.{form}", form)
            for name, figure in _figures(data)
            for form in FORMATS
        ]


def _figures(data: dict[str, Any]) -> Iterator[tuple[str, Figure]]:
    names = [vocabulary["specifier"] for vocabulary in data["vocabularies"]]
    yield "map", _map(data)
    for name, across, up, label in _CURVES:
        if data["curves"]:
            yield name, _curves(data["curves"], names, across, up, label)
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in data["scores"]:
        groups[row["task"], row["dataset"], row["metric"], row["setting"]].append(row)
    for number, (key, rows) in enumerate(groups.items(), 1):
        yield f"scores-{number}", _scores(key, rows)


def _map(data: dict[str, Any]) -> Figure:
    """All concepts, a label once, by family; those of none, or of the smaller ones, in grey."""
    figure = new_figure(3.2)
    ax = figure.add_subplot()
    points = {
        label: (*vocabulary["xy"][2 * at : 2 * at + 2], vocabulary["family"][at])
        for vocabulary in data["vocabularies"]
        for at, label in enumerate(vocabulary["concepts"]["label"])
    }
    values = np.array(list(points.values()))
    names = data["map"]["families"][:_NAMED]
    rest = (values[:, 2] < 0) | (values[:, 2] >= len(names))
    ax.scatter(values[rest, 0], values[rest, 1], s=2.5, c="0.75", lw=0, label="other concepts")
    for family, name in enumerate(names):
        here = values[values[:, 2] == family]
        sign = line(family)
        ax.scatter(
            here[:, 0], here[:, 1], s=2.5, c=sign.color, marker=sign.marker, lw=0, label=name
        )
    ax.set_aspect("equal")
    ax.set_xticks([])
    ax.set_yticks([])
    across, up = (
        f"{_axis(ends)} ({100 * share:.0f} % of the variance)".lstrip()
        for ends, share in zip(data["map"]["ends"], data["map"]["explained"], strict=True)
    )
    ax.set_xlabel(across)
    ax.set_ylabel(up)
    if names:
        figure.legend(loc="outside lower center", ncols=2, markerscale=2)
    return figure


def _axis(ends: Sequence[Sequence[str]]) -> str:
    """The farthest concept of either end; nothing where nothing differs."""
    low, high = ends
    return f"{low[0]} \u2013 {high[0]}" if low else ""


def _curves(
    curves: Sequence[dict[str, Any]], names: Sequence[str], across: str, up: str, label: str
) -> Figure:
    figure = new_figure(2.3)
    ax = figure.add_subplot()
    for place, (name, curve) in enumerate(zip(names, curves, strict=True)):
        sign = line(place)
        # A marker at every point of a dense curve would hide it.
        every = max(1, len(curve[across]) // 8)
        ax.plot(curve[across], curve[up], label=name, markevery=every, **sign._asdict())
    log_axis(ax, [place for curve in curves for place in curve[across]], PAPER, across)
    ax.set_xlabel(label)
    ax.set_ylabel("coverage" if up == "coverage" else "mean cosine")
    ax.legend()
    return figure


def _scores(key: Sequence[str], rows: Sequence[dict[str, Any]]) -> Figure:
    """A point and its interval a vocabulary, the first on top."""
    task, dataset, metric, setting = key
    figure = new_figure(0.9 + 0.19 * len(rows))
    ax = figure.add_subplot()
    for place, row in enumerate(rows):
        sign = line(place)
        ax.plot(row["value"], place, marker=sign.marker, color=sign.color)
        if row["low"] is not None:
            ax.hlines(place, row["low"], row["high"], color=sign.color)
    labels = [" ".join(filter(None, (row["vocabulary"], row["mode"]))) for row in rows]
    ax.set_yticks(range(len(rows)), labels)
    ax.invert_yaxis()
    ax.set_xlabel(metric)
    # Over the whole figure: the axes are too narrow beside the names.
    figure.suptitle(f"{task}, {dataset}\n{setting}", fontsize="medium")
    return figure
