"""A command in a process of its own, which signals itself at its so manieth file operation."""

from __future__ import annotations

import mmap
import os
import resource
import signal
import struct
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vocab_builder.cli import main

Action = Callable[[], None]

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# What changes names or modes; Python tells of them before they happen.
_CHANGES = {
    "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "os.link", "os.symlink",
    "os.truncate", "os.utime", "shutil.rmtree", "shutil.copyfile", "fcntl.flock",
    "sqlite3.connect", "tempfile.mkstemp", "tempfile.mkdtemp",
}  # fmt: skip
_OURS = ".sonolex-"


@dataclass(frozen=True, slots=True)
class Stop:
    """The signal, and before which file operation (from 1 on) or after how many seconds."""

    signal: int
    operation: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended.

    Attributes
    ----------
    code : int
        Its exit code; the signal's number, negative, of one that was killed.
    said : str
        On stderr and stdout.
    operations : int
        How many file operations it began.
    seconds : float
    """

    code: int
    said: str
    operations: int
    seconds: float


class Child:
    """A command that has been started in a fork of this process, which has imported all.

    Parameters
    ----------
    action : list of str, or callable
        A command line, or what to call.
    folder : Path
        Where it runs; it has its cache and its temporary files there, and operations there count.
    said : Path
        File for what it says, which must lie elsewhere.
    stop : Stop, optional
    gate : int, optional
        A pipe: it starts once the other end is closed.
    largest : int, optional
        The size in bytes that no file may grow beyond.
    """

    def __init__(
        self,
        action: list[str] | Action,
        folder: Path,
        said: Path,
        *,
        stop: Stop | None = None,
        gate: tuple[int, int] | None = None,
        largest: int | None = None,
    ) -> None:
        self._counter = mmap.mmap(-1, 8)
        self._said = said
        self._began = time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            self._be_child(action, folder, stop, gate, largest)

    def wait(self) -> Ended:
        """How it ended."""
        _, status = os.waitpid(self.pid, 0)
        seconds = time.monotonic() - self._began
        (count,) = struct.unpack("q", self._counter[:8])
        said = self._said.read_text(encoding="utf-8", errors="replace")
        return Ended(os.waitstatus_to_exitcode(status), said, count, seconds)

    def _be_child(
        self,
        action: list[str] | Action,
        folder: Path,
        stop: Stop | None,
        gate: tuple[int, int] | None,
        largest: int | None,
    ) -> None:
        code = 70
        try:
            handle = os.open(self._said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(handle, 1)
            os.dup2(handle, 2)
            os.environ.update(surroundings(folder))
            os.chdir(folder)
            if gate is not None:
                os.close(gate[1])
                os.read(gate[0], 1)
            # A module whose compiled form was cut off could not be loaded by any later run.
            sys.dont_write_bytecode = True
            if largest is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
            _count(folder, self._counter, stop)
            if callable(action):
                action()
            else:
                main(action)
            code = 0
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else int(bool(error.code))
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)


def surroundings(folder: Path) -> Mapping[str, str]:
    """What a command finds in its environment: a cache and a place for temporary files."""
    return {"SONOLEX_HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp")}


def _count(folder: Path, counter: mmap.mmap, stop: Stop | None) -> None:
    import tempfile

    tempfile.tempdir = str(folder / "tmp")
    root, began = f"{folder}/", 0
    if stop is not None and stop.seconds:
        signal.signal(signal.SIGALRM, lambda number, frame: os.kill(os.getpid(), stop.signal))
        signal.setitimer(signal.ITIMER_REAL, stop.seconds)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal began
        if not (event == "open" or event in _CHANGES) or not _counts(event, arguments, root):
            return
        began += 1
        counter[:8] = struct.pack("q", began)
        if stop is not None and began == stop.operation:
            os.kill(os.getpid(), stop.signal)

    sys.addaudithook(hook)


def _counts(event: str, arguments: tuple[Any, ...], root: str) -> bool:
    """Whether an event is of a file below the folder, and may change it."""
    place = arguments[0]
    if isinstance(place, int):
        return event != "open"
    if not isinstance(place, (str, bytes, os.PathLike)):
        return False
    path = os.fsdecode(place)
    if not path.startswith("/"):
        path = root + path  # it runs there, or names a part of a folder that it has open
    if not path.startswith(root):
        return False
    return event != "open" or bool(arguments[2] & _WRITES) or _OURS in path
