from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.check import main


@pytest.mark.usefixtures("nltk_data")
def test_findings_are_compared_with_verdicts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "words.txt").write_text("rain\ndevice beeping\ndevice buzzing\n", encoding="utf-8")
    judged = tmp_path / "judged.csv"
    judged.write_text("label,verdict\ndevice beeping,abstract\nrain,wrong\n", encoding="utf-8")
    assert main([str(tmp_path / "words.txt"), str(judged)]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["W208", "2", "1", "0.50", "1", "0.50"] in lines
    assert ["abstract", "1", "1", "1"] in lines
    assert ["all", "2", "1", "1"] in lines
