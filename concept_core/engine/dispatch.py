"""The one loop that hands out jobs: what is tried again, what is lost, in which order it comes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass
from typing import Any, Protocol

from concept_core.engine.base import TRIES, Done, Lost
from concept_core.engine.serving import Reply
from concept_core.temporaries import full_disk

_LASTING = (FileNotFoundError, FileExistsError, PermissionError, IsADirectoryError,
            NotADirectoryError)  # fmt: skip


_AHEAD = 4
"""How many jobs a worker may be before the first that is not done."""


class Crew(Protocol):
    """The workers of one map, by number; each has at most one job at a time."""

    def free(self) -> list[int]:
        """Those that are up and have no job."""
        ...

    def give(self, number: int, job: Any) -> None:
        """Hand a job to a free worker."""
        ...

    def answers(self) -> list[tuple[int, Reply]]:
        """Wait until workers have answered or died, or until one more is free.

        A worker that died is replaced.
        """
        ...


def crew_size(workers: int, jobs: Iterable[Any]) -> int:
    """No more workers than jobs, where their number is known."""
    return min(workers, len(jobs)) if isinstance(jobs, Sized) else workers


def dispatch(
    crew: Crew, jobs: Iterable[Any], workers: int, *, ordered: bool
) -> Iterator[Done[Any] | Lost]:
    """Do all jobs with a crew of so many workers, as ``Engine.map`` says."""
    queue = _Queue(jobs, _AHEAD * workers if ordered else None)
    busy: dict[int, _Task] = {}

    def hand_out() -> None:
        for number in crew.free():
            task = queue.draw()
            if task is None:
                break
            busy[number] = task
            crew.give(number, task.job)

    hand_out()
    while busy or queue.again or not queue.ended:
        for number, answer in crew.answers():
            task = busy.pop(number)
            came = _outcome(answer, task.place, task.tries)
            if came is None:
                queue.again.append(task)
            else:
                queue.held[task.place] = came
        ready = queue.ready()
        # Workers have their next jobs while the caller looks at what came of the last.
        hand_out()
        yield from ready


@dataclass(slots=True)
class _Task:
    """A job with its place, and how often it was tried."""

    place: int
    job: Any
    tries: int = 0


class _Queue:
    """Jobs that wait, and results that wait for their turn.

    ``ahead`` is how far behind a job that is not done others may be drawn: what is done before its
    turn is held, and must not fill the memory. None where results have no turn.
    """

    def __init__(self, jobs: Iterable[Any], ahead: int | None) -> None:
        self.again: list[_Task] = []
        self.held: dict[int, Done[Any] | Lost] = {}
        self.ended = isinstance(jobs, Sized) and len(jobs) == 0
        self._jobs = enumerate(jobs)
        self._ahead = ahead
        self._drawn = 0
        self._turn = 0

    def draw(self) -> _Task | None:
        """The next job; None where there is none, or none yet."""
        if self.again:
            task = self.again.pop()
        elif self.ended or (self._ahead is not None and self._drawn >= self._turn + self._ahead):
            return None
        else:
            drawn = next(self._jobs, None)
            if drawn is None:
                self.ended = True
                return None
            task = _Task(*drawn)
            self._drawn += 1
        task.tries += 1
        return task

    def ready(self) -> list[Done[Any] | Lost]:
        """Results whose turn it is."""
        if self._ahead is None:
            found, self.held = list(self.held.values()), {}
            return found
        found = []
        while self._turn in self.held:
            found.append(self.held.pop(self._turn))
            self._turn += 1
        return found


def _outcome(answer: Reply, place: int, tries: int) -> Done[Any] | Lost | None:
    """What came of a job; None where it is to be tried again."""
    for one in answer.warned:
        one.give()
    if answer.death is None and answer.error is None:
        return Done(place, answer.result)
    if answer.error is not None and not _may_pass(answer.error):
        raise answer.error
    if tries < TRIES:
        return None
    return Lost(place, answer.death or _said(answer.error), tries)


def _may_pass(error: Exception) -> bool:
    """Whether the next try may do better."""
    return (
        isinstance(error, OSError) and not isinstance(error, _LASTING) and full_disk(error) is None
    )


def _said(error: Exception | None) -> str:
    return f"{type(error).__name__}: {error}"
