"""Vocabularies side by side: what they share, what they cover, what only one of them can say.

``compare`` takes vocabularies, an encoder and what to measure on; see ``docs/compare.md``.
"""

from __future__ import annotations

from vocab_builder.comparison.model import (
    Compared,
    Comparison,
    NearPair,
    Overlap,
    Said,
    Says,
    Telling,
)
from vocab_builder.comparison.run import compare
from vocab_builder.comparison.scores import ScoredVocabulary, Scores

__all__ = [
    "Compared",
    "Comparison",
    "NearPair",
    "Overlap",
    "Said",
    "Says",
    "ScoredVocabulary",
    "Scores",
    "Telling",
    "compare",
]
