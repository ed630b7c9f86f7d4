"""No word is left out for one that a later filter leaves out: filters run again without it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from vocab_builder.curation.aliases import says_the_same
from vocab_builder.stages.candidates import Candidate, Drop, Outcome, StageCount

Run = Callable[[tuple[Candidate, ...]], Outcome]
Say = Callable[[str], None]


def settle(run: Run, candidates: Sequence[Candidate], say: Say) -> Outcome:
    """What filters give once no word was left out for one that a filter left out in the end.

    A filter that unites words keeps one for all, which a later filter may find inaudible: then the
    others were never judged. So that one is taken away, its drop stands, and the filters judge
    the rest again, until no drop leads to such a word. Each round takes at least one away.

    Parameters
    ----------
    run : callable
        All filters, one after the other: candidates to what they keep and drop, with a stage each.
    candidates : sequence of Candidate
        With different labels.
    say : callable
        Called with each line for the user.

    Returns
    -------
    Outcome
        Kept and dropped together are the candidates; the stages are those of the last round.
    """
    given = {one.label: one for one in candidates}
    gone: list[Drop] = []
    while True:
        outcome = run(tuple(given.values()))
        ends = dead_ends(outcome.dropped)
        if not ends:
            stages = _counted(outcome.stages, gone)
            return Outcome(outcome.kept, (*gone, *outcome.dropped), stages, outcome.judged)
        say(f"  again without {len(ends)} words that went after others had gone for them")
        # As it came: what it had taken of the others goes back to them.
        gone += [replace(ends[label], candidate=given.pop(label)) for label in ends]


def _counted(stages: Sequence[StageCount], gone: Sequence[Drop]) -> tuple[StageCount, ...]:
    """Stages of the last round, and where earlier rounds dropped what they took away."""
    left = Counter(drop.filter for drop in gone)
    coming = len(gone)
    counted = []
    for one in stages:
        staying = coming - left[one.stage]
        # Of two filters of one kind the first has them all.
        left[one.stage] = 0
        counted.append(StageCount(one.stage, one.before + coming, one.after + staying))
        coming = staying
    return tuple(counted)


def dead_ends(drops: Sequence[Drop]) -> Mapping[str, Drop]:
    """Drops for their own reason, by label, that another drop leads to, through all twins.

    Where twins lead in a circle, all of the circle are taken for dead ends.
    """
    by_label = {drop.candidate.label: drop for drop in drops}
    ends: dict[str, Drop] = {}
    for drop in drops:
        passed = {drop.candidate.label}
        while says_the_same(drop) and drop.twin in by_label:
            drop = by_label[drop.twin]
            if drop.candidate.label in passed:
                break
            passed.add(drop.candidate.label)
        if len(passed) > 1 and (not says_the_same(drop) or drop.twin in passed):
            ends.setdefault(drop.candidate.label, drop)
    return ends
