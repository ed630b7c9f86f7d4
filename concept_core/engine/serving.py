"""What happens inside a worker, of whatever engine: one job after the other, each answered."""

from __future__ import annotations

import os
import pickle
import traceback
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from concept_core._version import __version__
from concept_core.errors import DataError, SonolexError
from concept_core.parallel import limit_cores


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning that was given in a worker."""

    category: type[Warning]
    text: str
    file: str
    line: int

    def give(self) -> None:
        """Warn in this process, whose filters decide what becomes of it."""
        warnings.warn_explicit(self.text, self.category, self.file, self.line)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one try of one job.

    Attributes
    ----------
    result : object
        Where there is no ``error`` and no ``death``.
    error : Exception or None
        What the job ended with.
    death : str or None
        Why its worker is gone.
    warned : tuple of Warned
    """

    result: Any = None
    error: Exception | None = None
    death: str | None = None
    warned: tuple[Warned, ...] = ()


class Server:
    """Does the jobs that come to one process; what the worker loads is loaded by the first.

    Parameters
    ----------
    pickled : bytes
        The worker.
    cores : int
        How many cores of its machine it may use.
    version : str
        Of the process that asks.
    folder : str, optional
        Where relative paths begin, if there is such a folder on its machine.
    settings : mapping of str to str, optional
        Of the environment, such as where resources lie.
    """

    def __init__(
        self,
        pickled: bytes,
        cores: int,
        version: str = __version__,
        folder: str | None = None,
        settings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._pickled = pickled
        self._cores = cores
        self._version = version
        self._folder = folder
        self._settings = settings
        self._act: Callable[[Any], Any] | None = None

    def answer(self, job: Any) -> Reply:
        """Do a job, with its warnings and its error caught."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result, error = None, None
            try:
                result = self._started()(job)
            except Exception as found:
                error = _portable(found)
        warned = (
            Warned(one.category, str(one.message), one.filename, one.lineno) for one in caught
        )
        return Reply(result, error, warned=tuple(dict.fromkeys(warned)))

    def _started(self) -> Callable[[Any], Any]:
        if self._version != __version__:
            raise DataError(
                f"a worker has sonolex {__version__}, this process {self._version}; install one"
                " version on all machines"
            )
        if self._act is None:
            limit_cores(self._cores)
            os.environ.update(self._settings)
            if self._folder is not None and Path(self._folder).is_dir():
                os.chdir(self._folder)
            self._act = pickle.loads(self._pickled).start()
        return self._act


def _portable(error: Exception) -> Exception:
    """An error that another process can read; with where it was, if it is none of ours."""
    if not isinstance(error, (SonolexError, OSError)):
        error.add_note(f"in a worker:\n{traceback.format_exc()}")
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__} in a worker: {traceback.format_exc()}")
    return error
