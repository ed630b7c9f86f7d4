"""Redundancy: two labels that the encoder can hardly tell apart need only one atom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from concept_core.errors import UsageError
from vocab_builder.candidates import Candidate, Drop, FilterResult, Score
from vocab_builder.context import Context

# Cosine above which two labels say one thing, by encoder. Spaces differ: what .9 means in one
# is .99 in another, so there is no default for an encoder that nobody calibrated.
THRESHOLDS = {"yamnet-minilm": 0.82}


@dataclass(frozen=True, slots=True)
class Redundancy:
    """Drop a candidate whose cosine to an earlier, more frequent one is above a threshold.

    Attributes
    ----------
    threshold : float or None
        Cosine in (0, 1]; None takes the encoder's calibrated one.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"encoder"})
    threshold: float | None = None

    def __post_init__(self) -> None:
        if self.threshold is not None and not 0 < self.threshold <= 1:
            raise UsageError(f"redundancy: threshold {self.threshold} is not in (0, 1]")

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> FilterResult:
        """Reason: redundant; the twin is the nearest candidate that was kept."""
        threshold = self._threshold(context)
        atoms = context.embed([candidate.label for candidate in candidates])
        kept: list[int] = []
        dropped: list[Drop] = []
        scores: dict[str, Score] = {}
        rows = np.empty_like(atoms)
        for index, candidate in enumerate(candidates):
            cosines = rows[: len(kept)] @ atoms[index]
            nearest = int(np.argmax(cosines)) if kept else -1
            # Rounded: the last bits of a product differ between machines, a build must not.
            score = round(float(cosines[nearest]), 6) if kept else -1.0
            twin = candidates[kept[nearest]].label if kept else None
            if score > threshold:
                dropped.append(Drop(candidate, "redundancy", "redundant", score, threshold, twin))
            else:
                scores[candidate.label] = Score(score if kept else None, threshold, twin)
                rows[len(kept)] = atoms[index]
                kept.append(index)
        return FilterResult(tuple(candidates[index] for index in kept), tuple(dropped), scores)

    def _threshold(self, context: Context) -> float:
        if self.threshold is not None:
            return self.threshold
        try:
            return THRESHOLDS[context.encoder_name]
        except KeyError:
            raise UsageError(
                f"redundancy: no threshold is calibrated for the encoder {context.encoder_name!r};"
                " give one in the recipe, such as threshold = 0.9"
            ) from None
