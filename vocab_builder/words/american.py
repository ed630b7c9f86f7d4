"""American spellings of British words."""

from __future__ import annotations

import functools
import re

from concept_core.resources import wordnet_reader

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
    wordnet = wordnet_reader()

    return any(
        one in names and other in names
        for synset in wordnet.synsets(one)
        for names in [synset.lemma_names()]
    )
