"""What WordNet makes of a label: its senses, and whether its spelling or parse is doubtful."""

from __future__ import annotations

import functools
from typing import Any

from concept_core.errors import MissingError
from concept_core.resources import wordnet_reader
from vocab_builder.words.forms import base_form, is_verb
from vocab_builder.words.idioms import empty_subject
from vocab_builder.words.label_forms import bare_adjective, bare_verb, plural_of
from vocab_builder.words.spelling import unknown_words

# Fields of WordNet whose things sound for themselves: a word with senses in two of them is two.
_SOUNDING = frozenset(
    "noun." + field for field in ("animal", "artifact", "body", "food", "phenomenon", "plant")
)
# A sense that WordNet's texts use so often is what everybody means: dog, train.
_USUAL = 10
_MOST = 6
# Shares of the labels of sonolex-core@0.1.1 that a sound librarian would not sign.
_BARE = {"verb": 0.6, "adjective": 0.8}
_PLURAL, _EMPTY, _GERUND = 0.9, 0.8, 0.25


def has_wordnet() -> bool:
    """Whether WordNet is on this machine; the other functions need it."""
    from concept_core.resources import require_nltk

    try:
        require_nltk("wordnet")
    except MissingError:
        return False
    return True


@functools.cache
def senses(label: str) -> tuple[str, ...]:
    """The senses of a label as a noun, the usual first: ``bat.n.01: nocturnal mammal``."""
    return tuple(f"{synset.name()}: {synset.definition()}" for synset, _ in _nouns(label)[:_MOST])


@functools.cache
def several_things(label: str) -> tuple[str, ...]:
    """The kinds of thing that a label names, where there are several: animal, artifact.

    None where one sense is far more usual than others.
    """
    nouns = _nouns(label)
    if any(uses >= _USUAL for _, uses in nouns):
        return ()
    fields = {synset.lexname() for synset, _ in nouns} & _SOUNDING
    return tuple(sorted(field.removeprefix("noun.") for field in fields)) if len(fields) > 1 else ()


@functools.cache
def doubtful_spelling(label: str) -> str:
    """What is doubtful about the letters of a label; "" where nothing is."""
    unknown = unknown_words(label)
    return f"{', '.join(map(repr, unknown))} in no dictionary" if unknown else ""


@functools.cache
def doubtful_parse(label: str, kind: str) -> tuple[str, float]:
    """What is doubtful about the form of a label, and the share of such labels that are wrong.

    Bare verbs and adjectives, plurals, subjects that say nothing (man typing), a form in -ing
    before its noun (popping explosion), and one after a word that is no noun (dark barking);
    ("", 0) where nothing is.
    """
    *before, last = label.split()
    if bare_verb(label, kind):
        return "a bare verb", _BARE["verb"]
    if bare_adjective(label, kind):
        return "a bare adjective", _BARE["adjective"]
    if singular := plural_of(label):
        return f"a plural of {singular!r}", _PLURAL
    if not before:
        return "", 0.0
    if empty_subject(label):
        return f"{before[0]!r} says nothing about the sound", _EMPTY
    if _gerund(last) and _uses(before[-1], "a") > _uses(before[-1], "n"):
        return f"{before[-1]!r} is no noun that could be {last}", _GERUND
    if _gerund(before[0]):
        return f"begins with {before[0]!r}", _GERUND
    return "", 0.0


def _gerund(word: str) -> bool:
    return word.endswith("ing") and base_form(word) != word and is_verb(base_form(word))


def _uses(word: str, kind: str) -> int:
    """How often WordNet's texts use a word as one part of speech; a listed word once more."""
    wordnet = wordnet_reader()

    return sum(lemma.count() + 1 for lemma in wordnet.lemmas(word, kind))


def _nouns(label: str) -> list[tuple[Any, int]]:
    wordnet = wordnet_reader()

    name = label.replace(" ", "_")
    return [
        (synset, sum(lemma.count() for lemma in synset.lemmas() if lemma.name() == name))
        for synset in wordnet.synsets(name, "n")
        if name in synset.lemma_names()
    ]
