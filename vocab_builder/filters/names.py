"""Named entities: a vocabulary of sound names no one and no place."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from concept_core.resources import require_nltk, wordnet_reader
from vocab_builder.filters.base import sieve, source_names
from vocab_builder.stages.candidates import Candidate, Drop, Outcome
from vocab_builder.stages.context import Context
from vocab_builder.words.forms import base_form
from vocab_builder.words.normal_form import split_words


@dataclass(frozen=True, slots=True)
class Names:
    """Drop words that WordNet writes with a capital only, and phrases that hold one.

    Labels are in small letters, so that nothing but a dictionary tells London from rain. A
    phrase that WordNet lists as a common noun (french horn, german shepherd) stays.

    Attributes
    ----------
    spare : tuple of str
        Sources whose labels stay: "middle eastern music" and "velcro" are AudioSet classes.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"wordnet"})
    spare: tuple[str, ...] = source_names(())

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> Outcome:
        """Reasons: named-entity, named-entity-inside."""
        require_nltk("wordnet")

        def judge(candidate: Candidate) -> Drop | None:
            reason = None if candidate.seen_in(self.spare) else _reason(candidate.label)
            return None if reason is None else Drop(candidate, "names", reason)

        return sieve(candidates, judge)


def _reason(label: str) -> str | None:
    words = split_words(label)
    names = [word for word in words if is_name(word)]
    if not names or (len(words) > 1 and _common_phrase(label)):
        return None
    return "named-entity" if len(names) == len(words) else "named-entity-inside"


@functools.cache
def is_name(word: str) -> bool:
    """Whether WordNet knows the word with a capital only; abbreviations (SUV) are no names."""
    wordnet = wordnet_reader()

    names = {
        lemma.name()
        for form in (word, base_form(word))
        for synset in wordnet.synsets(form)
        for lemma in synset.lemmas()
        if lemma.name().lower() == form
    }
    return bool(names) and all(name[0].isupper() and not name.isupper() for name in names)


def _common_phrase(label: str) -> bool:
    """Whether WordNet lists the phrase as a kind of thing, not as one of a kind."""
    wordnet = wordnet_reader()

    synsets = wordnet.synsets(label.replace(" ", "_"), wordnet.NOUN)
    return any(not synset.instance_hypernyms() for synset in synsets)
