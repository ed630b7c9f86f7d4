"""Engines by name, as people write them: local, ray, ray:ADDRESS."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from concept_core.engine.base import AUTO, Engine
from concept_core.engine.local import LocalEngine
from concept_core.errors import UsageError
from concept_core.extras import check_extra
from concept_core.spelling import check_names

ENGINES = ("local", "ray")

_ADDRESS = re.compile(r"[^/:]+:\d{1,5}|\[[0-9a-fA-F:]+\]:\d{1,5}")


def check_engine(name: str, workers: int | None = None) -> None:
    """See that there is such an engine, before anything slow starts.

    Raises
    ------
    UsageError
        No such engine, an address where it takes none, or fewer workers than one.
    MissingError
        Ray, and the package is not installed.
    """
    kind, colon, address = name.partition(":")
    check_names("engine", [kind], ENGINES)
    # A user and a password have no place there, and are repeated by no message.
    shown = f"***@{address.rpartition('@')[2]}" if "@" in address else address
    if kind == "local" and colon:
        raise UsageError(
            f"engine local:{shown}: local takes no address; write local or ray:{shown}"
        )
    if colon and address != AUTO and not _ADDRESS.fullmatch(address):
        raise UsageError(
            f"engine ray:{shown}: no address of a cluster; write ray, which starts one on this"
            " machine, or ray:HOST:PORT or ray:auto for one that runs"
        )
    if workers is not None and workers < 1:
        raise UsageError(f"workers must be from 1, found {workers}")
    if kind == "ray":
        check_extra("ray")


def beside(engine: Engine) -> Engine | None:
    """An engine with workers beside this process; None of one that is this process itself."""
    return None if isinstance(engine, LocalEngine) and engine.workers == 1 else engine


@contextlib.contextmanager
def open_engine(name: str = "local", workers: int | None = None) -> Iterator[Engine]:
    """An engine by its name; what it started on this machine is ended at the end.

    Parameters
    ----------
    name : str
        ``local``: this machine. ``ray``: a Ray cluster that is started on this machine;
        ``ray:ADDRESS``: one that runs.
    workers : int, optional
        By default one for ``local``, which uses all cores by threads, and for ``ray`` one for each
        core that the cluster has.

    Raises
    ------
    UsageError, MissingError
        As `check_engine`.
    DataError
        No cluster answers at the address.
    """
    check_engine(name, workers)
    kind, _, address = name.partition(":")
    if kind == "local":
        yield LocalEngine(workers or 1)
        return
    from concept_core.engine.ray_engine import connected

    with connected(address or None, workers) as engine:
        yield engine
