"""Coded checks of single labels: each a small pure function of a vocabulary.

E is wrong by a rule that builds follow, W is worth a look: of sonolex-core@0.1.1 a sound librarian
would not sign half of what W202 to W209 name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from concept_core.vocabulary import Evidence, Vocabulary
from vocab_builder.filters.form import Form
from vocab_builder.filters.stop import Stop
from vocab_builder.stages.candidates import Candidate
from vocab_builder.stages.context import Context
from vocab_builder.words.idioms import empty_subject
from vocab_builder.words.label_forms import (
    bare_adjective,
    bare_verb,
    lost_possessive,
    plural_of,
)
from vocab_builder.words.lists import read_lists
from vocab_builder.words.normal_form import normal_form
from vocab_builder.words.spelling import unknown_words

# What to do about a label, by the reason of the filter `form`.
_FORM = {
    "too-short": "too short to be read; leave it out, or write it in full",
    "too-long": "{score:.0f} characters, more than {threshold:.0f}; say it in fewer words",
    "too-many-words": "{score:.0f} words, more than {threshold:.0f}; say it in fewer",
    "digits": "has digits; write the number in words, or leave it out",
    "possessive": "a possessive; name the thing alone",
    "not-a-word": "is not made of words; leave it out",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with one label; the message says what to do about it.

    ``other`` is the label that it repeats, where it repeats one.
    """

    code: str
    label: str
    message: str
    other: str | None = None


def e102_stop_word(vocabulary: Vocabulary) -> Iterator[Finding]:
    """A label names nothing that could be heard, in whatever case it is written.

    Of phrases those that a list has as they are: "white noise" is a sound, though neither word is.
    """
    written = {normal_form(label): label for label in reversed(vocabulary.labels)}
    source = Evidence("any", "", 1)
    normal = [Candidate(label, "word", (source,)) for label in reversed(written)]
    for drop in Stop(spare=(source.source,))(normal, Context()).dropped:
        label = written[drop.candidate.label]
        yield Finding("E102", label, "a stop word; the filter stop leaves it out")


def e103_form(vocabulary: Vocabulary) -> Iterator[Finding]:
    """A label is too short, too long, or not made of words."""
    written = [Candidate(label, "word", ()) for label in vocabulary.labels]
    for drop in Form(min_length=2)(written, Context()).dropped:
        message = _FORM[drop.reason].format(score=drop.score, threshold=drop.threshold)
        yield Finding("E103", drop.candidate.label, message)


def e104_misspelling(vocabulary: Vocabulary) -> Iterator[Finding]:
    """A word is in no dictionary: WordNet, the list of this package, or built of their words."""
    function = read_lists(["function"])
    for label in vocabulary.labels:
        for word in unknown_words(normal_form(label), function):
            yield Finding(
                "E104",
                label,
                f"{word!r} is in no dictionary; correct it, or, if it is real, add it to"
                " data/words.txt",
            )


def w201_stale_decision(vocabulary: Vocabulary) -> Iterator[Finding]:
    """A person's decision no longer applies: its word, or the word that it leads to, is gone."""
    for one in vocabulary.metadata.get("stale_decisions", ()):
        message = f"the decision {one['action']} has no effect: {one['text']}"
        yield Finding("W201", one["label"], message)


def w203_bare_verb(vocabulary: Vocabulary) -> Iterator[Finding]:
    """A label is a verb and hardly a noun."""
    for concept in vocabulary:
        gerund = bare_verb(normal_form(concept.label), concept.kind)
        if gerund:
            message = f"a bare verb; say {gerund!r}, with who or what does it where that is heard"
            yield Finding("W203", concept.label, message)


def w204_bare_adjective(vocabulary: Vocabulary) -> Iterator[Finding]:
    """A label says how something is, and not what."""
    for concept in vocabulary:
        if bare_adjective(normal_form(concept.label), concept.kind):
            message = "a bare adjective; add what it is said of, or leave it out"
            yield Finding("W204", concept.label, message)


def w205_plural(vocabulary: Vocabulary) -> Iterator[Finding]:
    """A label is a plural of which the singular is the term, or has one before its noun."""
    for label in vocabulary.labels:
        normal = normal_form(label)
        singular = plural_of(normal) or normal
        singular = lost_possessive(singular) or singular
        if singular != normal:
            message = (
                f"a plural; say {singular!r}, or, if the plural is the term, keep it by a decision"
            )
            yield Finding("W205", label, message)


def w208_empty_subject(vocabulary: Vocabulary) -> Iterator[Finding]:
    """Who acts is anybody or anything: somebody snoring, man typing, device beeping."""
    for label in vocabulary.labels:
        normal = normal_form(label)
        if subject := empty_subject(normal):
            message = (
                f"{subject!r} says nothing about the sound; say what is heard, such as"
                f" {normal.split()[1]!r}, or keep it by a decision"
            )
            yield Finding("W208", label, message)
