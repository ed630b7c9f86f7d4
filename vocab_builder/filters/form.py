"""Form: is the label, by its letters alone, a word or phrase that a person would read?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from concept_core.errors import UsageError
from vocab_builder.candidates import Candidate, Drop, FilterResult
from vocab_builder.context import Context
from vocab_builder.normalize import split_words

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
        Words of a label.
    dictionary : str
        ``wordnet``: every word must be in WordNet, in any form; ``none``: not looked up.
    trusted : tuple of str
        Names of sources whose words are real by authority (UCS, the AudioSet ontology).
    """

    min_length: int = 3
    max_length: int = 30
    max_words: int = 3
    dictionary: str = "none"
    trusted: tuple[str, ...] = ()

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

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> FilterResult:
        """Reasons: too-short, too-long, too-many-words, digits, possessive, not-a-word,
        unknown-word."""
        if self.dictionary == "wordnet":
            from concept_core.resources import require_nltk

            require_nltk("wordnet")
        trusted = self._trusted_words(candidates)
        kept: list[Candidate] = []
        dropped: list[Drop] = []
        for candidate in candidates:
            drop = self._judge(candidate, trusted)
            if drop is None:
                kept.append(candidate)
            else:
                dropped.append(drop)
        return FilterResult(tuple(kept), tuple(dropped))

    def _judge(self, candidate: Candidate, trusted: frozenset[str]) -> Drop | None:
        label = candidate.label
        words = split_words(label)
        if len(label) < self.min_length:
            return Drop(candidate, "form", "too-short", len(label), self.min_length)
        if len(label) > self.max_length:
            return Drop(candidate, "form", "too-long", len(label), self.max_length)
        if len(words) > self.max_words:
            return Drop(candidate, "form", "too-many-words", len(words), self.max_words)
        reason = _misspelling(label)
        if reason is None and self.dictionary == "wordnet":
            unknown = [word for word in words if word not in trusted and not _in_wordnet(word)]
            reason = "unknown-word" if unknown else None
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
    if not letters.isalpha() or _THRICE.search(letters):
        return "not-a-word"
    return None


def _in_wordnet(word: str) -> bool:
    from nltk.corpus import wordnet

    return wordnet.morphy(word.replace("'", "")) is not None
