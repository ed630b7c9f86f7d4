"""A publisher is killed in the middle of its upload; the same command finishes it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from concept_core.releases.folder import SUMS
from tests.hub_toy import Hub
from tests.releases_toy import release_of, write_small
from tests.vocab_builder.publish.conftest import files_of

ROOT = Path(__file__).resolve().parents[3]
WAIT = 120
COMMAND = "import sys; from vocab_builder.cli import main; main(sys.argv[1:])"
Run = Callable[..., int]


def start(*arguments: object) -> subprocess.Popen[bytes]:
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)], env=surroundings, stderr=subprocess.PIPE
    )


def kill(process: subprocess.Popen[bytes]) -> str:
    """Kill it as nobody can prepare for; returns what it had said."""
    process.send_signal(signal.SIGKILL)
    _, said = process.communicate(timeout=WAIT)
    assert process.returncode == -signal.SIGKILL, said
    return said.decode()


def finish(place: Any, release: Path, run: Run, capsys: Any) -> str:
    """Nothing is visible; the second run ends it; all is there and nothing else."""
    assert run("verify", f"{place.text}/toy@0.1.0") == 4
    capsys.readouterr()
    assert run("publish", release, "--to", place.text) == 0
    said = str(capsys.readouterr().err)
    assert run("verify", f"{place.text}/toy@0.1.0") == 0
    assert place.files() == files_of(release)
    return said


def test_in_a_folder(
    folder: Any, release: Path, tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    marker = tmp_path / "stopped"
    stopping = Path(__file__).with_name("killed.py")
    process = start(stopping, marker, 3, "publish", release, "--to", folder.text)
    while not marker.exists():
        assert process.poll() is None, process.communicate()[1]
    kill(process)
    assert not (Path(folder.text) / "toy" / "0.1.0").exists()
    said = finish(folder, release, run, capsys)
    assert said.count("  there  ") == 3


def test_in_a_bucket(
    s3: Any, release: Path, monkeypatch: pytest.MonkeyPatch, run: Run, capsys: Any
) -> None:
    from moto.s3.responses import S3Response

    usual, count = S3Response.put_object, [0]
    stopped, dead = threading.Event(), threading.Event()

    def put_object(self: Any) -> Any:
        count[0] += 1
        if count[0] == 4:
            stopped.set()
            dead.wait(WAIT)
        return usual(self)

    with monkeypatch.context() as patch:
        patch.setattr(S3Response, "put_object", put_object)
        process = start("-c", COMMAND, "publish", release, "--to", s3.text)
        assert stopped.wait(WAIT)
        said = kill(process)
        left = s3.files()
        dead.set()
    assert len(left) == 3 and f"toy/0.1.0/{SUMS}" not in left
    assert "write" in said and SUMS in said
    assert finish(s3, release, run, capsys).count("  there  ") in (3, 4)


def test_in_a_bucket_of_somebody_elses_dead_upload(
    s3: Any, release: Path, other: Path, run: Run, capsys: Any
) -> None:
    s3.put({"toy/0.1.0/concepts.csv": (other / "concepts.csv").read_bytes()})
    assert run("publish", release, "--to", s3.text) == 3
    err = capsys.readouterr().err
    assert "concepts.csv: another publisher has begun this version" in err
    assert f"toy/0.1.0/{SUMS}" not in s3.files()


def test_on_the_hub(
    hub: Any, hub_server: Hub, tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    release = write_small(
        release_of([f"sound {n}" for n in range(300)]), tmp_path / "large" / "0.1.0"
    )
    stopped, dead = threading.Event(), threading.Event()

    def on_commit() -> None:
        stopped.set()
        dead.wait(WAIT)

    hub_server.on_commit = on_commit
    process = start("-c", COMMAND, "publish", release, "--to", hub.text)
    assert stopped.wait(WAIT)
    kill(process)
    stored = hub_server.uploads
    hub_server.on_commit = lambda: None
    # The request was whole: a commit that its publisher never heard of may still come through.
    hub_server.commits.append("1" * 40)
    dead.set()
    assert stored > 1 and hub.files() == {}
    finish(hub, release, run, capsys)
    assert hub_server.uploads == stored  # the large files were there already


def test_on_the_hub_others_may_commit_other_things_meanwhile(
    hub: Any, hub_server: Hub, release: Path, run: Run
) -> None:
    others = iter(range(2))

    def on_commit() -> None:
        for one in others:
            hub_server.commit({f"notes/{one}.txt": b""})
            return

    hub_server.on_commit = on_commit
    assert run("publish", release, "--to", hub.text) == 0
    assert run("verify", f"{hub.text}/toy@0.1.0") == 0
    assert "notes/1.txt" in hub.files()


def test_by_git(
    git: Any, release: Path, tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """The repository's own hook holds the push, while the publisher dies."""
    marker = tmp_path / "pushed"
    hook = Path(git.text.removeprefix("git:")) / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch '{marker}'\nsleep 0.2\nexit 1\n")
    hook.chmod(0o755)
    process = start("-c", COMMAND, "publish", release, "--to", git.text)
    while not marker.exists():
        assert process.poll() is None, process.communicate()[1]
    kill(process)
    hook.unlink()
    finish(git, release, run, capsys)
