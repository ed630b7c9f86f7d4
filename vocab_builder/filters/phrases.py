"""Which phrases of captions are terms: said often, and of somebody or something in particular."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import ClassVar

from concept_core.errors import UsageError
from concept_core.resources import require_nltk
from vocab_builder.filters.base import hand_over, sieve, source_names
from vocab_builder.stages.candidates import Candidate, Drop, Outcome
from vocab_builder.stages.context import Context
from vocab_builder.words.events import is_entry
from vocab_builder.words.forms import names_thing, sounding
from vocab_builder.words.idioms import idioms, split_event

ANYBODY = "generic-subject"


@dataclass(frozen=True, slots=True)
class Phrases:
    """Drop phrases that captions alone have and that are no term: a tagger made most of them.

    What another source has, or a person wants, stays. Of the rest an event ("dog barking") must be
    said often. What "somebody" or "a machine" does is what anybody does: the sound alone stays for
    it (snoring), if it is a candidate; who speaks, sings or cries is a sound of its own. Other
    phrases must be terms of WordNet, or two nouns that are said very often, the last of which
    another source has too ("car horn"); that something is loud or electric is no term.

    Attributes
    ----------
    sources : tuple of str
        Names of the recipe's sources that are captions.
    min_count : int
        Events of fewer clips go.
    min_compound : int
        Pairs of nouns of fewer clips go.
    """

    sources: tuple[str, ...] = source_names()
    min_count: int = 8
    min_compound: int = 20
    needs: ClassVar[frozenset[str]] = frozenset({"wordnet"})

    def __post_init__(self) -> None:
        if not self.sources:
            raise UsageError("phrases: name at least one source that is captions")
        for option, least in (("min_count", self.min_count), ("min_compound", self.min_compound)):
            if least < 1:
                raise UsageError(f"phrases: {option} must be from 1, found {least}")

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> Outcome:
        """Reasons: generic-subject (the twin is the sound), rare, one-source."""
        require_nltk("wordnet")
        known = {one.label for one in candidates if one.seen_beside(self.sources)}
        # They all stay, so that each can be what a phrase is left out for.
        words = {one.label for one in candidates if " " not in one.label}

        def judge(candidate: Candidate) -> Drop | None:
            if " " not in candidate.label or candidate.seen_beside(self.sources):
                return None
            event = split_event(candidate.label)
            if event is not None:
                return self._judge_event(candidate, *event, words)
            return self._judge_term(candidate, known, words)

        return hand_over(sieve(candidates, judge))

    def _judge_event(
        self, candidate: Candidate, subject: str, verb: str, words: Set[str]
    ) -> Drop | None:
        if idioms().names_anybody(subject, verb):
            sound = candidate.label.split(" ")[1]
            twin = next((one for one in (sounding(verb)[0], sound, verb) if one in words), None)
            return Drop(candidate, "phrases", ANYBODY, twin=twin)
        if candidate.count < self.min_count:
            return Drop(candidate, "phrases", "rare", candidate.count, self.min_count)
        return None

    def _judge_term(self, candidate: Candidate, known: Set[str], words: Set[str]) -> Drop | None:
        if is_entry(candidate.label):
            return None
        first, _, head = candidate.label.rpartition(" ")
        anybody = idioms().things | idioms().persons
        if first in anybody:
            return Drop(candidate, "phrases", ANYBODY, twin=head if head in words else None)
        # Of three words the first two must be one thing: police car siren.
        one_thing = is_entry(first) if " " in first else names_thing(first)
        general = not anybody.isdisjoint(first.split(" "))
        if head not in known or general or not one_thing:
            return Drop(candidate, "phrases", "one-source")
        if candidate.count < self.min_compound:
            return Drop(candidate, "phrases", "rare", candidate.count, self.min_compound)
        return None
