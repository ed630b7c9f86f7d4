"""Language: labels in another script, or of another language than English."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from concept_core.errors import UsageError
from concept_core.files import package_table
from vocab_builder.filters.base import sieve
from vocab_builder.stages.candidates import Candidate, Drop, Outcome
from vocab_builder.stages.context import Context
from vocab_builder.words.normal_form import split_words


@dataclass(frozen=True, slots=True)
class Language:
    """Drop what is plainly not English, and say so.

    Single words are too short for statistics. What decides are letters that are not Latin, and
    the words of ``data/languages.toml``. Rarer foreign words fall to ``form`` with a dictionary.

    Attributes
    ----------
    share : float
        Drop a label if at least this share of its words belongs to one other language, in (0, 1].
    """

    needs: ClassVar[frozenset[str]] = frozenset()
    share: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise UsageError(f"language: share {self.share} is not in (0, 1]")

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> Outcome:
        """Reasons: other-script; other-language with the share of its words as score."""

        def judge(candidate: Candidate) -> Drop | None:
            if not all(map(_is_latin, candidate.label)):
                return Drop(candidate, "language", "other-script")
            words = split_words(candidate.label)
            most = max(sum(word in known for word in words) for known in _languages().values())
            share = round(most / max(len(words), 1), 6)
            if share < self.share:
                return None
            return Drop(candidate, "language", "other-language", share, self.share)

        return sieve(candidates, judge)


def _is_latin(character: str) -> bool:
    """Whether a character is a Latin letter, or no letter at all."""
    return not character.isalpha() or unicodedata.name(character, "").startswith("LATIN")


@functools.cache
def _languages() -> Mapping[str, frozenset[str]]:
    table = package_table("languages.toml")
    return {name: frozenset(words) for name, words in table.items()}
