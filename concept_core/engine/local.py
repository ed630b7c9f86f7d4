"""Workers on this machine: this process itself, or processes beside it."""

from __future__ import annotations

import contextlib
import pickle
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from concept_core.engine.base import Done, Job, Lost, Result, Worker
from concept_core.engine.dispatch import crew_size, dispatch
from concept_core.engine.serving import Reply, Server
from concept_core.parallel import cores

_SECONDS = 5.0
"""What a worker that is told to end has for taking away what is half-written."""


class LocalEngine:
    """One worker in this process, or several processes, which share the cores.

    A script that asks for several must begin its work under ``if __name__ == "__main__":``, since
    the processes read it.

    Parameters
    ----------
    workers : int
    """

    def __init__(self, workers: int = 1) -> None:
        self.workers = workers

    def map(
        self, worker: Worker[Job, Result], jobs: Iterable[Job], *, ordered: bool = True
    ) -> Iterator[Done[Result] | Lost]:
        """See ``Engine.map``."""
        if self.workers == 1:
            yield from dispatch(_Here(worker), jobs, 1, ordered=ordered)
            return
        count = crew_size(self.workers, jobs)
        with contextlib.closing(_Processes(worker, count, self.workers)) as crew:
            yield from dispatch(crew, jobs, count, ordered=ordered)


class _Here:
    """A crew of one: this process, with its warnings and all its cores."""

    def __init__(self, worker: Worker[Any, Any]) -> None:
        self._worker = worker
        self._act: Callable[[Any], Any] | None = None
        self._job: Any = None

    def free(self) -> list[int]:
        return [0]

    def give(self, number: int, job: Any) -> None:
        self._job = job

    def answers(self) -> list[tuple[int, Reply]]:
        try:
            if self._act is None:
                self._act = self._worker.start()
            return [(0, Reply(self._act(self._job)))]
        except OSError as error:
            return [(0, Reply(error=error))]


class _Processes:
    """A crew of processes, each with a pipe of its own: whose death it was is never in doubt.

    An executor of ``concurrent.futures`` fails all its jobs when one of its processes dies.
    """

    def __init__(self, worker: Worker[Any, Any], size: int, share: int) -> None:
        self._pickled = pickle.dumps(worker)
        self._cores = max(1, cores() // share)
        # Not forked: threads of this process would hold locks in the copy that nobody opens.
        self._context = get_context("spawn")
        self._busy: set[int] = set()
        self._members: dict[int, tuple[BaseProcess, Connection]] = {}
        for number in range(size):
            self._members[number] = self._member()

    def free(self) -> list[int]:
        return [number for number in self._members if number not in self._busy]

    def give(self, number: int, job: Any) -> None:
        self._busy.add(number)
        # Of one that has died meanwhile the answer tells.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._members[number][1].send(job)

    def answers(self) -> list[tuple[int, Reply]]:
        ready = set(wait([self._members[number][1] for number in self._busy]))
        numbers = [one for one in self._busy if self._members[one][1] in ready]
        self._busy.difference_update(numbers)
        return [(number, self._reply(number)) for number in numbers]

    def close(self) -> None:
        """End the processes, also those that are at work."""
        for number, (process, pipe) in self._members.items():
            # One that waits for a job ends with its pipe.
            pipe.close()
            if number in self._busy:
                process.terminate()
        for process, _ in self._members.values():
            process.join(_SECONDS)
            if process.exitcode is None:
                process.kill()
                process.join()
            process.close()
        self._members.clear()

    def _member(self) -> tuple[BaseProcess, Connection]:
        here, there = self._context.Pipe()
        process = self._context.Process(
            target=_serve, args=(there, self._pickled, self._cores), daemon=True
        )
        process.start()
        # Or the pipe would not end when the process does.
        there.close()
        return process, here

    def _reply(self, number: int) -> Reply:
        process, pipe = self._members[number]
        try:
            reply: Reply = pipe.recv()
        except (EOFError, ConnectionResetError):
            pipe.close()
            process.join()
            code = process.exitcode or 0
            process.close()
            self._members[number] = self._member()
            return Reply(death=_why(code))
        return reply


def _why(code: int) -> str:
    if code < 0:
        name = signal.Signals(-code).name
        return f"its worker was ended by {name}; where memory is short, give fewer --workers"
    return f"its worker ended with {code}"


def _serve(pipe: Connection, pickled: bytes, share: int) -> None:
    """The life of a worker process: until its pipe ends, as it does when the parent is gone."""
    # Ctrl-C reaches all processes of a terminal; the first of them ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    server = Server(pickled, share)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            pipe.send(server.answer(pipe.recv()))


def _end(number: int, frame: object) -> None:
    """End what is at work, so that it takes away what is half-written; quietly."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.unraisablehook = lambda _: None
    raise SystemExit(128 + number)
