"""The queue: the candidates most worth a person's minute, in order of doubt.

How strong a doubt is, in (0, 1], says how likely a person would decide otherwise: the share of the
labels of sonolex-core@0.1.1 with that doubt that a sound librarian did not sign. Doubts of one
candidate add up.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from concept_core.values import Value
from concept_core.vocabulary import Evidence
from vocab_builder.curation.aliases import final_twin
from vocab_builder.curation.decisions import FATES, KEEP, Decision, Decisions
from vocab_builder.curation.wording import (
    doubtful_parse,
    doubtful_spelling,
    has_wordnet,
    senses,
    several_things,
)
from vocab_builder.stages.candidates import Candidate, Drop, Score

IS_KEPT, IS_DROPPED, IS_ALIAS = "kept", "dropped", "alias"
# How far from its threshold a score is in doubt, and how strongly so at the threshold.
_AUDIBILITY_MARGIN, _AUDIBILITY = 0.15, 0.7
# Of what filters dropped one in six is wrong, nearer to the threshold more.
_DROPPED = 0.4
_REDUNDANCY_MARGIN, _REDUNDANCY = 0.04, 0.35
# What a head word must be to be missed: said so often, or the last word of so many labels.
_FREQUENT_SHARE, _HEADS = 0.05, 3
# Filters that measure or choose; what others drop, they drop for its letters.
_MEASURING = ("audibility", "redundancy", "coverage", "stop", "frequent", "seen")
_SPELLED_OFTEN = 5
_ENTERED, _LEFT = 0.5, 0.9
_SPELLING, _SENSES, _ONE_SOURCE = 0.9, 0.1, 0.4
_MOST_EVIDENCE = 20


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a candidate is worth a look: a code, a sentence, and how strong it is, in (0, 1]."""

    code: str
    text: str
    strength: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A label near to another in the encoder's space."""

    label: str
    cosine: float
    fate: str


@dataclass(frozen=True, slots=True)
class Question(Value):
    """A candidate with all that a person needs to decide about it.

    Attributes
    ----------
    label, kind : str
    count : int
    fate : str
        ``kept``, ``dropped``, or ``alias`` of a label that is kept.
    rank : int or None
        Its place in the order, from 1.
    filter, reason : str or None
        What dropped it, and why; None for what is kept.
    doubts : tuple of Doubt, the strongest first
    neighbours : tuple of Neighbour, the nearest first
    evidence : tuple of Evidence
        The places with most occurrences.
    scores : tuple of Score
        What the stages measured, that which dropped it last.
    senses : tuple of str
        Of WordNet.
    sources : tuple of str
    decision : Decision or None
        What somebody decided is to become of it; notes do not count.
    """

    label: str
    kind: str
    count: int
    fate: str
    rank: int | None = None
    filter: str | None = None
    reason: str | None = None
    doubts: tuple[Doubt, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    scores: tuple[Score, ...] = ()
    senses: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    decision: Decision | None = None

    @property
    def doubt(self) -> float:
        """All doubts together."""
        return sum(doubt.strength for doubt in self.doubts)


@dataclass(frozen=True, slots=True)
class State:
    """What a build made of every candidate.

    Attributes
    ----------
    kept : sequence of Candidate, in order
    drops : sequence of Drop
    before : mapping of str to str
        Of the last release the fate of every label: ``kept``, or the filter that dropped it.
    since : str
        Its specifier; "" where there is none.
    """

    kept: Sequence[Candidate]
    drops: Sequence[Drop]
    before: Mapping[str, str] = field(default_factory=dict)
    since: str = ""


Doubts = Iterator[tuple[str, Doubt]]


def make_questions(state: State, decisions: Decisions) -> dict[str, Question]:
    """Every candidate as a question, those in doubt among them, by label.

    Without WordNet on this machine nothing is told of senses, spelling and parse.
    """
    found: dict[str, list[Doubt]] = {}
    rules = [_near_audible, _near_redundant, _missing_heads, _one_source, _changes]
    language = has_wordnet()
    for rule in [*rules, *([_wording, _senses] if language else [])]:
        for label, doubt in rule(state):
            found.setdefault(label, []).append(doubt)
    decided = fates(decisions)
    return {
        question.label: replace(
            question,
            doubts=tuple(sorted(found.get(question.label, ()), key=lambda one: -one.strength)),
            senses=senses(question.label) if language else (),
            decision=decided.get(question.label),
        )
        for question in _questions(state)
    }


def fates(decisions: Decisions) -> dict[str, Decision]:
    """By label what is to become of words; of one that is kept and renamed that it is renamed."""
    standing = (one for one in decisions.standing if one.action in FATES)
    return {one.label: one for one in sorted(standing, key=lambda one: one.action != KEEP)}


def make_queue(questions: Iterable[Question]) -> list[Question]:
    """Those in doubt, the most doubtful first, of equals the most frequent."""
    asked = (question for question in questions if question.doubts)
    return sorted(asked, key=lambda one: (-round(one.doubt, 6), -one.count, one.label))


def _questions(state: State) -> Iterator[Question]:
    drops = {drop.candidate.label: drop for drop in state.drops}
    labels = {candidate.label for candidate in state.kept}
    for rank, candidate in enumerate(state.kept, 1):
        yield _question(candidate, fate=IS_KEPT, rank=rank)
    for drop in state.drops:
        end = final_twin(drop.candidate.label, drops)
        fate = IS_ALIAS if end is not None and end[0] in labels else IS_DROPPED
        scores = (*drop.candidate.scores, _own_score(drop))
        question = _question(drop.candidate, fate=fate, rank=drop.rank)
        yield replace(question, filter=drop.filter, reason=drop.reason, scores=scores)
    for label, fate in state.before.items():
        if fate == IS_KEPT and label not in drops and label not in labels:
            yield Question(label, "word", 0, IS_DROPPED, filter="sources", reason="not-mined")


def _question(candidate: Candidate, *, fate: str, rank: int | None) -> Question:
    evidence = sorted(candidate.evidence, key=lambda one: (-one.count, one))
    return Question(
        candidate.label,
        candidate.kind,
        candidate.count,
        fate,
        rank,
        evidence=tuple(evidence[:_MOST_EVIDENCE]),
        scores=candidate.scores,
        sources=tuple(sorted({one.source for one in candidate.evidence})),
    )


def _own_score(drop: Drop) -> Score:
    return Score(drop.filter, drop.score, drop.threshold, drop.twin, drop.reason)


def _measured(state: State, stage: str) -> Iterator[tuple[str, Score]]:
    """What a filter compared, of those that it kept and of those that it dropped."""
    for candidate in state.kept:
        for score in candidate.scores:
            if score.stage == stage:
                yield candidate.label, score
    for drop in state.drops:
        if drop.filter == stage:
            yield drop.candidate.label, _own_score(drop)


def _near(score: Score, margin: float, most: float) -> float:
    """``most`` where a score is at its threshold, half of it at the margin, 0 beyond."""
    if score.value is None or score.threshold is None:
        return 0.0
    away = abs(score.value - score.threshold) / margin
    return round(most * (1 - away / 2), 6) if away < 1 else 0.0


def _near_audible(state: State) -> Doubts:
    for label, score in _measured(state, "audibility"):
        most = _DROPPED if score.flag else _AUDIBILITY
        if strength := _near(score, _AUDIBILITY_MARGIN, most):
            text = f"audible with probability {score.value:.2f}, the threshold is {score.threshold}"
            yield label, Doubt("audibility", text, strength)


def _near_redundant(state: State) -> Doubts:
    for label, score in _measured(state, "redundancy"):
        if strength := _near(score, _REDUNDANCY_MARGIN, _REDUNDANCY):
            text = f"cosine {score.value:.2f} to {score.twin!r}, the threshold is {score.threshold}"
            yield label, Doubt("redundancy", text, strength)


def _missing_heads(state: State) -> Doubts:
    """Single words that are said often, or that many kept labels end with, and are left out."""
    heads = Counter(one.label.rpartition(" ")[2] for one in state.kept if " " in one.label)
    counts = sorted((one.count for one in state.kept), reverse=True)
    often = counts[int(len(counts) * _FREQUENT_SHARE)] if counts else 0
    most = max((drop.candidate.count for drop in state.drops), default=1)
    for drop in state.drops:
        one = drop.candidate
        named = heads[one.label]
        measured = drop.filter in _MEASURING or drop.filter.startswith("selection:")
        if " " in one.label or not measured or (named < _HEADS and one.count < max(often, 2)):
            continue
        if drop.filter == "stop" and named < _HEADS:
            continue
        text = (
            f"said {one.count:,} times, {named} labels end with it, and it was left out by"
            f" {drop.filter}"
        )
        yield (
            one.label,
            Doubt("head-word", text, round(math.log1p(one.count) / math.log1p(most), 6)),
        )


def _not_own(state: State) -> Iterator[Candidate]:
    """What is kept and not the person's own word, whose wording nobody else need doubt."""
    return (candidate for candidate in state.kept if candidate.own_place is None)


def _one_source(state: State) -> Doubts:
    every = {one.source for candidate in state.kept for one in candidate.evidence}
    for candidate in _not_own(state):
        sources = {one.source for one in candidate.evidence}
        if " " in candidate.label and len(sources) == 1 < len(every):
            text = f"a phrase that only {min(sources)} has"
            yield candidate.label, Doubt("one-source", text, _ONE_SOURCE)


def _wording(state: State) -> Doubts:
    for candidate in _not_own(state):
        if text := doubtful_spelling(candidate.label):
            yield candidate.label, Doubt("spelling", text, _SPELLING)
        text, strength = doubtful_parse(candidate.label, candidate.kind)
        if text:
            yield candidate.label, Doubt("parse", text, strength)
    for drop in state.drops:
        unknown = drop.reason in ("unknown-word", "not-a-word")
        if unknown and drop.candidate.count >= _SPELLED_OFTEN:
            text = f"said {drop.candidate.count:,} times, and in no dictionary"
            yield drop.candidate.label, Doubt("spelling", text, _DROPPED)


def _senses(state: State) -> Doubts:
    for candidate in state.kept:
        if kinds := several_things(candidate.label):
            text = f"names several things: {', '.join(kinds)}"
            yield candidate.label, Doubt("senses", text, _SENSES)


def _changes(state: State) -> Doubts:
    """What is not as it was in the last release."""
    if not state.since:
        return
    drops = {drop.candidate.label: drop for drop in state.drops}
    for candidate in state.kept:
        was = state.before.get(candidate.label)
        if was != IS_KEPT:
            text = f"new since {state.since}" + (f", where {was} dropped it" if was else "")
            yield candidate.label, Doubt("changed", text, _ENTERED)
    kept = {candidate.label for candidate in state.kept}
    for label, was in state.before.items():
        if was == IS_KEPT and label not in kept:
            drop = drops.get(label)
            cause = "no source has it now" if drop is None else f"now dropped by {drop.filter}"
            yield label, Doubt("changed", f"in {state.since}, {cause}", _LEFT)
