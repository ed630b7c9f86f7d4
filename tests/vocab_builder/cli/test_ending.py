"""How commands end that are interrupted, killed in the middle, or out of room."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from concept_core.releases.index import INDEX, read_index
from tests.processes import heed_signals
from tests.releases_toy import release_of, write
from tests.vocab_builder.cli.test_cli import RECIPE, run

ROOT = Path(__file__).parents[3]
# The command line, stopped where it is about to rename what it has written.
HANGING = """
import os, sys, time
from pathlib import Path
from vocab_builder.cli import main
def hang(*names):
    print("now", flush=True)
    time.sleep(600)
os.replace = Path.rename = hang
main(sys.argv[1:])
"""
# No file may grow beyond so many bytes: the system's refusal is the one of a full disk, but for
# its number.
SMALL = """
import resource, sys
sys.dont_write_bytecode = True
from vocab_builder.cli import main
size = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
main(sys.argv[2:])
"""


@pytest.mark.parametrize(
    ("number", "code", "line"),
    [
        (signal.SIGINT, 130, "interrupted"),
        (signal.SIGTERM, 143, "ended by SIGTERM"),
        (signal.SIGHUP, 129, "ended by SIGHUP"),
    ],
)
def test_a_signal_ends_it_with_one_line_and_nothing_is_left(
    number: int, code: int, line: str, tmp_path: Path
) -> None:
    release = write(release_of(["rain", "bell"]), tmp_path / "release")
    command = ["export", str(release), "--to", "csv", "-o", str(tmp_path / "out.csv")]
    with subprocess.Popen(
        [sys.executable, "-c", HANGING, *command],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=heed_signals,
    ) as process:  # fmt: skip
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline() == "now\n"
        process.send_signal(number)
        said = process.stderr.read()
    assert (process.returncode, said) == (code, f"{line}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["release"]


def test_who_gives_nothing_at_a_prompt_has_interrupted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import click

    from vocab_builder.cli import list_command

    def asked(**options: object) -> None:
        raise click.Abort

    monkeypatch.setattr(list_command.command, "callback", asked)
    assert run(capsys, "list") == (130, "", "interrupted\n")


@pytest.mark.parametrize(
    ("form", "name", "size"),
    [
        ("csv", "a.csv", 50),
        ("parquet", "a.parquet", 500),
        ("zip", "a.zip", 500),
        ("folder", "a", 500),
        ("datasette", "a", 5_000),
        ("datasette", "a", 60_000),
        ("datasette", "a", 80_000),
    ],
)
def test_an_export_without_room_is_an_error_and_leaves_nothing(
    form: str, name: str, size: int, tmp_path: Path
) -> None:
    release = write(release_of(["rain", "bell", "dog"]), tmp_path / "release")
    command = ["export", str(release), "--to", form, "-o", str(tmp_path / name)]
    done = subprocess.run(
        [sys.executable, "-c", SMALL, str(size), *command],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(f"error: {tmp_path / name}: the file grows larger than its")
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["release"]


@pytest.mark.parametrize("name", ["x.npy", "x.npz", "x.h5", "x.parquet", "x.safetensors"])
def test_rows_without_room_are_an_error_and_the_old_ones_stay(name: str, tmp_path: Path) -> None:
    words = [f"word {number}" for number in range(2_000)]
    x = np.random.default_rng(1).standard_normal((len(words), 8)).astype(np.float32)
    np.savez(tmp_path / "rows.npz", text=x, text_ids=words)
    (tmp_path / "words.txt").write_text("\n".join(words), encoding="utf-8")
    (tmp_path / name).write_text("old", encoding="utf-8")
    command = ["embed", "--texts", "words.txt", "--encoder", "precomputed:rows.npz", "-o", name]
    done = subprocess.run(
        [sys.executable, "-c", SMALL, "20000", *command],
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "SONOLEX_HOME": str(tmp_path / "home")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    # Of a pair, either may be the one.
    assert f"error: {name[:2]}" in done.stderr and ": the file grows larger than its" in done.stderr
    assert (tmp_path / name).read_text(encoding="utf-8") == "old"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("killed", ["before the index", "before the lock was taken away"])
def test_a_release_that_was_killed_goes_on(
    killed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    root = tmp_path / "vocabularies"
    Path("words.txt").write_text("rain\nclock\nbell\n", encoding="utf-8")
    Path("toy.toml").write_text(RECIPE, encoding="utf-8")
    run(capsys, "build", "toy.toml", "--out", "built")
    assert run(capsys, "release", "built")[0] == 0
    index = (root / INDEX).read_bytes()
    if killed == "before the index":
        (root / INDEX).unlink()
    else:
        (root / ".index.lock").touch()
    code, _, said = run(capsys, "release", "built")
    assert (code, "toy@0.1.0: first release" in said) == (0, True)
    assert (root / INDEX).read_bytes() == index
    assert sorted(path.name for path in root.iterdir()) == [INDEX, "toy"]
    # Now all is done, and the same again is no release.
    assert run(capsys, "release", "built")[0] == 3
    assert list(read_index(root)) == [("toy", "0.1.0")]


def test_a_fetch_that_was_killed_before_its_index_entry_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    release = write(release_of(["rain", "bell"]), tmp_path / "release")
    (tmp_path / "share").mkdir()
    assert run(capsys, "publish", release, "--to", tmp_path / "share")[0] == 0
    command = ["fetch", "vocabulary:toy@0.1.0", "--from", tmp_path / "share"]
    assert run(capsys, *command)[0] == 0
    root = tmp_path / "home" / "vocabularies"
    index = (root / INDEX).read_bytes()
    (root / INDEX).unlink()
    assert run(capsys, *command, "--offline")[0] == 0
    assert (root / INDEX).read_bytes() == index
