"""Measures of a vocabulary itself, on reference clips or captions: see ``docs/measures.md``."""

from __future__ import annotations

from concept_core.measures.classes import ClipClasses
from concept_core.measures.coverage import best_cosines, coverage_curve
from concept_core.measures.fidelity import FidelityPoint, area, fidelity, mean_only_cosine
from concept_core.measures.grounding import Grounding, firings, grounding
from concept_core.measures.naming import naming_places
from concept_core.measures.purity import Purity, purity
from concept_core.measures.redundancy import effective_rank, redundancy
from concept_core.measures.stability import Stability, stability
from concept_core.measures.vocabulary import VocabularyMeasures, measure_vocabulary

__all__ = [
    "ClipClasses",
    "FidelityPoint",
    "Grounding",
    "Purity",
    "Stability",
    "VocabularyMeasures",
    "area",
    "best_cosines",
    "coverage_curve",
    "effective_rank",
    "fidelity",
    "firings",
    "grounding",
    "mean_only_cosine",
    "measure_vocabulary",
    "naming_places",
    "purity",
    "redundancy",
    "stability",
]
