"""What shells and scripts are given: completion, version, exit codes in the help, no colours."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from concept_core import __version__, errors
from concept_core.resources import home
from tests.vocab_builder.cli.test_cli import run
from vocab_builder.cli import cli

ROOT = Path(__file__).resolve().parents[3]
CALL = "import sys; from vocab_builder.cli import main; main(sys.argv[1:])"


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A PATH on which ``sonolex`` is this very checkout."""
    command = tmp_path / "bin" / "sonolex"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{CALL}" "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return f"{command.parent}{os.pathsep}{os.environ['PATH']}"


def in_shell(shell: str, script: str, path: str) -> list[str]:
    done = subprocess.run(
        [shell, "-c", script],
        capture_output=True, text=True, check=True, cwd=ROOT,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "wanted", "unwanted"),
    [
        ("exp", {"explain", "export"}, {"build"}),
        ("explain --voc", {"--vocabulary"}, {"--encoder"}),
        ("export demo --order ", {"ascending", "descending"}, {"csv"}),
        ("cache ver", {"verify"}, {"ls"}),
    ],
)
def test_bash_completes(words: str, wanted: set[str], unwanted: set[str], path: str) -> None:
    typed = f"sonolex {words}".split(" ")
    listed = " ".join(f"'{word}'" for word in typed)
    script = (
        f'eval "$(sonolex completion bash)"; complete -p sonolex >/dev/null; COMP_WORDS=({listed})'
        f"; COMP_CWORD={len(typed) - 1}; _sonolex_completion sonolex"
        '; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    found = set(in_shell("bash", script, path))
    assert wanted <= found and not unwanted & found


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_read_theirs(
    shell: str, path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, script, _ = run(capsys, "completion", shell)
    assert code == 0 and f"_SONOLEX_COMPLETE={shell}_complete" in script
    if shutil.which(shell) is not None:
        file = tmp_path / "script"
        file.write_text(script, encoding="utf-8")
        subprocess.run([shell, "-n", file], check=True)


def test_no_command_is_imported_to_complete_its_name(path: str) -> None:
    script = (
        "import os, sys; sys.argv = ['sonolex']; from vocab_builder.cli import cli\n"
        "try: cli.main(prog_name='sonolex')\n"
        "except SystemExit: print([one for one in sys.modules if one.endswith('_command')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True, text=True, check=True, cwd=ROOT,
        env={
            **os.environ, "PYTHONPATH": str(ROOT), "_SONOLEX_COMPLETE": "bash_complete",
            "COMP_WORDS": "sonolex sc", "COMP_CWORD": "1",
        },
    )  # fmt: skip
    assert done.stdout.splitlines() == ["plain,score", "[]"]


def test_the_version_says_what_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--version")
    first, *rest = out.splitlines()
    assert (code, first) == (0, f"sonolex, version {__version__}")
    text = "\n".join(rest)
    assert "yamnet-minilm" in text and str(home()) in text and "SONOLEX_HOME" in text


def test_the_help_has_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--help")
    listed = out.partition("Exit codes:")[2]
    kinds = (one for one in vars(errors).values() if isinstance(one, type))
    codes = {one.exit_code for one in kinds if issubclass(one, errors.SonolexError)} | {0, 1, 130}
    assert {int(number) for number in re.findall(r"^ +(\d+) ", listed, re.MULTILINE)} == codes
    assert code == 0 and "completion" in out and list(cli.list_commands(None))[-1] == "completion"


@pytest.mark.parametrize("no_color", [None, "1"])
def test_nothing_is_coloured_even_on_a_terminal(no_color: str | None) -> None:
    """NO_COLOR asks for nothing that is not so anyway."""
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}
    surroundings.pop("NO_COLOR", None)
    if no_color is not None:
        surroundings["NO_COLOR"] = no_color
    for arguments in (["--help"], ["show", "demo", "--sample"], ["why", "zzz", "demo"], ["shw"]):
        outer, inner = pty.openpty()
        done = subprocess.Popen(
            [sys.executable, "-c", CALL, *arguments],
            stdin=inner, stdout=inner, stderr=inner, cwd=ROOT, env=surroundings,
        )  # fmt: skip
        os.close(inner)
        seen = b""
        with open(outer, "rb", buffering=0) as terminal:
            while True:
                try:
                    seen += (block := terminal.read(4096) or b"")
                except OSError:  # Linux's word for the end of a terminal
                    break
                if not block:
                    break
        done.wait()
        assert len(seen) > 20 and b"\x1b[" not in seen, arguments
