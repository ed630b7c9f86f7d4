"""Dictionary forms of English words by WordNet, made careful where ``morphy`` alone is not."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping

from concept_core.files import package_folder

# WordNet's letters for parts of speech.
_POS = {"noun": "n", "verb": "v", "adjective": "a", "adverb": "r"}
_OPEN = ("noun", "verb", "adjective")
# A noun in -ing whose first sense is one of these is a happening, hence a form of its verb;
# other such nouns (building, evening, gathering) are things with a name of their own.
_HAPPENING = frozenset(
    "noun." + field
    for field in (
        "act", "cognition", "communication", "event", "feeling", "phenomenon", "process", "state",
    )
)  # fmt: skip
_TWO_CONSONANTS = re.compile(r"[^aeiou]{2}$")
_NO_PLURAL = ("ss", "us", "is")


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
    noun, verb = _uses(word)
    return _morphy(word, "noun") == word and noun >= verb


@functools.cache
def noun_only(word: str) -> bool:
    """Whether WordNet's texts use the word as a noun and never as a verb, such as "horn"."""
    noun, verb = _uses(word)
    return noun > 0 and verb == 0


@functools.cache
def overrides() -> tuple[frozenset[str], Mapping[str, str]]:
    """``data/forms.toml``: words that stand alone, and irregular forms with their base."""
    path = package_folder("data") / "forms.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return frozenset(table["stand_alone"]), table["irregular"]


def _cut(word: str) -> str:
    """One step towards the dictionary form; the word itself where there is none to take."""
    stand_alone, irregular = overrides()
    if word in stand_alone or word in irregular:
        return irregular.get(word, word)
    fields = _noun_fields(word)
    verb = _morphy(word, "verb")
    if word.endswith("ing") and verb is not None and verb != word:
        return verb if not fields or fields[0] in _HAPPENING else word
    if fields:
        return _singular_of_noun(word)
    noun = None if word.endswith("ss") else _morphy(word, "noun")
    # Of two letters there are only abbreviations: "his" is no plural of "hi".
    if noun is not None and noun != word and len(noun) > 2:
        return noun
    return verb or _morphy(word, "adjective") or _morphy(word, "adverb") or _without_s(word)


def _singular_of_noun(word: str) -> str:
    """A plural that is also listed as a noun (bells, glasses) gives up to its singular."""
    from nltk.corpus import wordnet

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


def _uses(word: str) -> tuple[int, int]:
    """How often WordNet's sense-tagged texts use a word as a noun, and as a verb."""
    from nltk.corpus import wordnet

    noun, verb = (
        sum(found.count() for found in wordnet.lemmas(word, _POS[kind]))
        for kind in ("noun", "verb")
    )
    return noun, verb


@functools.cache
def _noun_fields(word: str) -> tuple[str, ...]:
    """WordNet's fields of the senses of a common noun, the most usual first.

    Empty where the word is no noun or only a name or abbreviation (Waves, US).
    """
    from nltk.corpus import wordnet

    senses = wordnet.synsets(word, _POS["noun"])
    return tuple(sense.lexname() for sense in senses if word in sense.lemma_names())


@functools.cache
def _morphy(word: str, kind: str) -> str | None:
    from nltk.corpus import wordnet

    found: str | None = wordnet.morphy(word, _POS[kind])
    stem = word.removesuffix("ing")
    if kind == "verb" and found == stem + "e" and _TWO_CONSONANTS.search(stem):
        # Of two verbs morphy takes the one in -e: "swinging" would be of "swinge". A stem that
        # ends in two consonants needs no e.
        return stem if wordnet.morphy(stem, _POS[kind]) == stem else found
    return found
