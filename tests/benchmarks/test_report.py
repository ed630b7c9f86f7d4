"""Tables and targets from points made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import machine, report
from benchmarks.drawings import draw
from benchmarks.large import Large
from benchmarks.latency import Latency
from benchmarks.points import Point, Result
from benchmarks.selection import Selected
from benchmarks.stream import Streamed


def result(*seconds: float, gap: float | None = 1e-8, about: str = "") -> Result:
    return Result(
        2, 64, about, list(seconds), gap and gap / 10, gap, 0 if gap is None else 64,
        int(gap is not None and gap > 1e-6),
    )  # fmt: skip


def point(k: int = 10_000, asked: float = 25, data: str = "gap", **results: Result) -> Point:
    names = {"one": "numba 1 core", "sklearn": "scikit-learn"}
    return Point(
        data, k, asked, asked + 0.25, 0.125, 0.5, 1e-9,
        {names.get(name, name): value for name, value in results.items()},
    )  # fmt: skip


def verdicts(points: list[Point], streamed: Streamed | None = None) -> dict[str, bool | None]:
    return {target.text: target.reached for target in report.targets(points, streamed)}


def streamed(seconds: float, peak: int, rows: int = 200_000) -> Streamed:
    return Streamed(rows, 512, 10_000, 25.0, seconds, peak, 0)


FLOOR = result(10e-6, 20e-6, 10e-6, gap=None)
NUMBA = result(20e-6, 30e-6, 25e-6)
FAST = result(18e-6, 30e-6, 18e-6)


def test_a_line_a_point_with_medians_and_spread() -> None:
    text = report.tables([point(GEMM=FLOOR, numba=NUMBA)])
    lines = [line for line in text.splitlines() if line.startswith("| gap")]
    assert len(lines) == 3
    assert lines[0] == "| gap | 10,000 | 25.2 | 0.125 | 10.0 | 25.0 | 2 (1.5 - 2.5) | - | - | - |"
    assert "1e-09 / 1e-08 [0 of 64] | - |" in lines[2]
    assert all(
        len({line.count("|") for line in block.splitlines() if line.startswith("|")}) == 1
        for block in text.split("\n\n")[1::2]
    )


def test_a_scaled_peer_says_on_what() -> None:
    admm = result(0.5, 0.5, 0.5, gap=2e-6, about="776 iterations")
    lines = report.tables([point(GEMM=FLOOR, numba=NUMBA, ADMM=admm)]).splitlines()
    assert any("20,000 (16,667 - 25,000); 64 rows, 776 iterations" in line for line in lines)
    assert any("2e-07 / 2e-06 [1 of 64]" in line for line in lines)


def test_targets_take_the_worst_point() -> None:
    good = point(GEMM=FLOOR, numba=FAST)
    bad = point(GEMM=FLOOR, numba=result(30e-6, 60e-6, 30e-6), data="clap", asked=10)
    beside = point(GEMM=FLOOR, numba=result(1.0, 1.0, 1.0), asked=50)
    floor = "numba / GEMM <= 1.9 at K = 10,000, l0 10-25"
    assert verdicts([good, beside])[floor + ", sets gap"] is True
    assert verdicts([good, bad])[floor + ", sets clap, gap"] is False
    assert verdicts([beside])[floor] is None
    assert verdicts([good, beside])["numba / GEMM <= 4 at K = 10,000, l0 50, sets gap"] is False


def test_targets_of_processes_of_their_own() -> None:
    few = [Latency(2_000, 1.9, 0.004, 0.05, 0.1, 0.1, 1.0), Latency(10_000, *[3.0] * 6)]
    many = Large(1_000, 100_000, 25.0, 3.0, 1.0, 3 * 10**9, 1e-7)
    selected = Selected(50_000, 100_000, 384, 51.0, 99.0, 10**9, 10**8, 2_000, "0" * 64)
    found = [
        target.reached
        for target in report.targets([], None, few, many, selected)
        if target.reached is not None
    ]
    assert found == [True, False, False, False, True, True, False, True]


def test_targets_against_peers() -> None:
    points = [
        point(
            GEMM=FLOOR, numba=NUMBA, one=NUMBA, sklearn=result(2e-3, 2e-3, 2e-3),
            SPAMS=result(1e-4, 1e-4, 1e-4), torch=result(1e-3, 1e-3, 1e-3),
            ADMM=result(1.0, 1.0, 1.0),
        )
    ]  # fmt: skip
    found = verdicts(points)
    middle = "K = 10,000, l0 10-25, sets gap"
    assert found[f"scikit-learn / numba 1 core >= 50 at {middle}"] is True
    assert found[f"SPAMS / numba >= 8 at {middle}"] is False
    assert found[f"ADMM / numba >= 10,000 at {middle}"] is True
    assert found[f"ADMM / torch >= 100 at {middle}"] is True


@pytest.mark.parametrize(("gap", "reached"), [(1e-6, True), (1.1e-6, False)])
def test_one_row_above_the_gap_misses_the_target(gap: float, reached: bool) -> None:
    points = [
        point(GEMM=FLOOR, numba=NUMBA),
        point(GEMM=FLOOR, numba=result(2e-5, 2e-5, 2e-5, gap=gap)),
    ]
    text = "numba: relative gap <= 1e-6 on every row at every point, in float64"
    assert verdicts(points)[text] is reached


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (streamed(20.0, 600_000_000), [True, True]),
        (streamed(24.0, 1_000_000_000), [False, False]),
        (streamed(1.0, 1, rows=1_000), [None, None]),
        (None, [None, None]),
    ],
)
def test_streamed_targets(run: Streamed | None, expected: list[bool | None]) -> None:
    assert [target.reached for target in report.targets([], run)[-2:]] == expected


def test_targets_read_well() -> None:
    lines = [str(target) for target in report.targets([point(GEMM=FLOOR, numba=NUMBA)], None)]
    assert lines[0].startswith("- reached: numba: relative gap <= 1e-6")
    assert any(line.startswith("- not measured: SPAMS") for line in lines)


def test_drawings_are_images(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    points = [
        point(k, asked, data, GEMM=FLOOR, numba=NUMBA)
        for data in ("gap", "clap")
        for k in (200, 400)
        for asked in (3.0, 25.0)
    ]
    paths = draw(points, tmp_path)
    assert [path.name for path in paths] == ["cost-l0.png", "cost-k.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)


def test_a_forced_kernel_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENBLAS_L2_SIZE", raising=False)
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    assert not any("WARNING" in line for line in machine.sentences(machine.describe()))
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    about = machine.describe()
    assert any("OPENBLAS_CORETYPE=Haswell" in line for line in machine.sentences(about))
    assert about["blas"]
    assert about["packages"]["numpy"]
