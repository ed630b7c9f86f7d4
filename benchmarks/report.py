"""What a run says: tables in Markdown, and the targets reached or missed."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.large import Large
from benchmarks.latency import Latency
from benchmarks.measure import Spread, ratio
from benchmarks.points import Point, Result
from benchmarks.selection import Selected
from benchmarks.stream import Streamed

OURS = (
    ("numba / GEMM", "numba", "GEMM"),
    ("numba / GEMM, one core", "numba 1 core", "GEMM 1 core"),
    ("torch / GEMM", "torch", "GEMM"),
    ("k-sparse / numba, one core", "k-sparse", "numba 1 core"),
)
"""Columns of the first table: heading, who above, who below."""

PEERS = (
    ("scikit-learn / numba, one core", "scikit-learn", "numba 1 core"),
    ("celer / numba, one core", "celer", "numba 1 core"),
    ("skglm / numba, one core", "skglm", "numba 1 core"),
    ("SPAMS / numba", "SPAMS", "numba"),
    ("ADMM / numba", "ADMM", "numba"),
    ("ADMM cut at 100 / numba", "ADMM 100", "numba"),
    ("ADMM / torch", "ADMM", "torch"),
)

GAPS = ("numba", "torch", "scikit-learn", "celer", "skglm", "SPAMS", "ADMM", "ADMM 100")
"""Columns of the table of gaps."""


def costs(points: Sequence[Point]) -> str:
    """What ours cost, a line a point."""
    return "\n\n".join(
        [
            "Cost. Ratios of runs side by side: median (least - greatest) of the repetitions; both"
            " contestants on all cores unless one core is said.",
            _table(
                ["set", "K", "l0", "l1", "GEMM, us a row", "numba, us a row", *_headings(OURS)],
                [
                    [*_where(point), f"{point.l1:.4g}", _cost(point, "GEMM"), _cost(point, "numba")]
                    + [_ratio(point, above, below) for _, above, below in OURS]
                    for point in points
                ],
            ),
        ]
    )


def tables(points: Sequence[Point]) -> str:
    """The three tables, a line a point."""
    parts = [
        costs(points),
        "Peers: how many times as long as ours. A peer is timed on as many rows as stand beside"
        " the ratio, and scaled by the row.",
        _table(
            ["set", "K", "l0", *_headings(PEERS)],
            [
                _where(point) + [_peer(point, above, below) for _, above, below in PEERS]
                for point in points
            ],
        ),
        "Relative duality gap in float64, median / greatest; [rows above 1e-6 of rows checked]."
        " The last column: the most by which an objective of ours is above that of scikit-learn"
        " at tolerance 1e-12, as a share of it.",
        _table(
            ["set", "K", "l0", "cosine", *GAPS, "above the oracle"],
            [
                [*_where(point), f"{point.cosine:.2f}"]
                + [_gap(point.results.get(name)) for name in GAPS]
                + ["-" if point.oracle is None else f"{point.oracle:.0e}"]
                for point in points
            ],
        ),
    ]
    return "\n\n".join(parts)


def headline(point: Point) -> str:
    """A point in one line: ours beside the floor, and the greatest gap."""
    result = point.results["numba"]
    cost = statistics.median(result.seconds) * 1e6
    return (
        f"numba {cost:.1f} us a row, {_ratio(point, 'numba', 'GEMM')} x GEMM, greatest gap"
        f" {result.gap_max:.1e}"
    )


@dataclass(frozen=True, slots=True)
class Target:
    """A target, what was measured, and whether that reaches it; None where nothing was."""

    text: str
    measured: str
    reached: bool | None

    def __str__(self) -> str:
        verdict = {True: "reached", False: "MISSED", None: "not measured"}[self.reached]
        return f"- {verdict}: {self.text}" + (f" ({self.measured})" if self.measured else "")


def targets(
    points: Sequence[Point],
    streamed: Streamed | None,
    few: Sequence[Latency] = (),
    many: Large | None = None,
    selected: Selected | None = None,
) -> list[Target]:
    """The targets of the project, judged by the worst median among the points that each means."""
    gap = [point for point in points if point.data == "gap"]
    floor = ((2_000, 2.2, 5, 12), (10_000, 1.9, 4, 12))
    return [
        _certified(points, "numba"),
        _certified(points, "torch"),
        *(
            _ratio_target(points, "numba", "GEMM", k=k, l0=l0, most=most)
            for k, *mosts in floor
            for l0, most in zip(((10, 25), (50, 50), (100, 100)), mosts, strict=True)
        ),
        *(
            _ratio_target(points, "scikit-learn", "numba 1 core", k=k, l0=(10, 25), least=50)
            for k in _SIZES
        ),
        _ratio_target(gap, "SPAMS", "numba", k=2_000, l0=(10, 25), least=4),
        _ratio_target(gap, "SPAMS", "numba", k=10_000, l0=(10, 25), least=8),
        *(_ratio_target(points, "SPAMS", "numba", k=k, l0=(50, 100), least=5) for k in _SIZES),
        *(
            _ratio_target(points, "k-sparse", "numba 1 core", k=k, l0=(10, 100), most=4)
            for k in _SIZES
        ),
        _ratio_target(points, "ADMM", "numba", k=10_000, l0=(10, 25), least=10_000),
        _ratio_target(points, "ADMM", "numba", k=2_000, l0=(10, 25), least=1_000),
        *(_ratio_target(points, "ADMM", "torch", k=k, l0=(10, 25), least=100) for k in _SIZES),
        *_few_targets(few),
        *_many_targets(many),
        *_selection_targets(selected),
        *_stream_targets(streamed),
    ]


_SIZES = (2_000, 10_000)


def _certified(points: Sequence[Point], name: str) -> Target:
    results = [point.results[name] for point in points if name in point.results]
    worst = max((result.gap_max for result in results if result.gap_max is not None), default=None)
    rows = sum(result.checked for result in results)
    return Target(
        f"{name}: relative gap <= 1e-6 on every row at every point, in float64",
        "" if worst is None else f"greatest {worst:.1e}, {rows:,} rows",
        None if worst is None else worst <= 1e-6,
    )


def _ratio_target(
    points: Iterable[Point],
    above: str,
    below: str,
    *,
    k: int,
    l0: tuple[float, float],
    most: float | None = None,
    least: float | None = None,
) -> Target:
    found = [
        (spread.median, point)
        for point in points
        if point.k == k
        and l0[0] <= point.asked <= l0[1]
        and (spread := _spread(point, above, below))
    ]
    bound = f"<= {most:g}" if most is not None else f">= {least:,g}"
    sets = sorted({point.data for _, point in found})
    where = f"{l0[0]:g}" if l0[0] == l0[1] else f"{l0[0]:g}-{l0[1]:g}"
    text = f"{above} / {below} {bound} at K = {k:,}, l0 {where}" + (
        f", sets {', '.join(sets)}" if sets else ""
    )
    if not found:
        return Target(text, "", None)
    pick = max if most is not None else min
    value, point = pick(found, key=lambda pair: pair[0])
    reached = value <= most if most is not None else value >= (least or 0.0)
    return Target(text, f"worst {_number(value)}: {point.data}, l0 {point.asked:g}", reached)


def _few_targets(few: Sequence[Latency]) -> list[Target]:
    by_size = {one.k: one for one in few}
    found = []
    for k, most in ((2_000, 0.005), (10_000, 0.020)):
        one = by_size.get(k)
        text = f"one row at K = {k:,} in at most {most * 1e3:g} ms after the first call"
        found.append(_bound(text, one and one.one, most, "{:.2g} s"))
    ten = by_size.get(10_000)
    return [
        *found,
        _bound("50 rows at K = 10,000 in under 100 ms", ten and ten.fifty, 0.1, "{:.2g} s"),
        _bound("the first answer of a process in under 2 s", ten and ten.first, 2.0, "{:.2g} s"),
    ]


def _many_targets(many: Large | None) -> list[Target]:
    if many is not None and many.k < 100_000:
        many = None
    where = "1,000 rows over 100,000 atoms"
    return [
        _bound(f"{where}: every row certified", many and many.gap, 1e-6, "greatest {:.1e}"),
        _bound(f"{where} in under 4 GB", many and many.peak_bytes / 1e9, 4.0, "{:.2f} GB"),
    ]


def _selection_targets(selected: Selected | None) -> list[Target]:
    if selected is not None and selected.candidates < 50_000:
        selected = None
    where = "2,000 of 50,000 candidates against 100,000 reference rows"
    peak = selected and selected.peak_bytes / 1e9
    return [
        _bound(f"{where} in under 50 s", selected and selected.seconds, 50.0, "{:.0f} s"),
        _bound(f"{where} in under 3 GB", peak, 3.0, "{:.1f} GB"),
    ]


def _bound(text: str, measured: float | None, most: float, form: str) -> Target:
    if measured is None:
        return Target(text, "", None)
    return Target(text, form.format(measured), measured <= most)


def _stream_targets(streamed: Streamed | None) -> list[Target]:
    how = "measured" if streamed is None else streamed.how
    time_text = f"1,000,000 streamed rows at K = 10,000 in under 120 s, {how}"
    memory_text = "peak memory of the streamed run under 1 GB"
    if streamed is None or streamed.rows < 200_000:
        return [Target(time_text, "", None), Target(memory_text, "", None)]
    return [
        Target(time_text, f"{streamed.per_million:.0f} s", streamed.per_million < 120),
        Target(memory_text, f"{streamed.peak_bytes / 1e6:.0f} MB", streamed.peak_bytes < 1e9),
    ]


def _spread(point: Point, above: str, below: str) -> Spread | None:
    return ratio({name: result.seconds for name, result in point.results.items()}, above, below)


def _where(point: Point) -> list[str]:
    return [point.data, f"{point.k:,}", f"{point.l0:.1f}"]


def _headings(columns: Sequence[tuple[str, str, str]]) -> list[str]:
    return [heading for heading, _, _ in columns]


def _cost(point: Point, name: str) -> str:
    return f"{statistics.median(point.results[name].seconds) * 1e6:.1f}"


def _ratio(point: Point, above: str, below: str) -> str:
    spread = _spread(point, above, below)
    if spread is None:
        return "-"
    return f"{_number(spread.median)} ({_number(spread.low)} - {_number(spread.high)})"


def _peer(point: Point, above: str, below: str) -> str:
    if above not in point.results:
        return "-"
    result = point.results[above]
    scaled = f"; {result.rows:,} rows" + (f", {result.about}" if result.about else "")
    return _ratio(point, above, below) + scaled


def _gap(result: Result | None) -> str:
    if result is None or result.gap_median is None:
        return "-"
    return f"{result.gap_median:.0e} / {result.gap_max:.0e} [{result.above} of {result.checked:,}]"


def _number(value: float) -> str:
    """Three digits that count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
