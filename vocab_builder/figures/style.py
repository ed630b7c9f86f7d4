"""One look for every figure: fit for a column of a paper, and for eyes that see few colours.

Type is embedded: TrueType outlines in PDF, where text stays text that can be searched and edited;
in SVG letters are drawn as paths, so that a machine without the font shows the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from concept_core.errors import UsageError
from concept_core.extras import require_extra
from concept_core.files import atomic_path, atomic_together
from concept_core.spelling import check_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

COLUMN = 3.4
"""Width in inches of one column of a two-column page; figures are made at the size of print."""

PAGE = 7.0
"""Width in inches of both columns."""

FORMATS = ("pdf", "png", "svg")
_DPI = 300

STYLES = {"paper": 1.0, "serif": 1.0, "slides": 2.0}
"""Styles, and how many times as large type, lines and heights are as in print."""

_FONT = 7.5
_SIZES = {
    "font.size": _FONT,
    "axes.titlesize": 8,
    "axes.labelsize": _FONT,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 6.5,
    "lines.linewidth": 1.1,
    "lines.markersize": 3.5,
    "axes.linewidth": 0.6,
    "grid.linewidth": 0.4,
}
_SERIF = {"font.family": ["STIXGeneral", "DejaVu Serif"]}

_FARTHEST = 1e9
"""The ends of an axis lie within this of 0: matplotlib finds no ticks for the largest floats."""

_FAR = 1.5
"""Times the last tick of a logarithmic axis: from there on the last place has a tick too."""

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Look:
    """How a figure is asked for.

    Attributes
    ----------
    width : float or None
        Inches; by default `COLUMN`, times what the style enlarges.
    style : str
        ``paper``; ``serif``, the same in a type near Times; ``slides``, all of it twice as large.
    ranges : mapping of str to (low, high)
        Limits of axes by name, so that figures can be compared. Each figure says which it has.

    Raises
    ------
    UsageError
        A style that is none, a width of nothing, or a range that is none or ends too far out.
    """

    width: float | None = None
    style: str = "paper"
    ranges: Mapping[str, Range] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_names("style", [self.style], STYLES)
        if self.width is not None and not 1 <= self.width <= 40:
            raise UsageError(f"a figure is 1 to 40 inches wide; got {self.width:g}")
        for name, (low, high) in self.ranges.items():
            if not (abs(low) <= _FARTHEST and abs(high) <= _FARTHEST):
                raise UsageError(
                    f"{name} from {low:g} to {high:g} cannot be drawn; give two numbers, of"
                    f" {_FARTHEST:g} at most"
                )
            if low >= high:
                raise UsageError(
                    f"{name} from {low:g} to {high:g} is no range; give the lower end first, and a"
                    " higher one"
                )

    def fix(self, axis: Axis, name: str) -> None:
        """Set the limits of an axis, if its name has a range. Curves are drawn before."""
        if name in self.ranges:
            along = axis.axes.set_xlim if axis is axis.axes.xaxis else axis.axes.set_ylim
            along(*self.ranges[name])


PAPER = Look()
"""As figures are where nothing is asked for."""


# What each form would tell of the time, and of the version that drew.
_UNTOLD: Mapping[str, dict[str, None]] = {
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    "png": {"Software": None},
    "svg": {"Date": None},
}


class Line(NamedTuple):
    """How one series is drawn: a colour and a marker, so that no reader depends on colour alone."""

    color: str
    linestyle: str
    marker: str


# Okabe and Ito's colours, without their yellow: told apart in the common colour blindnesses.
# Source: Wong: "Points of view: Color blindness" (2011), doi:10.1038/nmeth.1618.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
_DASHES = ("-", "--", "-.", ":")
_MARKERS = "osD^vPX*<>"


def line(index: int) -> Line:
    """The signs of series number ``index``; 140 series differ, and 7 at once are readable."""
    return Line(
        _COLOURS[index % len(_COLOURS)],
        _DASHES[index // len(_COLOURS) % len(_DASHES)],
        _MARKERS[index % len(_MARKERS)],
    )


@contextmanager
def style(look: Look = PAPER) -> Iterator[None]:
    """Draw and save inside this: settings hold there, and nowhere else.

    Parameters
    ----------
    look : Look
        Its width and style; ranges are set by what draws.

    Raises
    ------
    MissingError
        matplotlib is not installed; the message has the pip line.
    """
    require_extra("matplotlib")
    from matplotlib import rc_context

    larger = STYLES[look.style]
    settings: dict[Any, Any] = {
        **{name: size * larger for name, size in _SIZES.items()},
        **(_SERIF if look.style == "serif" else {}),
        # Where figures read how wide they are.
        "figure.figsize": (look.width or COLUMN * larger, COLUMN),
        "legend.frameon": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.alpha": 0.3,
        # A label is text: what stands between dollars in it is no formula.
        "text.parse_math": False,
        "pdf.fonttype": 42,
        "svg.fonttype": "path",
        # Equal figures, equal bytes.
        "svg.hashsalt": "sonolex",
    }
    with rc_context(settings):
        yield


def new_figure(height: float, *, columns: int = 1) -> Figure:
    """An empty figure, as wide as `style` has it, times ``columns``, and a height in inches.

    The height is that of the style ``paper``; larger type makes it larger.
    """
    from matplotlib import rcParams
    from matplotlib.figure import Figure

    size = (rcParams["figure.figsize"][0] * columns, height * rcParams["font.size"] / _FONT)
    return Figure(figsize=size, layout="constrained")


def save(figure: Figure, path: str | Path, form: str) -> Path:
    """Write a figure atomically, without the time of writing.

    Parameters
    ----------
    figure : Figure
    path : str or Path
    form : str
        ``pdf``, ``png`` (300 dots an inch) or ``svg``.

    Raises
    ------
    UsageError
        Another form.
    """
    if form not in FORMATS:
        raise UsageError(f"a figure is written as {', '.join(FORMATS)}; not as {form!r}")
    with atomic_path(path) as temporary:
        _paint(figure, temporary, form)
    return Path(path)


def _paint(figure: Figure, path: Path, form: str) -> None:
    _whole_markers(figure)
    figure.savefig(path, format=form, dpi=_DPI, metadata=_UNTOLD[form])


def _whole_markers(figure: Figure) -> None:
    """Let markers on the border of their axes stand out of these: else half of them is cut off."""
    from matplotlib.collections import PathCollection
    from matplotlib.transforms import BboxBase

    class Padded(BboxBase):
        """Axes and some points around them, wherever the layout puts these at last."""

        def __init__(self, ax: Axes, points: float) -> None:
            super().__init__()
            self.ax, self.points = ax, points

        def get_points(self) -> Any:
            """Corners in pixels."""
            around = self.points * figure.dpi / 72
            return self.ax.bbox.get_points() + np.array([[-around], [around]])

    for ax in figure.axes:
        for curve in ax.lines:
            curve.set_clip_box(Padded(ax, curve.get_markersize() / 2 + 1))
        for cloud in ax.collections:
            if isinstance(cloud, PathCollection):
                across = float(max(cloud.get_sizes(), default=0.0)) ** 0.5
                cloud.set_clip_box(Padded(ax, across / 2 + 1))


def figure_files(**files: Path | None) -> dict[str, Path]:
    """The figure files that are asked for, by form; said before anything slow starts.

    Raises
    ------
    MissingError
        One is, and matplotlib is not installed.
    """
    from concept_core.extras import check_extra

    asked = {form: path for form, path in files.items() if path is not None}
    if asked:
        check_extra("matplotlib")
    return asked


def draw(make: Callable[[], Figure], files: Mapping[str, Path], look: Look = PAPER) -> list[Path]:
    """Draw a figure into each of the files, which are replaced together.

    It is made anew for each, since a layout drawn once settles otherwise; inside `style`.
    """
    forms = [form for form in FORMATS if form in files]
    with atomic_together(*(files[form] for form in forms)) as temporaries:
        for form, temporary in zip(forms, temporaries, strict=True):
            with style(look):
                _paint(make(), temporary, form)
    return [files[form] for form in forms]


def log_axis(ax: Axes, places: Sequence[float], look: Look, name: str) -> None:
    """A logarithmic axis with ticks at 1, 2, 5, 10, ...: plain numbers, as far as they reach.

    It reaches as far as the places, or the range that ``look`` has for the name of the axis. The
    first or last place, if far from any other tick, has one too; where fewer than two such ticks
    lie on the axis, its ends are the ticks.
    """
    from matplotlib.ticker import NullLocator

    shown = [place for place in look.ranges.get(name, places) if place > 0]
    if not shown:
        return
    ax.set_xscale("log")
    known = [step * 10.0**power for power in range(10) for step in (1, 2, 5)]
    ticks = [tick for tick in known if min(shown) <= tick <= max(shown)]
    if len(ticks) >= 2 and name not in look.ranges:
        ticks += [max(shown)] if max(shown) >= _FAR * ticks[-1] else []
        ticks = ([min(shown)] if ticks[0] >= _FAR * min(shown) else []) + ticks
    if len(ticks) < 2:
        # The formatter of logarithmic axes writes formulas, and no text here is one.
        ticks = sorted({min(shown), max(shown)})
    ax.set_xticks(ticks, [f"{tick:,.0f}" if tick >= 100 else f"{tick:.3g}" for tick in ticks])
    ax.xaxis.set_minor_locator(NullLocator())
    look.fix(ax.xaxis, name)
