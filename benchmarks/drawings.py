"""Cost against sparsity and against size, as PNG."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.points import Point

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STYLES = {
    "ADMM": ("tab:red", "-."),
    "ADMM 100": ("tab:pink", "-."),
    "scikit-learn": ("tab:green", "--"),
    "celer": ("tab:olive", "--"),
    "skglm": ("tab:brown", "--"),
    "SPAMS": ("tab:orange", "--"),
    "torch": ("tab:cyan", "-"),
    "numba": ("tab:blue", "-"),
    "GEMM": ("black", ":"),
}
"""Colour and line of each contestant, the slowest first, as in the legend."""

_SIZE_AT = 25
"""The sparsity at which cost is drawn against size."""


def draw(points: Sequence[Point], folder: Path) -> list[Path]:
    """Write ``cost-l0.png`` (a panel a set and size) and ``cost-k.png`` (a panel a set)."""
    sets = list(dict.fromkeys(point.data for point in points))
    sizes = sorted({point.k for point in points})
    by_sparsity = [
        (
            f"{name}, K = {k:,}",
            [(point.l0, point) for point in points if (point.data, point.k) == (name, k)],
        )
        for name in sets
        for k in sizes
    ]
    asked = min({point.asked for point in points}, key=lambda value: abs(value - _SIZE_AT))
    by_size = [
        (
            f"{name}, l0 {asked:g}",
            [(point.k, point) for point in points if (point.data, point.asked) == (name, asked)],
        )
        for name in sets
    ]
    return [
        _panels(by_sparsity, len(sizes), "concepts a row (mean l0)", folder / "cost-l0.png"),
        _panels(by_size, len(sets), "atoms (K)", folder / "cost-k.png"),
    ]


def _panels(
    panels: Sequence[tuple[str, Sequence[tuple[float, Point]]]],
    columns: int,
    label: str,
    path: Path,
) -> Path:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    rows = len(panels) // columns
    figure, axes = plt.subplots(
        rows,
        columns,
        figsize=(4.2 * columns, 3.6 * rows + 0.9),
        squeeze=False,
        sharey=True,
        layout="constrained",
    )
    for ax, (title, series) in zip(axes.flat, panels, strict=True):
        _lines(ax, series)
        ax.set_title(title)
        ax.set_xlabel(label)
    for ax in axes[:, 0]:
        ax.set_ylabel("microseconds a row")
    lines = {line.get_label(): line for ax in axes.flat for line in ax.get_lines()}
    names = [name for name in _STYLES if name in lines]
    figure.legend([lines[name] for name in names], names, loc="outside lower center", ncols=9)
    figure.savefig(path, dpi=130)
    plt.close(figure)
    return path


def _lines(ax: Axes, series: Sequence[tuple[float, Point]]) -> None:
    """A line a contestant: medians, both axes logarithmic, a tick where something was measured."""
    from matplotlib.ticker import NullLocator

    for name, (colour, line) in _STYLES.items():
        found = [(place, point.results[name]) for place, point in series if name in point.results]
        if found:
            costs = [statistics.median(result.seconds) * 1e6 for _, result in found]
            places = [place for place, _ in found]
            ax.plot(places, costs, line, color=colour, marker="o", markersize=4, label=name)
    ax.set_xscale("log")
    ax.set_yscale("log")
    places = sorted({place for place, _ in series})
    ax.set_xticks(places, [f"{place:,.0f}" for place in places])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.grid(visible=True, alpha=0.3)
