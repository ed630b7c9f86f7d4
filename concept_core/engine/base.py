"""What every engine is: a way to do many jobs with workers that keep what is costly to load."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

Job = TypeVar("Job", contravariant=True)
Result = TypeVar("Result", covariant=True)


class Worker(Protocol[Job, Result]):
    """What a worker is made of: small and picklable, so that it can be sent to another machine."""

    def start(self) -> Callable[[Job], Result]:
        """Load what all jobs need, once in each process; what is returned does one job."""
        ...


@dataclass(frozen=True, slots=True)
class Done(Generic[Result]):
    """A job that was done.

    Attributes
    ----------
    place : int
        Of the job in the list.
    result : Result
    """

    place: int
    result: Result


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
        self, worker: Worker[Job, Result], jobs: Sequence[Job], *, ordered: bool = True
    ) -> Iterator[Done[Result] | Lost]:
        """Do all jobs; what comes of each is given as soon as it is there.

        A job whose worker dies, or that ends with an ``OSError``, is tried again, three times in
        all, and then given as ``Lost``. Any other error ends the map: as itself where it is one
        of ours.

        Parameters
        ----------
        worker : Worker
        jobs : sequence
            Picklable, and small: addresses of what is to be read, not the data.
        ordered : bool
            In the order of the jobs, else as they are done.
        """
        ...
