"""The benchmark of selections runs, whatever it measures."""

from __future__ import annotations

import pytest

from benchmarks.selection import main


@pytest.mark.parametrize("selection", ["coverage", "clusters:clusters=7", "random:seed=2"])
def test_it_prints_time_and_memory(selection: str, capsys: pytest.CaptureFixture[str]) -> None:
    small = ["--candidates", "60", "--reference", "90", "--dim", "8"]
    assert main([selection, *small]) == 0
    out = capsys.readouterr().out
    assert f"{selection.partition(':')[0]}: 60 candidates, 90 reference rows, d = 8" in out
    assert "order of all in" in out
    assert "peak memory" in out
