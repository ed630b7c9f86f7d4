"""The whole benchmark, small: it runs, prints, and writes what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import large, latency, peers, points, selection, solver, stream
from benchmarks.large import Large
from benchmarks.latency import Latency
from benchmarks.selection import Selected
from benchmarks.stream import Streamed


def test_quick(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    # The others take seconds to compile.
    installable = {
        "scikit-learn": peers.INSTALLABLE["scikit-learn"],
        "nobody": ("no_such_module", peers.Spams),
    }
    monkeypatch.setattr(peers, "INSTALLABLE", installable)
    monkeypatch.setattr(stream, "run", lambda n, k: Streamed(n, 8, k, 3.0, 1.0, 10**6, 0))
    monkeypatch.setattr(selection, "run", lambda *of: Selected(*of, 8, 1.0, 2.0, 9, 8, 7, "0" * 64))
    monkeypatch.setattr(large, "run", lambda n, k: Large(n, k, 3.0, 1.0, 0.5, 10**6, 1e-9))
    monkeypatch.setattr(latency, "run", lambda data, k: Latency(k, *[0.1] * 6))
    assert solver.main(["--quick", "--out", str(tmp_path / "new")]) == 0
    printed = capsys.readouterr()
    assert "nobody is not installed" in printed.out
    assert "| synthetic | 200 |" in printed.out
    assert "- reached: numba: relative gap <= 1e-6" in printed.out
    assert "synthetic, K = 200" in printed.err
    assert "Few rows, K = 200" in printed.out
    record = json.loads((tmp_path / "new" / "solver.json").read_text(encoding="utf-8"))
    assert record["points"][0]["results"]["numba"]["checked"] == 512
    assert "ADMM" in record["points"][1]["results"]
    assert "ADMM" not in record["points"][0]["results"]
    assert {path.name for path in (tmp_path / "new").iterdir()} == {
        "solver.json", "cost-l0.png", "cost-k.png",
    }  # fmt: skip


def test_ours_alone(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(peers, "INSTALLABLE", {"nobody": (json.__name__, _refuse)})
    monkeypatch.setattr(points, "Admm", lambda atoms, short=False: None if short else _refuse())
    assert solver.main(["--quick", "--ours"]) == 0
    printed = capsys.readouterr().out
    assert "k-sparse / numba, one core" in printed and printed.count("| synthetic | 200 |") == 2
    assert "Targets" not in printed and "Peers" not in printed


def _refuse(*_: object) -> None:
    raise AssertionError("a peer was made")
