"""Is it a word, and in which spelling? By WordNet, ``data/words.txt``, and how words are built."""

from __future__ import annotations

import functools
import re
import unicodedata

from concept_core.files import package_folder
from vocab_builder.words.lists import read_lists, read_words
from vocab_builder.words.normal_form import split_words

# Endings before which English doubles a consonant (yip, yipping) or drops an e (bustle, bustling).
_ENDINGS = ("ing", "ed", "er", "y")
_DOUBLED = re.compile(r"([b-df-hj-np-tv-z])\1$")
# British and American endings and words; a pair counts where WordNet lists both as one thing.
_AMERICAN = tuple(
    (re.compile(british), american)
    for british, american in (
        ("our", "or"), ("re$", "er"), ("ise$", "ize"), ("isation$", "ization"), ("yse$", "yze"),
        ("ogue$", "og"), ("ae", "e"), ("oe", "e"), ("ence$", "ense"), ("ll", "l"), ("l$", "ll"),
        ("mme$", "m"), ("ould", "old"), ("^aero", "air"), ("ough$", "ow"), ("grey", "gray"),
        ("tyre", "tire"), ("kerb", "curb"), ("sceptic", "skeptic"), ("pyjama", "pajama"),
        ("cheque", "check"), ("storey", "story"), ("cosy", "cozy"), ("doughnut", "donut"),
        ("moustache", "mustache"),
    )
)  # fmt: skip
_SHORTEST_PART = 3
_SHORTEST_STEM = 2


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
    nouns (racecar, lawnmower), and forms in -ing, -ed, -er, -y of a verb or noun (yipping).
    Accents make no difference (café).
    """
    decomposed = unicodedata.normalize("NFKD", word.removesuffix("'s").replace("'", ""))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _listed(plain) or _derived(plain) or _compound(plain)


@functools.cache
def american_spelling(word: str) -> str:
    """The American spelling of a word in dictionary form; the word where there is no other.

    Colour and color, tyre and tire, aeroplane and airplane: a pair of endings alone proves nothing
    (four, for), so that WordNet must list both spellings as names of one thing.
    """
    for british, american in _AMERICAN:
        other = british.sub(american, word, count=1)
        if other != word and _names_of_one_thing(word, other):
            return other
    return word


def _names_of_one_thing(one: str, other: str) -> bool:
    from nltk.corpus import wordnet

    return any(
        one in names and other in names
        for synset in wordnet.synsets(one)
        for names in [synset.lemma_names()]
    )


def _listed(word: str) -> bool:
    singular = word.removesuffix("s")
    return word in extra_words() or singular in extra_words() or _morphy(word) is not None


def _derived(word: str) -> bool:
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > _SHORTEST_STEM:
            undoubled = stem[:-1] if _DOUBLED.search(stem) else stem
            if any(_morphy(base, kind) for base in (stem, undoubled, stem + "e") for kind in "nv"):
                return True
    return False


def _compound(word: str) -> bool:
    places = range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
    return any(_morphy(word[:place], "n") and _morphy(word[place:], "n") for place in places)


def _morphy(word: str, kind: str | None = None) -> str | None:
    from nltk.corpus import wordnet

    found: str | None = wordnet.morphy(word, kind)
    return found
