"""The script for a GPU, small and on the CPU: it runs, and its certificate is the certificate."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import gpu
from concept_core.solvers.certificate import relative_gap
from concept_core.solvers.lasso import Lasso
from tests.problems import problem


def test_small_on_the_cpu(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gpu.main(["--small", "--device", "cpu", "--out", str(tmp_path / "new")]) == 0
    record = json.loads((tmp_path / "new" / "gpu.json").read_text(encoding="utf-8"))
    assert record["device"] == "cpu"
    assert [(point["k"], point["above"]) for point in record["points"]] == [
        (200, 0), (200, 0), (300, 0), (300, 0),
    ]  # fmt: skip
    for point in record["points"]:
        assert point["gap"] <= 1e-6 and point["repeats"] and not point["tf32_changes"]
    assert [one["precision"] for one in record["embedding"]] == ["float32", "bfloat16"]
    assert record["embedding"][0]["least cosine with float32"] == pytest.approx(1.0)
    assert record["embedding"][1]["least cosine with float32"] > 0.99
    table = (tmp_path / "new" / "gpu.md").read_text(encoding="utf-8")
    assert "| 300 |" in table and table.strip() in capsys.readouterr().out


def test_what_there_is_no_time_for_is_named() -> None:
    plan = replace(gpu.SMALL, seconds=-1.0)
    found, left_out = gpu._points(plan, gpu.synthetic_set(64, 300, 32), "cpu", time.perf_counter())
    assert found == []
    assert left_out == ["K = 200, l0 3", "K = 200, l0 8", "K = 300, l0 3", "K = 300, l0 8"]


def test_its_certificate_is_that_of_the_solvers() -> None:
    x, atoms = problem(1, 300, 40, 12)
    x[3] = 0.0
    weights = Lasso(0.1).prepare(atoms).solve(x).weights
    weights.data *= np.random.default_rng(0).uniform(0.5, 1.5, weights.nnz)
    rows = x.astype(np.float32)
    expected = relative_gap(rows.astype(np.float64), atoms, weights, 0.1)
    np.testing.assert_allclose(gpu.gaps(rows, atoms, weights, 0.1, "cpu"), expected, rtol=1e-9)
