"""The benchmark of selections runs, whatever it measures."""

from __future__ import annotations

import pytest

from benchmarks.selection import main, run


@pytest.mark.parametrize("selection", ["coverage", "clusters:clusters=7", "random:seed=2"])
def test_it_prints_time_and_memory(selection: str, capsys: pytest.CaptureFixture[str]) -> None:
    small = ["--candidates", "60", "--reference", "90", "--dim", "8"]
    assert main([selection, *small]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[-2].startswith(f"{selection.partition(':')[0]}: ")
    assert out.splitlines()[-1].startswith("60 candidates, 90 reference rows, d = 8: 60 chosen in")
    assert "peak memory" in out
    assert main([selection, *small, "--whole"]) == 0
    whole = capsys.readouterr().out
    assert whole.split()[-1] == out.split()[-1], "the same labels in the same order"


def test_a_process_of_its_own_tells_what_it_took() -> None:
    found = run(50, 70)
    assert (found.candidates, found.reference, found.kept) == (50, 70, 50)
    assert len(found.sha256) == 64
    assert 0 < found.before_bytes <= found.peak_bytes
