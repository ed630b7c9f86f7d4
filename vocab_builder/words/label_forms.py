"""Forms that a person would not write as a label: bare verbs and adjectives, plurals.

Each function asks WordNet, and answers with what should stand there instead.
"""

from __future__ import annotations

import functools
from typing import Any

from concept_core.resources import wordnet_reader
from vocab_builder.words.forms import (
    base_form,
    exceptions,
    is_verb,
    participle,
    senses,
    uses,
)

# Nouns below these name a sound or a call: slam, creak and roar are nouns of their own.
_SOUNDS = frozenset(
    {"sound.n.01", "sound.n.02", "sound.n.04", "noise.n.01", "utterance.n.01", "cry.n.01"}
)
# A verb so many times as frequent as the noun is a verb: crush, lift, run.
_RARE_NOUN = 8
# An adjective so many times as frequent as the noun is an adjective: classical.
_RARE_NAME = 3


@functools.cache
def bare_verb(word: str, kind: str = "word") -> str:
    """The gerund of a word that is a verb and hardly a noun; "" of any other.

    WordNet has no noun of it (erupt, narrate); or a tagger took it for a verb, WordNet's texts do
    so eight times as often as for a noun, and the noun is no sound (run, lift; not slam).

    Parameters
    ----------
    kind : str
        Of the concept, as tagged.
    """
    if " " in word or not is_verb(word):
        return ""
    nouns = _synsets(word, "n")
    rare = uses(word, "verb") >= _RARE_NOUN * (uses(word, "noun") + 1)
    if nouns and not (kind == "verb" and rare and not any(map(_is_sound, nouns))):
        return ""
    return participle(word)


@functools.cache
def bare_adjective(word: str, kind: str = "word") -> bool:
    """Whether a word only says how something is: noisy, percussive, classical.

    WordNet has it as an adjective and as no noun; or, of what no tagger took for a noun or a verb,
    its texts use it three times as often so.
    """
    if " " in word or kind in ("noun", "verb") or word not in _lemmas(word, "a"):
        return False
    rare = uses(word, "adjective") > _RARE_NAME * (uses(word, "noun") + 1)
    return word not in _lemmas(word, "n") or (kind == "adjective" and rare)


@functools.cache
def plural_of(label: str) -> str:
    """The singular of a label that ends in a plural: "" where the plural is the term.

    It is where WordNet lists the label, or the word as a thing of its own (glasses, scissors,
    rails), or ``data/forms.toml`` does (fireworks, bagpipes).
    """
    before, space, last = label.rpartition(" ")
    singular = _singular(last)
    own = (sense.lexname() for sense in senses(last, "noun"))
    if not singular or last in exceptions().plurals or "noun.artifact" in own:
        return ""
    if space and label.replace(" ", "_") in _lemmas(label.replace(" ", "_"), "n"):
        return ""
    return f"{before}{space}{singular}"


@functools.cache
def lost_possessive(label: str) -> str:
    """A phrase without the plural before its noun: "horses hoofs" is "horse hoofs".

    "" of labels that WordNet lists (sports car), of words that are listed as a plural themselves,
    and of what a plural does (keys jangling).
    """
    *before, last = label.split()
    if not before or (last.endswith("ing") and is_verb(base_form(last))):
        return ""
    singular = _singular(before[-1])
    name = label.replace(" ", "_")
    listed = before[-1] in _lemmas(before[-1], "n") or before[-1] in exceptions().plurals
    if not singular or listed or name in _lemmas(name, "n"):
        return ""
    return " ".join([*before[:-1], singular, last])


def _singular(word: str) -> str:
    """The noun that a word is a regular plural of; "" where it is none."""
    wordnet = wordnet_reader()

    if not word.endswith("s") or word.endswith("ss") or word in exceptions().stand_alone:
        return ""
    found = wordnet.morphy(word, "n")
    base = base_form(word) if found in (None, word) else found
    regular = word in (f"{base}s", f"{base}es", f"{base[:-1]}ies")
    return base if regular and base in _lemmas(base, "n") else ""


def _is_sound(synset: Any) -> bool:
    return any(one.name() in _SOUNDS for path in synset.hypernym_paths() for one in path)


def _synsets(word: str, kind: str) -> list[Any]:
    wordnet = wordnet_reader()

    found: list[Any] = wordnet.synsets(word, kind)
    return found


def _lemmas(word: str, kind: str) -> set[str]:
    """The names, in small letters as written, of all senses of a word as one part of speech."""
    return {name for synset in _synsets(word, kind) for name in synset.lemma_names()}
