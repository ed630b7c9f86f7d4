"""Decisions in a build: what they do before the filters, at each filter, and to the order.

Before the filters words are renamed, merged and dropped, and words that are kept though no source
has them are added. No filter drops a word that is kept: what it would have done stays on record
as the flag of a score. In the order of the selection kept words come first, so that every size
holds them.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from concept_core.vocabulary import Evidence
from vocab_builder.curation.decisions import (
    DROP,
    FATES,
    KEEP,
    MERGE,
    RENAME,
    Decision,
    Decisions,
    file_name,
    follow,
)
from vocab_builder.stages.candidates import Candidate, Drop, Outcome, Score

STAGE = "decisions"
RENAMED, MERGED, DROPPED = "renamed", "merged", "dropped"
NOT_MINED, TARGET_GONE, LEFT_OUT = "not-mined", "target-gone", "left-out"


@dataclass(frozen=True, slots=True)
class Stale:
    """A decision that no longer applies, and why.

    ``code`` is ``not-mined`` (nothing has its label), ``target-gone`` (nothing has that of its
    ``to``) or ``left-out`` (it says something of a word that is not in the vocabulary).
    """

    decision: Decision
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Curated:
    """What decisions made of candidates, before any filter.

    Attributes
    ----------
    kept : tuple of Candidate
        Most frequent first, ties by label; those to keep are protected.
    dropped : tuple of Drop
        Renamed and merged candidates, whose twin is the label that they are under now, and those
        that a person dropped, with the person's reason.
    added : tuple of str
        Labels that no source has: new names, and words kept though nobody mined them.
    names : mapping of str to str
        Of renamed labels the one that their id is made from: the first that they had.
    aliases : mapping of str to str
        Renamed and merged labels, mined or not, with the one that they are under.
    stale : tuple of Stale
    """

    kept: tuple[Candidate, ...]
    dropped: tuple[Drop, ...] = ()
    added: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    stale: tuple[Stale, ...] = ()


def apply_decisions(candidates: Sequence[Candidate], decisions: Decisions) -> Curated:
    """Rename, merge, drop and add candidates as decisions say.

    Every label of ``candidates`` and of ``added`` is in ``kept`` or in ``dropped``, once. Of a
    renamed label the evidence goes to the new name, of a merged one to its target. Applied to what
    it kept it changes nothing.
    """
    if not decisions.standing:
        return Curated(tuple(candidates))
    mined = {candidate.label: candidate for candidate in candidates}
    moves = _Moves(decisions, mined)
    present = mined | {one.label: _own(one) for one in moves.unmined}
    kept = _gathered(present, moves)
    dropped = [
        _moved(present[label], moves.action(label), moves.final(label))
        for label in present
        if moves.final(label) != label
    ]
    for decision in decisions.standing:
        if decision.action == DROP and decision.label in kept:
            reason = decision.reason or DROPPED
            dropped.append(Drop(kept.pop(decision.label), STAGE, reason))
    labels = {*kept, *(drop.candidate.label for drop in dropped)}
    for decision in decisions.standing:
        if decision.action == KEEP:
            label = moves.final(decision.label)
            kept[label] = replace(kept[label], protected=True)
    return Curated(
        kept=tuple(sorted(kept.values(), key=_by_mass)),
        dropped=tuple(dropped),
        added=tuple(sorted(labels - mined.keys())),
        names=moves.names(),
        aliases=moves.aliases(),
        stale=tuple(_stale(decisions, moves)),
    )


class _Moves:
    """Where renamed and merged labels end: at the first label on their way that is there."""

    def __init__(self, decisions: Decisions, mined: Collection[str]) -> None:
        self._moves = decisions.moves
        self._there = set(mined)
        self.unmined = self._unmined(decisions)
        self._there.update(one.label for one in self.unmined)
        waiting = [one for one in self._moves.values() if one.action == RENAME]
        while ready := [one for one in waiting if one.label in self._there]:
            self._there.update(one.to for one in ready)
            waiting = [one for one in waiting if one not in ready]
        landings = {label: self._landing(one.to) for label, one in self._moves.items()}
        self._next = {label: to for label, to in landings.items() if to is not None}

    def _unmined(self, decisions: Decisions) -> tuple[Decision, ...]:
        """The words to keep that no source has, under no name that they were given."""
        found: dict[str, Decision] = {}
        for one in decisions.standing:
            label = one.label
            while label not in self._there and label in self._moves:
                label = self._moves[label].to
            if one.action == KEEP and label not in self._there:
                found.setdefault(one.label, one)
        return tuple(found.values())

    def _landing(self, label: str) -> str | None:
        while label not in self._there and label in self._moves:
            label = self._moves[label].to
        return label if label in self._there else None

    def is_there(self, label: str) -> bool:
        """Whether a label is mined, kept, or the new name of one that is."""
        return label in self._there

    def has_target(self, label: str) -> bool:
        """Whether what a label is moved to, or what that became, is there."""
        return label in self._next

    def action(self, label: str) -> str:
        """Whether a moved label is renamed or merged."""
        return self._moves[label].action

    def final(self, label: str) -> str:
        """Where a label ends; itself where nothing moves it."""
        return follow(label, self._next)

    def aliases(self) -> dict[str, str]:
        """All moved labels with the one where they end."""
        return {label: self.final(label) for label in self._next}

    def names(self) -> dict[str, str]:
        """Of labels that were other labels' new names the first of these."""
        before = {one.to: one.label for one in self._moves.values() if one.action == RENAME}
        return {label: follow(label, before) for label in before if label in self._there}


def _own(decision: Decision) -> Candidate:
    """The candidate of a word that a person keeps and no source has."""
    evidence = Evidence(STAGE, file_name(decision) or STAGE, 1)
    return Candidate(decision.label, _kind("word", decision.label), (evidence,))


def _gathered(present: Mapping[str, Candidate], moves: _Moves) -> dict[str, Candidate]:
    """Candidates by the labels where they end, with the evidence of all that end there."""
    kept = {label: one for label, one in present.items() if moves.final(label) == label}
    # The renamed before the merged: a new name has the kind of what it names.
    moved = sorted(
        (label for label in present if moves.final(label) != label),
        key=lambda label: moves.action(label) != RENAME,
    )
    for label in moved:
        final, one = moves.final(label), present[label]
        one = replace(one, also=(*one.also, label))
        if final in kept:
            kept[final] = kept[final].absorb(one)
        else:
            kept[final] = replace(one, label=final, kind=_kind(one.kind, final))
    return kept


def _kind(kind: str, label: str) -> str:
    """The kind of a label that was another one, or none, before."""
    if " " in label:
        return "phrase"
    return "word" if kind == "phrase" else kind


def _moved(candidate: Candidate, action: str, final: str) -> Drop:
    reason = RENAMED if action == RENAME else MERGED
    return Drop(candidate, STAGE, reason, twin=final)


def _stale(decisions: Decisions, moves: _Moves) -> Iterable[Stale]:
    """Decisions about words that are not there, and merges into such."""
    for one in decisions.standing:
        if one.action == MERGE and not moves.has_target(one.label):
            yield Stale(one, TARGET_GONE, f"nothing is called {one.to!r}; correct 'to'")
        elif not (one.action == KEEP or moves.is_there(one.label) or _renamed(one, moves)):
            held = one.action in (RENAME, MERGE) and moves.has_target(one.label)
            more = f"; it stays an alias of {moves.final(one.label)!r}" if held else ""
            yield Stale(one, NOT_MINED, f"no source has {one.label!r}{more}")


def _renamed(decision: Decision, moves: _Moves) -> bool:
    """Whether an annotation is about a word that is there under a later name."""
    return decision.action not in FATES and moves.has_target(decision.label)


def protect(before: Sequence[Candidate], result: Outcome) -> Outcome:
    """A filter's result in which no protected candidate is dropped.

    What the filter found against it is the flag of its score. A candidate that had taken its
    evidence has no longer.

    Parameters
    ----------
    before : sequence of Candidate
        What the filter was given.
    result : Outcome
        What the filter gave.
    """
    overruled = [drop for drop in result.dropped if drop.candidate.protected]
    if not overruled:
        return result
    dropped = tuple(drop for drop in result.dropped if not drop.candidate.protected)
    given = {candidate.label: candidate for candidate in before}
    lost = {drop.twin for drop in overruled if drop.twin}
    kept = [
        _without(given[one.label], one, dropped)
        if one.label in lost and one.evidence != given[one.label].evidence
        else one
        for one in result.kept
    ]
    kept += [
        drop.candidate.scored(
            Score(drop.filter, drop.score, drop.threshold, drop.twin, drop.reason)
        )
        for drop in overruled
    ]
    return replace(result, kept=tuple(sorted(kept, key=_by_mass)), dropped=dropped)


def _without(given: Candidate, kept: Candidate, dropped: Iterable[Drop]) -> Candidate:
    """A kept candidate as it was given, with the evidence of those that it still stands for."""
    one = replace(given, scores=kept.scores, also=kept.also)
    for drop in dropped:
        if drop.twin == one.label:
            one = one.absorb(drop.candidate)
    return one


def kept_first(ordered: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The person's own words in their order, then what else is protected, then all others."""

    def place(one: Candidate) -> tuple[bool, int]:
        return not one.protected, sys.maxsize if one.own_place is None else one.own_place

    return tuple(sorted(ordered, key=place))


def _by_mass(candidate: Candidate) -> tuple[float, str]:
    return -candidate.mass, candidate.label
