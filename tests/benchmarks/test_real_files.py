"""The walk over real files: what is read, refused and counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchmarks import real_files
from benchmarks.real_files import Outcome, main, table
from concept_core.encoders.base import Encoder


def test_files_are_read_or_refused_and_counted(
    tmp_path: Path,
    encoder: Encoder,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The limits are those of a process of its own; the tests before this one have filled theirs.
    monkeypatch.setattr(real_files, "_SECONDS", 600.0)
    monkeypatch.setattr(real_files, "_MEGABYTES", 1_000_000)
    soundfile.write(tmp_path / "a.WAV", 0.3 * np.sin(np.arange(8000)), 16_000)
    (tmp_path / "sub").mkdir()
    for name in ("b.mp3", "c.flac"):
        (tmp_path / "sub" / name).touch()
    (tmp_path / "notes.txt").write_text("no sound")
    assert main([str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "refused  sub/b.mp3\n         cannot be read as audio: it is empty (0 bytes)" in printed
    assert "    2 refused  cannot be read as audio: it is empty (N bytes)" in printed
    assert "3 files: 1 read, 2 refused, 0 foreign; at most" in printed


def test_a_foreign_exception_fails_the_walk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.wav").touch()
    monkeypatch.setattr(real_files, "embed", broken)
    assert main([str(tmp_path)]) == 1
    assert table([]) == "no files"


def broken(path: Path) -> Outcome:
    return Outcome("foreign", "ValueError()", 0.1, 100)
