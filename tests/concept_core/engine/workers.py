"""Workers that do what tests ask for; processes that are started import them from here."""

from __future__ import annotations

import os
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from concept_core.audio import BadClipsError
from concept_core.audio.clips import BadClip
from concept_core.errors import AssumptionWarning, IntegrityError
from concept_core.files import atomic_path
from concept_core.parallel import cores


def _tries(folder: str, job: int) -> int:
    """Note one more try of a job in a file, and say how many there were; it outlives a kill."""
    with open(Path(folder) / f"{job}.tries", "a", encoding="ascii") as out:
        out.write("x")
    return (Path(folder) / f"{job}.tries").stat().st_size


@dataclass(frozen=True)
class Squares:
    """Squares, with the process that made them."""

    def start(self) -> Callable[[int], tuple[int, int]]:
        return lambda job: (job * job, os.getpid())


@dataclass(frozen=True)
class Slow:
    """Says in job 0, a second later, how many of the others were done meanwhile."""

    folder: str

    def start(self) -> Callable[[int], int]:
        def act(job: int) -> int:
            if job == 0:
                time.sleep(1)
                return len(os.listdir(self.folder))  # noqa: PTH208
            (Path(self.folder) / str(job)).touch()
            return job

        return act


@dataclass(frozen=True)
class Held:
    """Holds a generator that cleans up after itself, and writes files a while."""

    folder: str

    def start(self) -> Callable[[int], int]:
        def lines() -> Iterator[int]:
            try:
                yield 1
                yield 2
            finally:
                time.sleep(0.2)

        held = lines()
        next(held)

        def act(job: int) -> int:
            with atomic_path(Path(self.folder) / f"{job}.txt") as temporary:
                temporary.write_text("half", encoding="utf-8")
                time.sleep(2 if job > 1 else 0)
            return job + 0 * len(str(held))

        return act


@dataclass(frozen=True)
class Sleeping:
    def start(self) -> Callable[[float], None]:
        return time.sleep


@dataclass(frozen=True)
class Cores:
    def start(self) -> Callable[[int], int]:
        return lambda job: cores()


@dataclass(frozen=True)
class Dying:
    """Kills its own process on the first ``often`` tries of job ``which``."""

    folder: str
    which: int
    often: int

    def start(self) -> Callable[[int], int]:
        def act(job: int) -> int:
            if job == self.which and _tries(self.folder, job) <= self.often:
                os.kill(os.getpid(), signal.SIGKILL)
            return job * job

        return act


@dataclass(frozen=True)
class Refused:
    """Fails with an ``OSError`` on the first ``often`` tries of job ``which``."""

    folder: str
    which: int
    often: int
    kind: type[OSError] = TimeoutError

    def start(self) -> Callable[[int], int]:
        def act(job: int) -> int:
            if job == self.which and _tries(self.folder, job) <= self.often:
                raise self.kind("no answer from the store")
            return job * job

        return act


@dataclass(frozen=True)
class Failing:
    """Ends job 1 with an error of a kind."""

    kind: str

    def start(self) -> Callable[[int], int]:
        def act(job: int) -> int:
            if job != 1:
                return job
            if self.kind == "integrity":
                raise IntegrityError("a.npz: another sum")
            if self.kind == "clips":
                raise BadClipsError([BadClip(0, "a.wav", "a.wav: silent")], 2)
            if self.kind == "unreadable":
                raise _UnreadableError(1, 2)
            raise ZeroDivisionError("of a library")

        return act


@dataclass(frozen=True)
class NoStart:
    def start(self) -> Callable[[int], int]:
        raise IntegrityError("the model is not what was fetched")


@dataclass(frozen=True)
class Warner:
    def start(self) -> Callable[[int], int]:
        def act(job: int) -> int:
            warnings.warn(f"assumed {job}", AssumptionWarning, stacklevel=1)
            return job

        return act


class _UnreadableError(Exception):
    """Pickle cannot make it again."""

    def __init__(self, first: int, second: int) -> None:
        super().__init__(f"{first} {second}")
