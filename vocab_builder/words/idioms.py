"""How people write what captions say otherwise: ``data/idioms.toml``."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from concept_core.files import package_table
from vocab_builder.words.forms import base_form, is_verb


@dataclass(frozen=True, slots=True)
class Idioms:
    """The table: see the comments there."""

    persons: frozenset[str]
    things: frozenset[str]
    voices: frozenset[str]
    words: Mapping[str, str]
    subjects: Mapping[str, str]
    sounds: Mapping[str, str]
    phrases: Mapping[str, str]

    def names_anybody(self, subject: str, verb: str) -> bool:
        """Whether a subject adds nothing to what a verb, in dictionary form, says of it."""
        if subject in self.persons:
            return verb not in self.voices
        return subject in self.things


@functools.cache
def idioms() -> Idioms:
    """What the table says."""
    table = package_table("idioms.toml")
    return Idioms(
        frozenset(table["persons"]),
        frozenset(table["things"]),
        frozenset(table["voices"]),
        table["words"],
        table["subjects"],
        table["sounds"],
        table["phrases"],
    )


@functools.cache
def idiomatic(label: str) -> str:
    """A label as people write it: infant sobbing is baby crying, motor idling is engine idling.

    The words are exchanged first, then subject and sound of an event, then the phrase as a whole.
    """
    table = idioms()
    words = [table.words.get(word, word) for word in label.split(" ")]
    if split_event(" ".join(words)) is not None:
        subject, sound = words
        words = [table.subjects.get(subject, subject), table.sounds.get(sound, sound)]
    phrase = " ".join(words)
    return table.phrases.get(phrase, phrase)


@functools.cache
def split_event(label: str) -> tuple[str, str] | None:
    """Who or what sounds, and the verb in dictionary form; None if the label is no event.

    An event is a noun and a present participle: dog barking, not washing machine or dog bark.
    """
    words = label.split(" ")
    if len(words) != 2 or not words[1].endswith("ing"):
        return None
    verb = base_form(words[1])
    # "Typing" is a word of its own, and still what somebody does.
    return (words[0], verb) if verb == words[1] or is_verb(verb) else None


@functools.cache
def empty_subject(label: str) -> str:
    """Who acts in an event, if that says nothing: "somebody" of somebody snoring, "man" of man
    typing, "tool" of tool drilling; "" of other labels."""
    event = split_event(label)
    return event[0] if event is not None and idioms().names_anybody(*event) else ""
