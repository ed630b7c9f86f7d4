"""The one loop that hands out jobs: what is tried again, what is lost, in which order it comes."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
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


def dispatch(
    crew: Crew, jobs: Sequence[Any], workers: int, *, ordered: bool
) -> Iterator[Done[Any] | Lost]:
    """Do all jobs with a crew of so many workers, as ``Engine.map`` says."""
    waiting = deque(range(len(jobs)))
    tries: Counter[int] = Counter()
    busy: dict[int, int] = {}
    held: dict[int, Done[Any] | Lost] = {}
    following = 0
    # What is done before its turn is held; behind a slow job that must not fill the memory.
    ahead = _AHEAD * workers if ordered else len(jobs)

    def hand_out() -> None:
        for number in crew.free() if waiting else ():
            if waiting and waiting[0] < following + ahead:
                busy[number] = waiting.popleft()
                tries[busy[number]] += 1
                crew.give(number, jobs[busy[number]])

    hand_out()
    while waiting or busy:
        for number, answer in crew.answers():
            place = busy.pop(number)
            came = _outcome(answer, place, tries[place])
            if came is None:
                waiting.appendleft(place)
            else:
                held[place] = came
        ready = [held.pop(place) for place in (() if ordered else sorted(held))]
        while following in held:
            ready.append(held.pop(following))
            following += 1
        # Workers have their next jobs while the caller looks at what came of the last.
        hand_out()
        yield from ready


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
