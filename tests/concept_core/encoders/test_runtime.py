"""What backends share: derived files, quiet sessions."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from concept_core.encoders.runtime import derived, open_session
from concept_core.errors import DataError


def test_derived_bytes_are_built_once_and_rebuilt_if_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path))
    built: list[bytes] = []

    def build() -> bytes:
        built.append(b"a\nb\n\x00" * 10)
        return built[-1]

    assert derived("thing-1", build) == derived("thing-1", build) == built[0]
    assert len(built) == 1
    kept = tmp_path / "derived" / "thing-1"
    for damaged in (kept.read_bytes()[:-1] + b"x", kept.read_bytes()[:20], b""):
        kept.write_bytes(damaged)
        assert derived("thing-1", build) == built[0]
    assert len(built) == 4


def test_derived_bytes_need_no_writable_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path))
    (tmp_path / "derived").write_text("a file where the folder would be")
    assert derived("thing-1", lambda: b"built") == b"built"


def test_a_file_that_is_no_model_is_an_error_that_names_it() -> None:
    with pytest.raises(DataError, match=r"my\.onnx: not an ONNX model"):
        open_session(b"junk", Path("my.onnx"))


def test_onnxruntime_leaves_no_trace_and_reports_to_nobody(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path\n"
        "from concept_core.encoders.runtime import open_session\n"
        "try:\n    open_session(b'', Path('x'))\nexcept Exception as error:\n    print(error)\n"
    )
    # Of a continuous-integration machine onnxruntime would keep silent anyway.
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "PYTHONPATH")}
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**kept, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "not an ONNX model" in run.stdout
    assert list(tmp_path.rglob("*")) == []
