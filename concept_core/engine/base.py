"""What every engine is: a way to do many jobs with workers that keep what is costly to load."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")
_Job_contra = TypeVar("_Job_contra", contravariant=True)
_Result_co = TypeVar("_Result_co", covariant=True)

AUTO = "auto"
"""The address of the Ray cluster that runs on this machine, or that RAY_ADDRESS names."""

TRIES = 3
"""How often a job is tried whose worker dies, or whose files or stores do not answer."""


class Worker(Protocol[_Job_contra, _Result_co]):
    """What a worker is made of: small and picklable, so that it can be sent to another machine."""

    def start(self) -> Callable[[_Job_contra], _Result_co]:
        """Load what all jobs need, once in each process; what is returned does one job."""
        ...


@dataclass(frozen=True, slots=True)
class Done(Generic[_Result_co]):
    """A job that was done.

    Attributes
    ----------
    place : int
        Of the job in the list.
    result : Result
    """

    place: int
    result: _Result_co


@dataclass(frozen=True, slots=True)
class Lost:
    """A job that was given up: its workers died, or what it reads did not answer.

    Attributes
    ----------
    place : int
        Of the job in the list.
    reason : str
        Why the last try failed.
    tries : int
        How often it was tried.
    """

    place: int
    reason: str
    tries: int


class Engine(Protocol):
    """Does jobs. Results do not depend on the engine, nor on how many workers it has."""

    @property
    def workers(self) -> int:
        """How many workers it has at a time."""
        ...

    def map(
        self, worker: Worker[Job, Result], jobs: Iterable[Job], *, ordered: bool = True
    ) -> Iterator[Done[Result] | Lost]:
        """Do all jobs; what comes of each is given as soon as it is there.

        A job whose worker dies, or that ends with an ``OSError`` that may pass (not a file that is
        missing or forbidden, nor a full disk), is tried again, ``TRIES`` times in all, and then
        given as ``Lost``. Any other error ends the map, and is raised as it was in the worker.
        Warnings of workers are given in this process.

        Parameters
        ----------
        worker : Worker
        jobs : iterable
            Picklable, and small: addresses of what is to be read rather than the data. They are
            drawn as there are workers for them.
        ordered : bool
            In the order of the jobs, else as they are done.
        """
        ...
