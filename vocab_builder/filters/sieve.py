"""What filters that judge one candidate at a time share: drop it, or only flag it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from concept_core.spelling import unknown_name
from vocab_builder.stages.candidates import Candidate, Drop, FilterResult, Score

DROP, FLAG = "drop", "flag"
ACTIONS = (DROP, FLAG)

Judge = Callable[[Candidate], Drop | None]


def check_action(action: str, where: str) -> None:
    """Refuse an action that is neither ``drop`` nor ``flag``.

    Raises
    ------
    UsageError
    """
    if action not in ACTIONS:
        raise unknown_name("action", action, ACTIONS, where)


def sieve(candidates: Sequence[Candidate], judge: Judge, action: str = DROP) -> FilterResult:
    """Keep what ``judge`` finds nothing against; to flag, keep all and record what it found."""
    kept: list[Candidate] = []
    dropped: list[Drop] = []
    scores: dict[str, Score] = {}
    for candidate in candidates:
        drop = judge(candidate)
        if drop is not None and action == DROP:
            dropped.append(drop)
            continue
        kept.append(candidate)
        if drop is not None:
            scores[candidate.label] = Score(drop.score, drop.threshold, drop.twin, drop.reason)
    return FilterResult(tuple(kept), tuple(dropped), scores)
