"""Forms of English words: dictionary forms and participles, and what sort of word each is.

Dictionary forms are WordNet's, made careful where ``morphy`` alone is not. Participles and
exceptions come from ``data/forms.toml``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from concept_core.files import package_table
from concept_core.resources import wordnet_reader

# WordNet's letters for parts of speech.
_POS = {"noun": "n", "verb": "v", "adjective": "a", "adverb": "r"}
_OPEN = ("noun", "verb", "adjective")
# A noun in -ing whose first sense is one of these is a happening, hence a form of its verb;
# other such nouns (building, evening, gathering) are things with a name of their own.
HAPPENING = frozenset(
    "noun." + field
    for field in (
        "act", "cognition", "communication", "event", "feeling", "phenomenon", "process", "state",
    )
)  # fmt: skip
# "The sudden occurrence of an audible event".
_SOUND = "sound.n.04"
# Verbs that mean more things say too little by themselves: crash (12), blow (22), run (41).
MANY_SENSES = 6
_TWO_CONSONANTS = re.compile(r"[^aeiou]{2}$")
_NO_PLURAL = ("ss", "us", "is")
# Verbs of one syllable with one vowel before one consonant, which is doubled: slam, quit, yip.
_ONE_SYLLABLE = re.compile(r"y?[^aeiouy]*(?:qu)?[aeiou][bcdfghjklmnpqrstvz]")
_LOSES_E = re.compile(r".+[^eoy]e")
_SOFT_C = re.compile(r".*[aeiou]c")


@dataclass(frozen=True, slots=True)
class Exceptions:
    """``data/forms.toml``: see the comments there.

    Attributes
    ----------
    stand_alone : frozenset of str
        Words that look like a form of another and are their own.
    irregular : mapping of str to str
        Form to dictionary form.
    plurals : frozenset of str
        Words of which the plural is the term, though WordNet lists only the singular.
    doubled : frozenset of str
        Verbs of several syllables that double their last letter before -ing.
    participles : mapping of str to str
        Verb to a present participle that no rule gives.
    """

    stand_alone: frozenset[str]
    irregular: Mapping[str, str]
    plurals: frozenset[str]
    doubled: frozenset[str]
    participles: Mapping[str, str]


@functools.cache
def exceptions() -> Exceptions:
    """What the rules of this module would get wrong."""
    table = package_table("forms.toml")
    return Exceptions(
        frozenset(table["stand_alone"]),
        table["irregular"],
        frozenset(table["plurals"]),
        frozenset(table["doubled"]),
        table["participles"],
    )


@functools.cache
def participle(verb: str) -> str:
    """The present participle of a verb in dictionary form: bark, slam, chime, tie, unzip.

    Where American and British spelling differ, the American: signaling, traveling.
    """
    table = exceptions()
    if verb in table.participles:
        return table.participles[verb]
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if _LOSES_E.fullmatch(verb):
        return verb[:-1] + "ing"
    if _SOFT_C.fullmatch(verb):
        return verb + "king"
    if _ONE_SYLLABLE.fullmatch(verb) or verb in table.doubled:
        return verb + verb[-1] + "ing"
    return verb + "ing"


@functools.cache
def base_form(word: str) -> str:
    """The dictionary form of a word whose part of speech nobody knows.

    Of a form of a form (buildings) the last one: the function is idempotent.

    - Irregular verb forms, and those in -ed, are cut only where the word is not itself a noun:
      saw, dove, rose, felt, wound, ground and bore stay apart from see, dive, rise and so on.
    - -ing is cut where WordNet knows the verb and the word is no thing by itself: barking and
      singing are cut, string, building and evening are not.
    - Comparatives are cut where the word is neither noun nor verb.
    - ``data/forms.toml`` overrides.
    """
    shorter = _cut(word)
    return word if shorter == word else base_form(shorter)


@functools.cache
def lemma(word: str, kind: str) -> tuple[str, str]:
    """The dictionary form of a tagged word, and the kind that WordNet confirms.

    Taggers err on captions ("a dog whimpers" may end in a plural noun), so that the kind moves to
    one that the dictionary has: an unknown noun "speaking" is the verb "speak".

    Parameters
    ----------
    word : str
        In normal form.
    kind : str
        ``noun``, ``verb`` or ``adjective``, as tagged.
    """
    if kind == "verb":
        base = _morphy(word, "verb") or base_form(word)
    elif kind == "adjective" and _morphy(word, "adjective") == word:
        base = word
    else:
        base = base_form(word)
    # "meowing" is an act of meowing, whatever the tagger says.
    first = "verb" if base != word and word.endswith(("ing", "ed")) else kind
    for known in (first, *_OPEN):
        if _morphy(base, known) == base:
            return base, known
    return base, kind


@functools.cache
def is_adverb(word: str) -> bool:
    """Whether WordNet knows the word as an adverb and as nothing else."""
    return _morphy(word, "adverb") == word and not any(_morphy(word, kind) for kind in _OPEN)


@functools.cache
def is_verb(word: str) -> bool:
    """Whether WordNet knows the word as the dictionary form of a verb."""
    return _morphy(word, "verb") == word


@functools.cache
def noun_first(word: str) -> bool:
    """Whether WordNet's texts use the word at least as often as a noun as as a verb."""
    noun, verb = uses(word, "noun"), uses(word, "verb")
    return _morphy(word, "noun") == word and noun >= verb


@functools.cache
def noun_only(word: str) -> bool:
    """Whether WordNet's texts use the word as a noun and never as a verb, such as "horn"."""
    noun, verb = uses(word, "noun"), uses(word, "verb")
    return noun > 0 and verb == 0


@functools.cache
def sounding(verb: str) -> tuple[str, str]:
    """What a label says for a verb in dictionary form, and the kind of that: no label is a verb.

    The word itself where it is a noun that stands for the sound: one of its first two senses is a
    sound (bark, splash, hum), or it is as often a noun as a verb, a happening, and means little
    else (sneeze; a blow is also a stroke). All others become the present participle: speaking,
    revving, erupting. What no dictionary has as a verb is taken as it stands.
    """
    if not is_verb(verb) or noun_only(verb):
        return verb, "verb" if verb.endswith("ing") else "noun"
    fields = _noun_fields(verb)
    happens = noun_first(verb) and bool(fields) and fields[0] in HAPPENING
    as_noun = names_sound(verb) or (happens and verb_senses(verb) <= MANY_SENSES)
    return (verb, "noun") if as_noun else (participle(verb), "verb")


@functools.cache
def verb_senses(verb: str) -> int:
    """How many things WordNet says that a verb means; 0 where it is none."""
    wordnet = wordnet_reader()

    return len(wordnet.synsets(verb, _POS["verb"]))


@functools.cache
def names_sound(noun: str) -> bool:
    """Whether one of the first two senses of a noun is a sound: bark, splash, hum; not rock."""
    return any(
        _SOUND in {above.name() for above in _above(sense)} for sense in senses(noun, "noun")[:2]
    )


@functools.cache
def names_thing(word: str) -> bool:
    """Whether the word is a noun, and WordNet's texts use it no more often as an adjective."""
    wordnet = wordnet_reader()

    noun, adjective = uses(word, "noun"), uses(word, "adjective")
    if noun == adjective:
        return bool(_noun_fields(word)) and not wordnet.lemmas(word, _POS["adjective"])
    return bool(noun > adjective)


def _cut(word: str) -> str:
    """One step towards the dictionary form; the word itself where there is none to take."""
    table = exceptions()
    if word in table.stand_alone or word in table.irregular:
        return table.irregular.get(word, word)
    fields = _noun_fields(word)
    verb = _morphy(word, "verb")
    if word.endswith("ing") and verb is not None and verb != word:
        return verb if not fields or fields[0] in HAPPENING else word
    if fields:
        return _singular_of_noun(word)
    noun = None if word.endswith("ss") else _morphy(word, "noun")
    # Of two letters there are only abbreviations: "his" is no plural of "hi".
    if noun is not None and noun != word and len(noun) > 2:
        return noun
    return verb or _morphy(word, "adjective") or _morphy(word, "adverb") or _without_s(word)


def _singular_of_noun(word: str) -> str:
    """A plural that is also listed as a noun (bells, glasses) gives up to its singular."""
    wordnet = wordnet_reader()

    if word.endswith("s") and not word.endswith(_NO_PLURAL):
        for ending, singular in wordnet.MORPHOLOGICAL_SUBSTITUTIONS[_POS["noun"]]:
            base: str = word.removesuffix(ending) + singular
            if word.endswith(ending) and len(base) > 2 and _noun_fields(base):
                return base
    return word


def _without_s(word: str) -> str:
    """The regular singular of a word that WordNet does not know (windchimes)."""
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(_NO_PLURAL)
    return word[:-1] if plural else word


def uses(word: str, kind: str) -> int:
    """How often WordNet's sense-tagged texts use a word as a noun, verb or adjective."""
    wordnet = wordnet_reader()

    return sum(found.count() for found in wordnet.lemmas(word, _POS[kind]))


def senses(name: str, kind: str) -> list[Any]:
    """The senses that WordNet lists under this very name, of one kind, the most usual first."""
    wordnet = wordnet_reader()

    return [one for one in wordnet.synsets(name, _POS[kind]) if name in one.lemma_names()]


@functools.cache
def _noun_fields(word: str) -> tuple[str, ...]:
    """WordNet's fields of the senses of a common noun, the most usual first.

    Empty where the word is no noun or only a name or abbreviation (Waves, US).
    """
    return tuple(sense.lexname() for sense in senses(word, "noun"))


def _above(sense: Any) -> set[Any]:
    """A sense and all that is above it."""
    return {one for path in sense.hypernym_paths() for one in path}


@functools.cache
def _morphy(word: str, kind: str) -> str | None:
    wordnet = wordnet_reader()

    found: str | None = wordnet.morphy(word, _POS[kind])
    stem = word.removesuffix("ing")
    if kind == "verb" and found == stem + "e" and _TWO_CONSONANTS.search(stem):
        # Of two verbs morphy takes the one in -e: "swinging" would be of "swinge". A stem that
        # ends in two consonants needs no e.
        return stem if wordnet.morphy(stem, _POS[kind]) == stem else found
    return found
