"""The benchmark of loading says how long, how many, and that nothing heavy was imported."""

from __future__ import annotations

import re

import pytest

from benchmarks.start import main


def test_it_prints_time_size_and_imports(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo@1.0.0"]) == 0
    out = capsys.readouterr().out
    assert re.match(r"load_vocabulary\('demo@1\.0\.0'\): 630 concepts in \d\.\d{3} s,", out)
    assert out.endswith("heavy packages imported: none\n")
