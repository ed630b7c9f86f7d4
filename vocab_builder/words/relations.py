"""What WordNet says of two words: derived from one stem, or synonyms in their usual sense."""

from __future__ import annotations

import functools
from typing import Any

from concept_core.resources import wordnet_reader
from vocab_builder.words.forms import (
    HAPPENING,
    base_form,
    exceptions,
    is_verb,
    lemma,
    noun_first,
    participle,
    senses,
)

# Of WordNet's letters.
_KINDS = {"n": "noun", "v": "verb"}
# Endings of adjectives that say no more than their noun or verb: creaky, thunderous, rhythmical.
_ADJECTIVE = ("y", "ous", "al", "ic", "ent", "ant", "ive", "ed")
_SHORTEST_STEM = 4
_SHORTEST_WORD = 3


@functools.cache
def derivations(word: str) -> frozenset[str]:
    """Words of the same meaning derived from the stem of ``word``, or it from theirs.

    Of two nouns one must begin with the other, and WordNet list them as one in their first sense:
    laughter and laugh, rhino and rhinoceros. Of others both must begin alike, and WordNet link them
    in a way that changes the part of speech only: a happening and its verb (explosion, explode), an
    adjective and its noun or verb (gusty, gust). A participle stands for its verb: laughing,
    laughter. Phrases have no derivations.
    """
    if " " in word:
        return frozenset()
    base = base_form(word)
    related = _derivations(word)
    if base != word and word.endswith("ing"):
        related |= _derivations(base)
    shown = {participle(one) for one in related if is_verb(one)}
    return (related | shown) - {word, base}


@functools.cache
def _derivations(word: str) -> frozenset[str]:
    wordnet = wordnet_reader()

    lemmas = [
        lemma
        for synset in wordnet.synsets(word)
        for lemma in synset.lemmas()
        if lemma.name() == word
    ]
    linked = {
        other.name()
        for lemma in lemmas
        for other in lemma.derivationally_related_forms()
        if _one_stem(word, other.name()) and (_carries(lemma, other) or _carries(other, lemma))
    }
    listed = {
        other
        for sense in usual_senses(word, 1, "n")
        for other in wordnet.synset(sense).lemma_names()
        if sense in usual_senses(other, 1, "n") and _begins(*sorted((word, other), key=len))
    }
    return frozenset(linked | listed) - {word}


@functools.cache
def closed_compound(first: str, second: str) -> bool:
    """Whether WordNet writes two nouns as one noun, and not as two: "fog" and "horn(s)".

    The first must be no adjective ("black bird" is not always a blackbird), the second a noun in
    the first place: "rain falls" is a sentence and no rainfall.
    """
    wordnet = wordnet_reader()

    head, kind = lemma(second, "noun")
    if kind != "noun" or not noun_first(head) or wordnet.morphy(first, "a") == first:
        return False
    return bool(senses(first + head, "noun")) and not senses(f"{first}_{head}", "noun")


@functools.cache
def usual_senses(label: str, most: int, kinds: str = "nv") -> frozenset[str]:
    """The first ``most`` senses of a label as a noun, and as a verb, by WordNet's names.

    A participle has the senses of its verb as a verb.
    """
    return frozenset(
        synset.name()
        for kind in kinds
        for synset in senses(_as_lemma(label, kind), _KINDS[kind])[:most]
    )


def _as_lemma(label: str, kind: str) -> str:
    verb = base_form(label) if kind == "v" and label.endswith("ing") else label
    return verb.replace(" ", "_")


def _one_stem(one: str, other: str) -> bool:
    """Whether the shorter word begins the other, but for its last two letters if it is long."""
    shorter = min(len(one), len(other))
    same = zip(one, other, strict=False)
    common = next((place for place, (a, b) in enumerate(same) if a != b), shorter)
    return common >= min(shorter, max(_SHORTEST_STEM, shorter - 2))


def _begins(short: str, long: str) -> bool:
    """Whether a word is the beginning of another, which is not its form in -ing (_carries)."""
    return len(short) >= _SHORTEST_WORD and long.startswith(short) and not long.endswith("ing")


def _carries(one: Any, other: Any) -> bool:
    """Whether lemma ``one`` only carries ``other`` to another part of speech."""
    word, base = one.name(), other.name()
    # Forms in -ing are for the rules of one word's forms to unite, or to keep apart.
    if word.endswith("ing") or word in exceptions().stand_alone:
        return False
    if one.synset().pos() in "as":
        return word.endswith(_ADJECTIVE) and len(word) > len(base)
    # Laughter is laughing, vibration is vibrating; a singer and a duckling are someone else.
    happens = one.synset().lexname() in HAPPENING and other.synset().pos() == "v"
    return happens and not _is_agent(word, base)


def _is_agent(noun: str, verb: str) -> bool:
    """Whether the noun is the verb with -er, such as roller and chopper."""
    return noun in {f"{verb}er", f"{verb}r", f"{verb}{verb[-1]}er"}
