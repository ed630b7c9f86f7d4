"""Measures of a vocabulary itself, on reference clips or captions: see ``docs/measures.md``.

One module a measure, or a few that belong together; here is what computes all of them.
"""

from __future__ import annotations

from concept_core.measures.classes import ClipClasses
from concept_core.measures.vocabulary import VocabularyMeasures, measure_vocabulary

__all__ = ["ClipClasses", "VocabularyMeasures", "measure_vocabulary"]
