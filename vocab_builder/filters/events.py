"""Events and their sounds: where only cats meow, "cat meowing" and "meow" are one thing."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from concept_core.errors import UsageError
from concept_core.resources import require_nltk, wordnet_reader
from vocab_builder.filters.base import hand_over, source_names
from vocab_builder.stages.candidates import Candidate, Drop, Outcome
from vocab_builder.stages.context import Context
from vocab_builder.words.forms import (
    MANY_SENSES,
    base_form,
    is_verb,
    names_sound,
    names_thing,
    verb_senses,
)
from vocab_builder.words.idioms import idioms

_NEAR = 2
# How often a sound is said for every time that the event is, at most.
_OFTEN = 2


@dataclass(frozen=True, slots=True)
class Told:
    """An event told by a phrase of two words: dog barking, dog bark."""

    subject: str
    verb: str


@dataclass(frozen=True, slots=True)
class Events:
    """Of an event and the sound that it makes, keep one, where nearly all that sounds so is that.

    Who meows? The counts of all events with the verb tell. If one subject has at least ``share`` of
    them, the event is the sound, unless the verb says too many other things (run, crash). What is
    like that subject, such as "dove cooing" beside "pigeon cooing", is the same sound too. Of the
    two stays what a source other than captions has; of two such both, since somebody tells them
    apart. If captions alone have them, the event stays where the sound is hardly said of others.

    Attributes
    ----------
    sources : tuple of str
        Names of the recipe's sources that are captions.
    share : float
        In (0, 1].
    """

    sources: tuple[str, ...] = source_names()
    share: float = 0.5
    needs: ClassVar[frozenset[str]] = frozenset({"wordnet"})

    def __post_init__(self) -> None:
        if not self.sources:
            raise UsageError("events: name at least one source that is captions")
        if not 0 < self.share <= 1:
            raise UsageError(f"events: share {self.share} is not in (0, 1]")

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> Outcome:
        """Reason: event; the twin stays for it, the score is the subject's share of the verb."""
        require_nltk("wordnet")
        told = {one.label: event for one in candidates if (event := told_by(one.label))}
        shares = _shares(candidates, told)
        sounds = {base_form(one.label): one for one in candidates if _is_sound(one.label)}
        dropped: dict[str, Drop] = {}
        # A sound that goes for one event stays for no other: the most frequent events first.
        for one in sorted(candidates, key=lambda one: (-one.mass, one.label)):
            event = told.get(one.label)
            sound = None if event is None else sounds.get(event.verb)
            if event is None or sound is None or sound.label in dropped:
                continue
            share = self._share(event, shares[event.verb])
            if share is None:
                continue
            stays, goes = self._stays(sound, one)
            if stays.label in dropped or any(drop.twin == goes.label for drop in dropped.values()):
                continue
            if not (goes.seen_beside(self.sources) or goes.protected):
                dropped[goes.label] = Drop(
                    goes, "events", "event", share, self.share, twin=stays.label
                )
        kept = tuple(one for one in candidates if one.label not in dropped)
        return hand_over(Outcome(kept, tuple(dropped.values())))

    def _share(self, event: Told, shares: Mapping[str, float]) -> float | None:
        """The subject's share, or that of what it is like; None if that is too little."""
        if event.subject in idioms().persons:
            return None
        first = max(shares, key=lambda subject: (shares[subject], subject))
        same = event.subject == first or _alike(event.subject, first)
        share = round(shares[first], 6)
        return share if same and share >= self.share else None

    def _stays(self, sound: Candidate, event: Candidate) -> tuple[Candidate, Candidate]:
        """The one that stays, and the one that goes."""
        known = sound.seen_beside(self.sources), event.seen_beside(self.sources)
        if known[0] == known[1]:
            # The words of an event are said at least as often: clips with both count for each.
            common = event.count * _OFTEN >= sound.count and not known[0]
            return (event, sound) if common else (sound, event)
        return (sound, event) if known[0] else (event, sound)


@functools.cache
def told_by(label: str) -> Told | None:
    """The event that a phrase of a noun and a verb or its noun tells."""
    words = label.split(" ")
    if len(words) != 2 or not names_thing(words[0]) or not _tells(words[1]):
        return None
    verb = base_form(words[1])
    return Told(words[0], verb) if is_verb(verb) else None


def _tells(word: str) -> bool:
    """Whether a word is what somebody does, or the sound of it: not the mouse of a computer."""
    return word.endswith("ing") or names_sound(word)


def _shares(
    candidates: Iterable[Candidate], told: Mapping[str, Told]
) -> Mapping[str, Mapping[str, float]]:
    """Of each verb the share that its subjects have of its events."""
    counts: dict[str, Counter[str]] = {}
    for one in candidates:
        event = told.get(one.label)
        if event is not None:
            counts.setdefault(event.verb, Counter())[event.subject] += one.count
    return {
        verb: {subject: count / max(of_verb.total(), 1) for subject, count in of_verb.items()}
        for verb, of_verb in counts.items()
    }


def _is_sound(label: str) -> bool:
    """Whether a word by itself says the sound: few other things are called so."""
    if " " in label or not _tells(label):
        return False
    return 0 < verb_senses(base_form(label)) <= MANY_SENSES


def _alike(one: str, other: str) -> bool:
    """Whether one of two nouns is a kind of the other, in their usual senses, or nearly so."""
    first, second = _usual(one), _usual(other)
    if first is None or second is None:
        return False
    return any(
        low in {above for path in high.hypernym_paths() for above in path[-1 - _NEAR :]}
        for low, high in ((first, second), (second, first))
    )


@functools.cache
def _usual(noun: str) -> Any:
    wordnet = wordnet_reader()

    return next(iter(wordnet.synsets(noun, "n")), None)
