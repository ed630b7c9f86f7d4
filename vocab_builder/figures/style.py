"""One look for every figure: fit for a column of a paper, and for eyes that see few colours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from concept_core.errors import UsageError
from concept_core.extras import require_extra
from concept_core.files import atomic_path, atomic_together

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMN = 3.4
"""Width in inches of one column of a two-column page; figures are made at the size of print."""

FORMATS = ("png", "svg")
_DPI = 300


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
def style() -> Iterator[None]:
    """Draw and save inside this: settings hold there, and nowhere else.

    Raises
    ------
    MissingError
        matplotlib is not installed; the message has the pip line.
    """
    require_extra("matplotlib")
    from matplotlib import rc_context

    settings: dict[Any, Any] = {
        "font.size": 7.5,
        "axes.titlesize": 8,
        "axes.labelsize": 7.5,
        "xtick.labelsize": 7,
        "ytick.labelsize": 7,
        "legend.fontsize": 6.5,
        "legend.frameon": False,
        "lines.linewidth": 1.1,
        "lines.markersize": 3.5,
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.alpha": 0.3,
        "grid.linewidth": 0.4,
        # A label is text: what stands between dollars in it is no formula.
        "text.parse_math": False,
        # Equal figures, equal bytes.
        "svg.hashsalt": "sonolex",
    }
    with rc_context(settings):
        yield


def new_figure(height: float, *, columns: int = 1) -> Figure:
    """An empty figure of one or two columns' width and a height in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(COLUMN * columns, height), layout="constrained")


def save(figure: Figure, path: str | Path, form: str) -> Path:
    """Write a figure atomically, without the time of writing.

    Parameters
    ----------
    figure : Figure
    path : str or Path
    form : str
        ``png`` (300 dots an inch) or ``svg``.

    Raises
    ------
    UsageError
        Another form.
    """
    if form not in FORMATS:
        raise UsageError(f"a figure is written as {' or '.join(FORMATS)}, not as {form!r}")
    with atomic_path(path) as temporary:
        _paint(figure, temporary, form)
    return Path(path)


def _paint(figure: Figure, path: Path, form: str) -> None:
    told = {"Date": None} if form == "svg" else {"Software": None}
    figure.savefig(path, format=form, dpi=_DPI, metadata=told)


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


def draw(make: Callable[[], Figure], files: Mapping[str, Path]) -> list[Path]:
    """Draw a figure into each of the files, which are replaced together.

    It is made anew for each, since a layout drawn once settles otherwise.
    """
    forms = [form for form in FORMATS if form in files]
    with atomic_together(*(files[form] for form in forms)) as temporaries:
        for form, temporary in zip(forms, temporaries, strict=True):
            with style():
                _paint(make(), temporary, form)
    return [files[form] for form in forms]


def log_axis(ax: Axes, places: Sequence[float]) -> None:
    """A logarithmic axis with ticks at 1, 2, 5, 10, ...: plain numbers, as far as they reach."""
    from matplotlib.ticker import NullLocator

    shown = [place for place in places if place > 0]
    if not shown:
        return
    ax.set_xscale("log")
    known = [step * 10**power for power in range(6) for step in (1, 2, 5)]
    ticks = [tick for tick in known if min(shown) <= tick <= max(shown)]
    if len(ticks) > 1:
        ax.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
        ax.xaxis.set_minor_locator(NullLocator())
