"""Width, style, ranges and embedded type of figures."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from concept_core.errors import UsageError
from tests.compare_toy import cards, compared, entries, reference
from tests.vocab_builder.figures.test_style import point, swept
from vocab_builder.figures.compare import draw_comparison
from vocab_builder.figures.style import (
    COLUMN,
    PAGE,
    Look,
    draw,
    line,
    log_axis,
    new_figure,
    save,
    style,
)
from vocab_builder.figures.sweep import draw_sweep
from vocab_builder.reporting import figures as report_figures

pytest.importorskip("matplotlib", reason="figures need matplotlib")


def points() -> Callable[[], object]:
    """Draws three points, of which the first and last lie on the border of a fixed range."""

    def make() -> object:
        figure = new_figure(1.5)
        ax = figure.subplots()
        ax.plot([1, 2, 3], [0.0, 1.0, 0.5], label="a class", **line(0)._asdict())
        Look(ranges={"value": (0.0, 1.0), "l0": (1.0, 3.0)}).fix(ax.yaxis, "value")
        Look(ranges={"l0": (1.0, 3.0)}).fix(ax.xaxis, "l0")
        ax.set_axis_off()
        return figure

    return make


def test_a_marker_on_the_border_is_whole(tmp_path: Path) -> None:
    from matplotlib.image import imread

    def tops(cut: bool) -> int:
        with style():
            figure = points()()
            (ax,) = figure.axes
            for curve in ax.lines:
                curve.set_linestyle("none")
            path = tmp_path / f"{cut}.png"
            if cut:
                figure.savefig(path, dpi=300)
            else:
                save(figure, path, "png")
        return int(np.sum(imread(path)[..., 0] < 0.5))

    # A disc each for the corner, the upper border and the right border; cut, they lack the parts
    # outside: three quarters, a half and a half.
    whole, cut = tops(False), tops(True)
    assert whole / 3 == pytest.approx(cut / 1.25, rel=0.1)


def test_a_curve_ends_at_the_border_of_its_axes(tmp_path: Path) -> None:
    from matplotlib.image import imread

    with style():
        figure = new_figure(2.0)
        ax = figure.add_axes((0.2, 0.25, 0.6, 0.5))
        figure.set_layout_engine("none")
        ax.plot([1, 2], [0.0, 9.0], **line(0)._asdict())
        Look(ranges={"value": (0.0, 1.0)}).fix(ax.yaxis, "value")
        ax.set_axis_off()
        path = save(figure, tmp_path / "x.png", "png")
    rows = np.flatnonzero((imread(path)[..., 0] < 0.5).any(axis=1))
    # At most a marker's radius and a point beyond the upper quarter of the figure.
    assert rows.min() >= 150 - (3.5 / 2 + 1) * 300 / 72 - 1


@pytest.mark.parametrize(("look", "width", "font"), [
    (Look(), COLUMN, 7.5), (Look(PAGE), 7.0, 7.5), (Look(5.0, "slides"), 5.0, 15.0),
    (Look(style="slides"), 2 * COLUMN, 15.0),
])  # fmt: skip
def test_width_and_style(look: Look, width: float, font: float) -> None:
    import matplotlib

    with style(look):
        assert new_figure(2).get_size_inches().tolist() == [width, 2 * font / 7.5]
        assert new_figure(2, columns=2).get_size_inches()[0] == 2 * width
        assert matplotlib.rcParams["font.size"] == font


@pytest.mark.parametrize(("name", "font"), [("paper", b"DejaVuSans"), ("serif", b"STIXGeneral")])
def test_fonts_are_embedded_as_truetype(tmp_path: Path, name: str, font: bytes) -> None:
    look = Look(style=name)

    def make() -> object:
        figure = new_figure(1.5)
        figure.subplots().set_xlabel("concepts a clip")
        return figure

    for path in draw(make, {"pdf": tmp_path / "x.pdf"}, look):
        pdf = path.read_bytes()
    assert b"/FontFile2" in pdf and font in pdf
    kinds = set(re.findall(rb"/Subtype /(Type\w+|CIDFontType\w+)", pdf))
    assert kinds == {b"Type0", b"CIDFontType2"}, "no bitmaps and no Type 3"
    assert b"CreationDate" not in pdf and b"/Producer" not in pdf
    (svg,) = draw(make, {"svg": tmp_path / "x.svg"}, look)
    assert "<text" not in svg.read_text(encoding="utf-8"), "letters are paths"


@pytest.mark.parametrize("axis", ["value", "variance", "l0", "size"])
def test_every_axis_of_a_sweep_can_be_fixed(axis: str) -> None:
    found = swept(*(point("a", size, n, n / 50) for size in (10, 50) for n in (1, 5, 20)))
    ends = (0.5, 300.0)
    with style():
        against_l0, variance, against_size = draw_sweep(found, Look(ranges={axis: ends})).axes
    limits = {
        "value": [against_l0.get_ylim(), against_size.get_ylim()],
        "variance": [variance.get_ylim()],
        "l0": [against_l0.get_xlim(), variance.get_xlim()],
        "size": [against_size.get_xlim()],
    }
    for name, found_limits in limits.items():
        assert all((one == ends) == (name == axis) for one in found_limits), name
    if axis == "l0":
        assert against_l0.get_xticks().tolist() == [1, 2, 5, 10, 20, 50, 100, 200]


@pytest.mark.parametrize(
    ("axis", "place", "along"),
    [("concepts", 0, "x"), ("coverage", 1, "y"), ("size", 1, "x"), ("cosine", 2, "y"),
     ("l0", 2, "x"), ("value", 3, "x")],
)  # fmt: skip
def test_every_axis_of_a_comparison_can_be_fixed(axis: str, place: int, along: str) -> None:
    made = entries()
    found = compared(made, reference=reference(), cards=cards(made))
    with style():
        axes = draw_comparison(found, Look(ranges={axis: (0.25, 400.0)})).axes
    fixed = [
        (number, side)
        for number, ax in enumerate(axes)
        for side in "xy"
        if getattr(ax, f"get_{side}lim")() == (0.25, 400.0)
    ]
    assert fixed == [(place, along)]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"width": 0.5}, "1 to 40 inches wide; got 0.5"),
        ({"width": float("nan")}, "1 to 40 inches wide"),
        ({"style": "seriff"}, "unknown style 'seriff'; did you mean 'serif'"),
        ({"ranges": {"value": (1.0, 0.0)}}, "value from 1 to 0 is no range; give the lower end"),
        (
            {"ranges": {"value": (0.0, float("inf"))}},
            "cannot be drawn; give two numbers",
        ),
        ({"ranges": {"value": (1.0, 1.0)}}, "is no range"),
    ],
)
def test_a_look_that_is_none(asked: dict[str, object], says: str) -> None:
    with pytest.raises(UsageError, match=re.escape(says)):
        Look(**asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("places", "ranges", "ticks"),
    [
        ((4, 8), {}, ["4", "8"]),
        ((1.8, 1.8), {}, ["1.8"]),
        ((0.25, 0.85), {}, ["0.25", "0.85"]),
        ((1, 2), {}, ["1", "2"]),
        ((630, 900), {}, ["630", "900"]),
        ((1, 20), {}, ["1", "2", "5", "10", "20"]),
        ((1, 40), {}, ["1", "2", "5", "10", "20", "40"]),
        ((3, 21), {}, ["3", "5", "10", "20"]),
        ((4, 8), {"size": (900.0, 2100.0)}, ["1,000", "2,000"]),
        ((4, 8), {"size": (2e6, 5e6)}, ["2,000,000", "5,000,000"]),
    ],
)
def test_a_short_logarithmic_axis_shows_numbers_and_no_formulas(
    places: tuple[float, ...], ranges: dict[str, tuple[float, float]], ticks: list[str]
) -> None:
    look = Look(ranges=ranges)
    with style(look):
        figure = new_figure(2.0)
        axes = figure.subplots()
        axes.plot(places, [0.0] * len(places))
        log_axis(axes, places, look, "size")
        figure.canvas.draw()
        shown = [one.get_text() for one in axes.get_xticklabels(which="both")]
    assert shown == ticks


def test_curves_of_a_report_on_a_small_vocabulary_show_numbers_too() -> None:
    curve = {"sizes": [1, 2, 3, 8], "coverage": [0.1, 0.2, 0.3, 0.4]}
    with style():
        figure = report_figures._curves([curve], ["a"], "sizes", "coverage", "the first so many")
        figure.canvas.draw()
        shown = [one.get_text() for one in figure.axes[0].get_xticklabels(which="both")]
    assert shown == ["1", "2", "5", "8"]
