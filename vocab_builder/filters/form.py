"""Form: is the label, by its letters alone, a word or phrase that a person would read?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from concept_core.errors import UsageError
from vocab_builder.filters.base import sieve, source_names
from vocab_builder.stages.candidates import Candidate, Drop, Outcome
from vocab_builder.stages.context import Context
from vocab_builder.words.normal_form import split_words
from vocab_builder.words.spelling import unknown_words

DICTIONARIES = ("none", "wordnet")
_THRICE = re.compile(r"(.)\1\1")
_POSSESSIVE = re.compile(r"(?:'s|s')(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Form:
    """Drop what is not a word: length, digits, signs, possessives, unknown spellings.

    Attributes
    ----------
    min_length, max_length : int
        Letters of a label, spaces counted. Thirty is the bound of label-free concept
        bottleneck models (Oikarinen et al., ICLR 2023).
    max_words : int
        Words of a label, of which "cock-a-doodle-doo" is one.
    dictionary : str
        ``wordnet``: every word must be real by ``vocab_builder.words.spelling``, which asks
        WordNet, the list of this package, and how words are built; ``none``: not looked up.
    trusted : tuple of str
        Names of sources whose words are real by authority (UCS, the AudioSet ontology), and whose
        possessives are part of a name ("dentist's drill").
    """

    min_length: int = 3
    max_length: int = 30
    max_words: int = 3
    dictionary: str = "none"
    trusted: tuple[str, ...] = source_names(())

    def __post_init__(self) -> None:
        if self.dictionary not in DICTIONARIES:
            raise UsageError(
                f"form: dictionary {self.dictionary!r} is unknown (known:"
                f" {', '.join(DICTIONARIES)})"
            )

    @property
    def needs(self) -> frozenset[str]:
        """See the protocol."""
        return frozenset({"wordnet"} if self.dictionary == "wordnet" else ())

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> Outcome:
        """Reasons: too-short, too-long, too-many-words, digits, possessive, not-a-word,
        unknown-word."""
        if self.dictionary == "wordnet":
            from concept_core.resources import require_nltk

            require_nltk("wordnet")
        trusted = self._trusted_words(candidates)
        return sieve(candidates, lambda candidate: self._judge(candidate, trusted))

    def _judge(self, candidate: Candidate, trusted: frozenset[str]) -> Drop | None:
        label = candidate.label
        words = label.split()
        if len(label) < self.min_length:
            return Drop(candidate, "form", "too-short", len(label), self.min_length)
        if len(label) > self.max_length:
            return Drop(candidate, "form", "too-long", len(label), self.max_length)
        if len(words) > self.max_words:
            return Drop(candidate, "form", "too-many-words", len(words), self.max_words)
        reason = _misspelling(label)
        if reason == "possessive" and candidate.seen_in(self.trusted):
            reason = None
        if reason is None and self.dictionary == "wordnet" and unknown_words(label, trusted):
            reason = "unknown-word"
        return None if reason is None else Drop(candidate, "form", reason)

    def _trusted_words(self, candidates: Sequence[Candidate]) -> frozenset[str]:
        return frozenset(
            word
            for candidate in candidates
            if candidate.seen_in(self.trusted)
            for word in split_words(candidate.label)
        )


def _misspelling(label: str) -> str | None:
    if any(character.isdigit() for character in label):
        return "digits"
    if _POSSESSIVE.search(label):
        return "possessive"
    letters = label.replace(" ", "").replace("-", "").replace("'", "")
    if not letters.isalpha() or _THRICE.search(label):
        return "not-a-word"
    return None
