"""Is it a word, and in which spelling? By WordNet, ``data/words.txt``, and how words are built."""

from __future__ import annotations

import functools
import re
import unicodedata

from concept_core.files import package_folder
from concept_core.resources import wordnet_reader
from vocab_builder.words.forms import participle
from vocab_builder.words.lists import read_lists, read_words
from vocab_builder.words.normal_form import split_words

# Endings before which English doubles a consonant (yip, yipping) or drops an e (bustle, bustling).
_ENDINGS = ("ing", "ed", "er", "y")
_DOUBLED = re.compile(r"([b-df-hj-np-tv-z])\1$")
_SHORTEST_PART = 3
_SHORTEST_STEM = 2
# An adjective in -y of a shorter noun is in WordNet, or none: "any" is not of "an".
_SHORTEST_OF_Y = 4
# A part of a compound that is shorter must be in use: WordNet has "hame", "ling" and "vac" too.
_LONG_PART = 5


def unknown_words(label: str, known: frozenset[str] = frozenset()) -> list[str]:
    """The words of a label that are neither in ``known`` nor real, in order.

    A label that the word list has as a whole is real, as is one whose hyphened parts are words:
    "coin-spinning" is, "asdf" is not. Function words (of, and), many of which WordNet leaves out,
    are real inside a phrase.

    Raises
    ------
    MissingError
        If WordNet is not on this machine.
    """
    from concept_core.resources import require_nltk

    require_nltk("wordnet")
    words = split_words(label)
    if label in extra_words():
        return []
    if len(words) > 1:
        known |= read_lists(["function"])
    return [word for word in words if word not in known and not real_word(word)]


@functools.cache
def extra_words() -> frozenset[str]:
    """``data/words.txt``: real words that WordNet 3.0 lacks."""
    return read_words(package_folder("data") / "words.txt")


@functools.cache
def real_word(word: str) -> bool:
    """Whether a single word in normal form is real.

    Real are the words of WordNet and of ``data/words.txt`` in any form, closed compounds of two
    nouns in use (racecar, lawnmower), forms in -ing, -ed and -y of a verb or noun (yipping), and
    those in -er of a verb, spelt as English spells them: "openning", "moter" and "hamering" are
    not real, though "open", "mot", "hame" and "ring" are.
    Accents make no difference (café).
    """
    decomposed = unicodedata.normalize("NFKD", word.removesuffix("'s").replace("'", ""))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _listed(plain) or _derived(plain) or _compound(plain)


def _listed(word: str) -> bool:
    singular = word.removesuffix("s")
    return word in extra_words() or singular in extra_words() or _morphy(word) is not None


def _derived(word: str) -> bool:
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem == word or len(stem) <= _SHORTEST_STEM:
            continue
        undoubled = stem[:-1] if _DOUBLED.search(stem) else stem
        if any(_gives(base, stem, ending) for base in (stem, undoubled, stem + "e")):
            return True
    return False


def _gives(base: str, stem: str, ending: str) -> bool:
    """Whether a word and an ending are spelt as stem and ending."""
    if not any(_common(base, kind) == base for kind in ("v" if ending == "er" else "nv")):
        return False
    spelt = {participle(base).removesuffix("ing")}
    if ending == "y":
        return len(base) >= _SHORTEST_OF_Y and stem in {*spelt, base}
    # British spelling doubles each l: yodelling.
    return stem in (spelt | {base + "l"} if base.endswith("l") else spelt)


def _compound(word: str) -> bool:
    places = range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
    return any(_part(word[:place], word[:place]) and _part(word[place:]) for place in places)


def _part(word: str, base: str | None = None) -> bool:
    """Whether a word, whose dictionary form is ``base`` if that is said, is a noun in use."""
    wordnet = wordnet_reader()

    noun = _common(word, "n")
    if noun is None or base not in (None, noun):
        return False
    return len(noun) >= _LONG_PART or any(one.count() for one in wordnet.lemmas(noun, "n"))


def _common(word: str, kind: str) -> str | None:
    """The dictionary form of a word that is not only a name (Kent) or an abbreviation (PA)."""
    wordnet = wordnet_reader()

    base = _morphy(word, kind)
    if base and any(base in synset.lemma_names() for synset in wordnet.synsets(base, kind)):
        return base
    return None


def _morphy(word: str, kind: str | None = None) -> str | None:
    wordnet = wordnet_reader()

    found: str | None = wordnet.morphy(word, kind)
    return found
