"""Workers on a Ray cluster: one that is started on this machine, or one that runs.

Ray Data's ``map_batches`` would do as well while nothing fails. But it tries a job that kills its
worker for ever (or, with a bound, ends the whole run at the first that is given up), and does not
say which job it was. So jobs are handed to actors, and counted, as they are to processes.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import pickle
import signal
import socket
import tempfile
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from concept_core._version import __version__
from concept_core.engine.base import AUTO, TRIES, Done, Job, Lost, Result, Worker
from concept_core.engine.dispatch import crew_size, dispatch
from concept_core.engine.serving import Reply, Server
from concept_core.errors import DataError, MissingError
from concept_core.extras import require_extra
from concept_core.parallel import cores

_STORE = 512 * 2**20
"""Bytes of the store that a cluster of ours shares: a worker's dictionary, and answers."""

_ANSWER_SECONDS = 10.0

_SECONDS = 120.0
"""How long a cluster may take until it has room for the first worker."""

_SETTINGS = ("SONOLEX_HOME", "NLTK_DATA", "HF_HOME", "HF_HUB_OFFLINE")
"""What a worker has as the command has it: where resources lie."""

_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}


@dataclass(frozen=True, slots=True)
class RayEngine:
    """Actors of the cluster that this process is connected to.

    Attributes
    ----------
    workers : int
    cores : int
        Of each worker.
    gpus : float
        Of each worker, or a part of one that several share.
    """

    workers: int
    cores: int
    gpus: float

    def map(
        self, worker: Worker[Job, Result], jobs: Iterable[Job], *, ordered: bool = True
    ) -> Iterator[Done[Result] | Lost]:
        """See ``Engine.map``."""
        count = crew_size(self.workers, jobs)
        with _plain_signals(), contextlib.closing(_Actors(worker, count, self)) as crew:
            yield from dispatch(crew, jobs, count, ordered=ordered)


@contextlib.contextmanager
def connected(address: str | None, workers: int | None) -> Iterator[RayEngine]:
    """An engine on the cluster at an address, or on one of this machine that ends with it.

    Raises
    ------
    MissingError
        Ray is not installed.
    DataError
        No cluster answers.
    """
    os.environ.update({name: os.environ.get(name, value) for name, value in _QUIET.items()})
    ray = require_extra("ray")
    if ray.is_initialized():  # of the program that calls us, which also ends it
        yield _sized(ray, workers)
        return
    with contextlib.ExitStack() as stack:
        if address is None:
            count = workers or cores()
            # Not temporary_folder: its long names leave no room for those of Ray's sockets.
            folder = stack.enter_context(
                tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True)
            )
            how = {
                "num_cpus": max(count, cores()),
                "object_store_memory": _STORE,
                "include_dashboard": False,
                "_temp_dir": folder,
            }
        else:
            how = {"address": address}
        stack.callback(ray.shutdown)
        with _own_signals():
            _connect(ray, how, address)
        yield _sized(ray, workers)


def _connect(ray: Any, how: dict[str, Any], address: str | None) -> None:
    try:
        # Ray itself would ask for minutes.
        if address is not None and address != AUTO:
            host, _, port = address.rpartition(":")
            socket.create_connection((host.strip("[]"), int(port)), _ANSWER_SECONDS).close()
        ray.init(log_to_driver=False, logging_level=logging.CRITICAL, **how)
    except (OSError, RuntimeError, ValueError) as error:
        if address is None:
            raise
        raise DataError(
            f"engine ray:{address}: no cluster answers there ({error}); see that it runs (ray"
            " status) and that Ray and Python are of its versions, or write ray, which starts one"
            " on this machine"
        ) from error
    # What Ray prints of dead workers, on standard output, we say ourselves.
    ray._private.worker._worker_logs_enabled = False


@contextlib.contextmanager
def _plain_signals() -> Iterator[None]:
    """What a signal's handler raises while Ray waits, instead of the error that Ray makes of it."""
    try:
        yield
    except SystemError as error:
        if error.__cause__ is None:
            raise
        raise error.__cause__ from None


@contextlib.contextmanager
def _own_signals() -> Iterator[None]:
    """Ray takes SIGTERM for itself; who called us has said what that does."""
    main_thread = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        # None of one that was not set by Python.
        if main_thread and before is not None:
            signal.signal(signal.SIGTERM, before)


def _sized(ray: Any, workers: int | None) -> RayEngine:
    """Share out what the cluster has."""
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    cpus = [int(node.get("CPU", 0)) for node in nodes]
    count = workers or max(1, sum(cpus))
    gpus = sum(int(node.get("GPU", 0)) for node in nodes)
    return RayEngine(
        workers=count,
        cores=max(1, min(max(cpus), sum(cpus) // count)),
        gpus=1 / math.ceil(count / gpus) if gpus else 0,
    )


class _Actors:
    """A crew of actors. Those for which the cluster has no room yet are given no job."""

    def __init__(self, worker: Worker[Any, Any], size: int, engine: RayEngine) -> None:
        import ray

        self._ray = ray
        self._engine = engine
        self._remote = ray.remote(num_cpus=engine.cores, num_gpus=engine.gpus)(Server)
        self._settings = {name: os.environ[name] for name in _SETTINGS if name in os.environ}
        self._pickled = ray.put(pickle.dumps(worker))
        self._actors: dict[int, Any] = {}
        self._coming: dict[Any, int] = {}
        self._tasks: dict[Any, int] = {}
        self._free: list[int] = []
        self._unstarted = 0
        for number in range(size):
            self._hire(number)

    def free(self) -> list[int]:
        return list(self._free)

    def give(self, number: int, job: Any) -> None:
        self._free.remove(number)
        self._tasks[self._actors[number].answer.remote(job)] = number

    def answers(self) -> list[tuple[int, Reply]]:
        refs = [*self._tasks, *self._coming]
        first, _ = self._ray.wait(refs, timeout=None if self._tasks else _SECONDS)
        if not first:
            raise DataError(
                f"the Ray cluster has had no room for a worker of {self._engine.cores} CPUs for"
                f" {_SECONDS:.0f} s (ray status shows what it has); give other --workers"
            )
        found, _ = self._ray.wait(refs, num_returns=len(refs), timeout=0)
        return [one for ref in found for one in self._taken(ref)]

    def close(self) -> None:
        """End the actors, also those that are at work."""
        for actor in self._actors.values():
            self._ray.kill(actor)

    def _hire(self, number: int) -> None:
        self._actors[number] = self._remote.remote(
            self._pickled, self._engine.cores, __version__, str(Path.cwd()), self._settings
        )
        self._coming[self._actors[number].__ray_ready__.remote()] = number

    def _taken(self, ref: Any) -> Iterator[tuple[int, Reply]]:
        """What came of one reference: an answer, a death, or a worker that is up."""
        task = ref in self._tasks
        number = self._tasks.pop(ref) if task else self._coming.pop(ref)
        try:
            answer = self._ray.get(ref)
        except self._ray.exceptions.RayError as error:
            self._unstarted += not task
            # Its machine may have been lost meanwhile; what fails on and on is no accident.
            if self._unstarted >= TRIES:
                raise _no_worker(error) from error
            self._ray.kill(self._actors[number])
            self._hire(number)
            if task:
                yield number, Reply(death=_why(error))
            return
        self._unstarted = 0
        self._free.append(number)
        if task:
            yield number, answer


def _why(error: Exception) -> str:
    """The first line of what Ray tells of a dead worker, which says which kind of death it was."""
    return f"its worker died ({type(error).__name__}: {_lines(error)[0]})"


def _lines(error: Exception) -> list[str]:
    return [line.strip() for line in str(error).splitlines() if line.strip()] or ["no reason"]


def _no_worker(error: Exception) -> MissingError:
    return MissingError(
        "no worker starts on the Ray cluster: install the same sonolex on every machine of it"
        f" ({_lines(error)[-1]})"
    )
