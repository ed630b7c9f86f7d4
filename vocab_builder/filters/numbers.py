"""Numbers and measures: "twenty", "50 hz" and "two dogs" say how much, not what is heard."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from concept_core.files import package_table
from vocab_builder.filters.base import sieve, source_names
from vocab_builder.stages.candidates import Candidate, Drop, Outcome
from vocab_builder.stages.context import Context
from vocab_builder.words.normal_form import split_words

# 50, 2.5, 1st, 3x; with letters after it a measure, if these are a unit: 50hz.
_FIGURE = re.compile(r"\d[\d.,/:]*(?:st|nd|rd|th|s|x)?")
_FIGURE_WITH_UNIT = re.compile(r"\d[\d.,/:]*([^\W\d_]+)")


@dataclass(frozen=True, slots=True)
class Numbers:
    """Drop numbers, measures, and phrases that count something.

    Attributes
    ----------
    spare : tuple of str
        Sources whose phrases with a number inside stay: "two-handed saw" is WordNet's.
    """

    needs: ClassVar[frozenset[str]] = frozenset()
    spare: tuple[str, ...] = source_names(())

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> Outcome:
        """Reasons: number, measure, number-inside."""

        def judge(candidate: Candidate) -> Drop | None:
            reason = _reason(candidate.label)
            if reason is None or (reason == "number-inside" and candidate.seen_in(self.spare)):
                return None
            return Drop(candidate, "numbers", reason)

        return sieve(candidates, judge)


def _reason(label: str) -> str | None:
    words = split_words(label)
    numbers = [word for word in words if _is_number(word)]
    after_numbers = _list("units_beside_numbers") if numbers else frozenset()
    units = [word for word in words if _is_unit(word) or word in after_numbers]
    if words and len(numbers) == len(words):
        return "number"
    if set(words) and set(words) <= {*numbers, *units}:
        return "measure"
    return "number-inside" if numbers or any(map(_figure_with_unit, words)) else None


def _is_number(word: str) -> bool:
    return word in _list("numbers") or _FIGURE.fullmatch(word) is not None


def _is_unit(word: str) -> bool:
    return word in _list("units") or _figure_with_unit(word)


def _figure_with_unit(word: str) -> bool:
    found = _FIGURE_WITH_UNIT.fullmatch(word)
    return found is not None and found[1] in _list("units")


@functools.cache
def _list(name: str) -> frozenset[str]:
    return frozenset(package_table("measures.toml")[name])
