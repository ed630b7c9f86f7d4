"""What filters share: their protocol, names of sources as options, candidates judged one by one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, cast

from concept_core.spelling import unknown_name
from vocab_builder.stages.candidates import Candidate, Drop, Outcome, Score
from vocab_builder.stages.context import Context

DROP, FLAG = "drop", "flag"
ACTIONS = (DROP, FLAG)
_SOURCES = "names of sources"

Judge = Callable[[Candidate], Drop | None]


class Filter(Protocol):
    """A frozen dataclass whose fields are its options, called on candidates in order."""

    @property
    def needs(self) -> frozenset[str]:
        """What it asks for: ``encoder``, ``reference``, names of resources that NLTK reads."""
        ...

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> Outcome:
        """Keep some candidates and drop the rest: kept + dropped = input."""
        ...


def source_names(default: tuple[str, ...] | None = None) -> Any:
    """A field of a filter that holds names of the recipe's sources; None has no default."""
    metadata = {_SOURCES: True}
    if default is None:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def named_sources(stage: Filter) -> Mapping[str, tuple[str, ...]]:
    """The sources that each such option of a filter names."""
    fields = dataclasses.fields(cast(Any, stage))
    return {one.name: getattr(stage, one.name) for one in fields if _SOURCES in one.metadata}


def check_action(action: str, where: str) -> None:
    """Refuse an action that is neither ``drop`` nor ``flag``.

    Raises
    ------
    UsageError
    """
    if action not in ACTIONS:
        raise unknown_name("action", action, ACTIONS, where)


def sieve(candidates: Sequence[Candidate], judge: Judge, action: str = DROP) -> Outcome:
    """Keep what ``judge`` finds nothing against; to flag, keep all and record what it found."""
    kept: list[Candidate] = []
    dropped: list[Drop] = []
    for candidate in candidates:
        drop = judge(candidate)
        if drop is not None and action == DROP:
            dropped.append(drop)
            continue
        if drop is None:
            kept.append(candidate)
        else:
            flag = Score(drop.filter, drop.score, drop.threshold, drop.twin, drop.reason)
            kept.append(candidate.scored(flag))
    return Outcome(tuple(kept), tuple(dropped))


def hand_over(result: Outcome) -> Outcome:
    """Give links and other names of what was dropped to the twins that were kept.

    Counts are not given: clips with "dog barking" are among those with "bark" already.
    """
    kept = {one.label: one for one in result.kept}
    for drop in result.dropped:
        twin = kept.get(drop.twin or "")
        if twin is not None:
            kept[twin.label] = twin.linked(drop.candidate)
    return dataclasses.replace(result, kept=tuple(kept.values()))


def named_first(candidate: Candidate) -> tuple[bool, bool]:
    """Sorts first what no filter may drop, then what a person renamed or merged others to."""
    return not candidate.protected, not candidate.also


def by_count(candidates: Sequence[Candidate]) -> list[int]:
    """Indices by falling count; of equals the shorter label, then the alphabet.

    Those that no filter may drop come first.
    """

    def order(index: int) -> tuple[bool, float, int, str]:
        one = candidates[index]
        return not one.protected, -one.mass, len(one.label), one.label

    return sorted(range(len(candidates)), key=order)
