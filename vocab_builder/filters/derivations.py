"""Derivations: laugh and laughter, gust and gusty are one sound; the most frequent word stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from concept_core.resources import require_nltk
from vocab_builder.filters.relations import derivations
from vocab_builder.filters.speakers import let_speak
from vocab_builder.stages.candidates import Candidate, Drop, FilterResult
from vocab_builder.stages.context import Context


@dataclass(frozen=True, slots=True)
class Derivations:
    """Of words derived from one stem with one meaning, keep the most frequent, with all counts.

    ``vocab_builder.filters.relations.derivations`` says which words these are: WordNet's links,
    narrowed to those that change the part of speech only. Who does what a verb says, or what it is
    done with, is something else: sing and singer, blend and blender stay.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"wordnet"})

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> FilterResult:
        """Reason: derivation; the twin is the word that stays and takes count and evidence."""
        require_nltk("wordnet")

        def judge(index: int, stay: Mapping[str, int]) -> Drop | None:
            candidate = candidates[index]
            twins = [stay[word] for word in derivations(candidate.label) if word in stay]
            if not twins:
                return None
            twin = min(twins, key=lambda one: (-candidates[one].mass, candidates[one].label))
            return Drop(candidate, "derivations", "derivation", twin=candidates[twin].label)

        return let_speak(candidates, judge)
