"""Commands whose input or output is closed, ends early, or has an encoding of few characters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = "import sys; from vocab_builder.cli import main; sys.exit(main())"
LABELS = ("café", "🔔", "雨")


def run(arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command line within a shell; ``sonolex`` is this checkout's."""
    shell = (
        f'sonolex() {{ "{sys.executable}" -c \'{COMMAND}\' "$@"; }}; set -o pipefail; {arguments}'
    )
    return subprocess.run(
        ["bash", "-c", shell],
        capture_output=True,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words.txt"
    path.write_text("".join(f"{label}\n" for label in LABELS), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ("sonolex list >&-", 3, b"standard output is closed"),
        ("sonolex list >&- 2>&-", 3, b""),
        ("sonolex list 2>&-", 0, b""),
        ("sonolex filter form <&-", 2, b"candidates are read from standard input"),
        ("sonolex show sonolex-core --json --top 2000 | head -1", None, b""),
        ("sonolex show '~nosuchuser/x'", 2, b"there is no such user"),
        ("sonolex verify demo@1.0.0 --key '~nosuchuser/key.pub'", None, b""),
        ("SONOLEX_HOME='~nosuchuser' sonolex list", 2, b"there is no such user"),
        (f"sonolex show {'a' * 5000}", 2, b"no file can have such a name"),
    ],
)
def test_no_traceback(arguments: str, code: int | None, message: bytes) -> None:
    done = run(arguments)
    assert b"Traceback" not in done.stderr
    assert message in done.stderr
    assert code is None or done.returncode == code


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252", "utf-8"])
def test_labels_that_a_terminal_cannot_show(words: Path, encoding: str) -> None:
    shown = run(f"sonolex show {words}", PYTHONIOENCODING=encoding)
    assert shown.returncode == 0 and b"Traceback" not in shown.stderr
    if encoding in ("latin-1", "cp1252"):
        assert b"caf\xe9" in shown.stdout and rb"\ud83d\udd14" in shown.stdout
    listed = run(f"sonolex show {words} --json", PYTHONIOENCODING=encoding)
    # click writes UTF-8 where it is told of ASCII, which no terminal has.
    text = listed.stdout.decode("utf-8" if encoding == "ascii" else encoding)
    assert [one["label"] for one in json.loads(text)["concepts"]] == list(LABELS)


def test_talk_and_errors_that_a_terminal_cannot_show(words: Path, tmp_path: Path) -> None:
    bell = tmp_path / "🔔.txt"
    bell.write_bytes(b"\xff")
    for arguments in (f"sonolex show '{bell}'", f"sonolex mine 'wordlist:{words},name=雨'"):
        done = run(arguments, PYTHONIOENCODING="latin-1")
        assert b"Traceback" not in done.stderr, done.stderr
    assert rb"\u96e8" in done.stderr
