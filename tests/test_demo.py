"""`make demo` as a newcomer sees it; its pip and its sonolex only say what they were asked."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WARNING = "WARNING: Location 'file:///mirror/simple/anyio/' is ignored"


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    (tmp_path / "bin").mkdir()
    script(tmp_path, "sonolex", 'echo "ran: sonolex $*" >&2; echo SOUNDS')
    return tmp_path


def script(venv: Path, name: str, text: str) -> None:
    path = venv / "bin" / name
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def make(venv: Path, *settings: str) -> tuple[int, str]:
    done = subprocess.run(
        ["make", "demo", f"VENV={venv}", *settings],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        # This test may run under make itself.
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
    )
    return done.returncode, done.stdout


def test_the_demo_says_first_what_it_will_do_and_last_where_its_page_is(venv: Path) -> None:
    script(venv, "python", f'echo "{WARNING}"; echo "Successfully installed sonolex"')
    code, text = make(venv)
    assert code == 0, text
    lines = text.splitlines()
    told = next(at for at, line in enumerate(lines) if line.startswith("installing sonolex"))
    before = "\n".join(lines[:told])
    for word in ("minutes", "MB to download", "a page to look at"):
        assert word in before
    assert WARNING not in text
    assert WARNING in (venv / "pip.log").read_text(encoding="utf-8")
    ran = [line for line in lines if line.startswith("ran: sonolex")]
    verbs = [line.split()[2] for line in ran]
    assert verbs == ["fetch", "build", "explain", "score", "report"]
    assert ran[-1].endswith("-o build/demo.html")
    end = text[text.index(ran[-1]) :]
    assert f"file://{ROOT}/build/demo.html" in end
    # A second time nothing is installed, and nothing else is promised.
    script(venv, "python", "exit 1")
    code, text = make(venv)
    assert code == 0 and "packages are in place" in text
    assert "installing" not in text and "up to date" not in text


def test_torch_comes_from_the_index_that_is_named(venv: Path) -> None:
    script(venv, "python", f'echo "$*" >>{venv}/asked')
    for settings in ((), ("TORCH_INDEX=https://example.org/cpu",)):
        (venv / "asked").write_text("", encoding="utf-8")
        (venv / ".base").unlink(missing_ok=True)
        code, text = make(venv, *settings)
        assert code == 0, text
        asked = (venv / "asked").read_text(encoding="utf-8").splitlines()
        assert len(asked) == 1 + len(settings)
        assert asked[-1].endswith("-c constraints.txt -e .")
    assert asked[0].endswith("--no-deps --index-url https://example.org/cpu torch")


def test_an_error_of_pip_stands_on_the_terminal(venv: Path) -> None:
    script(venv, "python", f'echo "{WARNING}"; echo "ERROR: no torch for this machine" >&2; exit 1')
    code, text = make(venv)
    assert code != 0
    assert "ERROR: no torch for this machine" in text and str(venv / "pip.log") in text
    assert "ran: sonolex" not in text
    assert not (venv / ".base").exists()


def test_a_step_that_fails_ends_the_demo(venv: Path) -> None:
    script(venv, "python", "exit 0")
    script(venv, "sonolex", '[ "$1" != build ] || { echo "no room" >&2; exit 3; }')
    code, text = make(venv)
    assert code != 0 and "no room" in text and "Done in" not in text
