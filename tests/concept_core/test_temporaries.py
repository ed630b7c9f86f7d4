from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from concept_core import temporaries
from concept_core.files import atomic_path, atomic_together, write_text
from concept_core.temporaries import (
    folder_lock,
    full_disk,
    in_use,
    settle,
    sweep,
    temporary_file,
    temporary_folder,
)

ROOT = Path(__file__).parents[2]
HOLDING = """
import sys
from pathlib import Path
from concept_core.temporaries import temporary_file, temporary_folder
target = Path(sys.argv[1])
with temporary_file(target) as file, temporary_folder(target.parent, "folder") as folder:
    file.write_text("half")
    (folder / "inside").write_text("half")
    print("now", flush=True)
    sys.stdin.read()
"""
RENAMING = """
import os, signal, sys
from pathlib import Path
from concept_core.files import atomic_together
left = int(sys.argv[2])
replace = os.replace
def counted(*names):
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    replace(*names)
os.replace = counted
folder = Path(sys.argv[1])
with atomic_together(folder / "x.npy", folder / "x.txt") as (one, two):
    one.write_text("new rows")
    two.write_text("new ids")
"""


@pytest.fixture
def no_posix(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Windows lacks is not there; asking for a process by a signal ends it there."""
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.delattr(os, "geteuid")
    monkeypatch.delattr(os, "uname")
    monkeypatch.setattr(temporaries, "_POSIX", False)
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("a process was ended"))


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_a_killed_process_left_goes_and_what_a_living_one_has_stays(tmp_path: Path) -> None:
    with start(HOLDING, tmp_path / "a.txt") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "now\n"
        write_text(tmp_path / "b.txt", "b")
        held = [name for name in names(tmp_path) if name != "b.txt"]
        assert len(held) == 2 and all(in_use(tmp_path / name) for name in held)
        process.send_signal(signal.SIGKILL)
    assert names(tmp_path) == sorted([*held, "b.txt"])
    write_text(tmp_path / "b.txt", "c")
    assert names(tmp_path) == ["b.txt"]


def test_only_what_is_ours_goes(tmp_path: Path) -> None:
    for name in (".a.txt.x1y2z3", ".hidden", "a.sonolex-00000000-1-1-abc", ".b.sonolex-x-1-1-a"):
        (tmp_path / name).write_text("mine", encoding="utf-8")
    before = names(tmp_path)
    sweep(tmp_path)
    assert names(tmp_path) == before
    sweep(tmp_path / "nowhere")


def test_of_another_machine_only_what_is_old_goes(tmp_path: Path) -> None:
    with temporary_file(tmp_path / "a.txt") as ours:
        name = ours.name.replace(temporaries._machine(), "0" * 8)
    path = tmp_path / name
    path.mkdir()
    (path / "inside").write_text("x", encoding="utf-8")
    sweep(tmp_path)
    assert path.is_dir()
    long_ago = time.time() - 2 * 86_400
    os.utime(path, (long_ago, long_ago))
    sweep(tmp_path)
    assert path.is_dir(), "what is in it is new"
    os.utime(path / "inside", (long_ago, long_ago))
    sweep(tmp_path)
    assert names(tmp_path) == []


def test_a_number_that_was_given_again_is_another_process(tmp_path: Path) -> None:
    with temporary_file(tmp_path / "a.txt") as ours:
        assert in_use(ours)
        parts = ours.name.split("-")
        parts[3] = str(int(parts[3]) - 1)  # of an earlier process of this number
        assert not in_use(tmp_path / "-".join(parts))


@pytest.mark.parametrize("name", ["x" * 255, "ä" * 127, "音" * 85])
def test_the_longest_names_that_there_are(name: str, tmp_path: Path) -> None:
    write_text(tmp_path / name, "x")
    assert names(tmp_path) == [name]


@pytest.mark.parametrize("renames", [0, 1, 2, 3])
def test_a_pair_is_replaced_together_or_not_at_all(renames: int, tmp_path: Path) -> None:
    """Killed before the note, after it, between the two, and after both."""
    left = tmp_path / "left"
    left.mkdir()
    (left / "x.npy").write_text("old rows", encoding="utf-8")
    (left / "x.txt").write_text("old ids", encoding="utf-8")
    process = start(RENAMING, left, renames)
    process.communicate()
    assert process.returncode == (-signal.SIGKILL if renames < 3 else 0)
    copy = shutil.copytree(left, tmp_path / "copy")
    for folder, end in ((left, settle), (copy, sweep)):
        end(folder)
        expected = "old" if renames == 0 else "new"
        found = [(folder / name).read_text(encoding="utf-8") for name in ("x.npy", "x.txt")]
        assert found == [f"{expected} rows", f"{expected} ids"]
        sweep(folder)
        assert names(folder) == ["x.npy", "x.txt"]


@pytest.mark.parametrize("renames", [1, 2])
def test_interrupted_while_it_renames_it_renames_all(
    renames: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    targets = tmp_path / "x.npy", tmp_path / "x.txt"
    for path in targets:
        path.write_text("old", encoding="utf-8")
    replace, left = os.replace, renames

    def interrupted(*names: Path) -> None:
        nonlocal left
        left -= 1
        replace(*names)
        if left == 0:
            raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt), atomic_together(*targets) as written:
        for path in written:
            path.write_text("new", encoding="utf-8")
    assert [path.read_text(encoding="utf-8") for path in targets] == ["new", "new"]
    assert names(tmp_path) == ["x.npy", "x.txt"]


def test_a_note_renames_nothing_of_others(tmp_path: Path) -> None:
    """Whoever gives a folder away may put a note into it."""
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    with temporary_file(inside / "a") as ours:
        name = ours.name
    for number, content in enumerate(
        ({"../secret": "x"}, {name: "../secret"}, {name: ".."}, {name: 7}, [], "[" * 100_000)
    ):
        text = content if isinstance(content, str) else json.dumps(content)
        note = inside / f".note.sonolex-00000000-1-1-{number}.renames"
        note.write_text(text, encoding="utf-8")
        (inside / name).write_text("x", encoding="utf-8")
        settle(inside)
        assert (tmp_path / "secret").read_text(encoding="utf-8") == "secret"
        assert names(inside) == [name]


def test_an_error_while_a_pair_is_written_keeps_both(tmp_path: Path) -> None:
    targets = tmp_path / "x.npy", tmp_path / "x.txt"
    for path in targets:
        path.write_text("old", encoding="utf-8")
    with pytest.raises(ValueError, match="no"), atomic_together(*targets) as written:
        written[0].write_text("new", encoding="utf-8")
        raise ValueError("no")
    assert [path.read_text(encoding="utf-8") for path in targets] == ["old", "old"]
    assert names(tmp_path) == ["x.npy", "x.txt"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_no_room_is_said_of_the_target(number: int, tmp_path: Path) -> None:
    def write() -> None:
        with atomic_path(tmp_path / "a.txt"):
            raise OSError(number, os.strerror(number))

    with pytest.raises(OSError, match="a.txt") as caught:
        write()
    assert full_disk(caught.value) and caught.value.filename == str(tmp_path / "a.txt")
    assert names(tmp_path) == []


@pytest.mark.parametrize("error", [OSError("5 requested and 0 written"), RuntimeError("flush")])
@pytest.mark.parametrize("full", [True, False])
def test_libraries_that_do_not_say_why(
    full: bool, error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if full:
        monkeypatch.setattr(temporaries, "_refused", lambda place: errno.ENOSPC)

    def write() -> None:
        with temporary_folder(tmp_path, "a"):
            raise error

    with pytest.raises(OSError if full else type(error)) as caught:
        write()
    assert (caught.value is error) != full
    assert names(tmp_path) == []


def test_the_second_that_holds_a_folder_waits(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from concept_core.temporaries import folder_lock\n"
        "with folder_lock(Path(sys.argv[1])): print('mine')\n"
    )
    with folder_lock(tmp_path):
        process = start(code, tmp_path)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=1.5)
    assert process.communicate()[0] == "mine\n"
    assert names(tmp_path) == []


@pytest.mark.usefixtures("no_posix")
def test_where_the_system_is_not_posix_files_are_written_and_renamed_together(
    tmp_path: Path,
) -> None:
    one, two = tmp_path / "x.npy", tmp_path / "x.txt"
    write_text(one, "rows before")
    with temporary_file(two) as held:
        sweep(tmp_path)
        assert held.exists()
    with atomic_together(one, two) as (first, second):
        first.write_text("new rows")
        second.write_text("new ids")
    assert (one.read_text(), two.read_text()) == ("new rows", "new ids")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.npy", "x.txt"]
