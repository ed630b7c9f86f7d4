"""Audibility: does the word name something that can be heard?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from concept_core.errors import DataError, UsageError
from vocab_builder.candidates import Candidate, Drop, FilterResult, Score
from vocab_builder.context import Context

_ROWS = 2048


@dataclass(frozen=True, slots=True)
class Audibility:
    """Drop a candidate that is far from every word of sources that name only sounds.

    The score is the best cosine to an anchor: a candidate with evidence in one of ``anchors``.
    Anchors themselves stay.

    Attributes
    ----------
    anchors : tuple of str
        Names of sources whose words are audible by authority, such as AudioSet's classes.
    threshold : float
        Least best cosine, in [-1, 1].
    """

    needs: ClassVar[frozenset[str]] = frozenset({"encoder"})
    anchors: tuple[str, ...]
    threshold: float

    def __post_init__(self) -> None:
        if not -1 <= self.threshold <= 1:
            raise UsageError(f"audibility: threshold {self.threshold} is not in [-1, 1]")

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> FilterResult:
        """Reason: not-audible; the twin is the nearest anchor."""
        anchors = [
            index for index, candidate in enumerate(candidates) if candidate.seen_in(self.anchors)
        ]
        if not anchors:
            raise DataError(
                f"audibility: no candidate has evidence in {', '.join(self.anchors)}; name a"
                " [[source]] of the recipe whose words are sounds"
            )
        atoms = context.embed([candidate.label for candidate in candidates])
        kept: list[Candidate] = []
        dropped: list[Drop] = []
        scores: dict[str, Score] = {}
        own = set(anchors)
        for start in range(0, len(candidates), _ROWS):
            cosines = atoms[start : start + _ROWS] @ atoms[anchors].T
            nearest = np.argmax(cosines, axis=1)
            for row, column in enumerate(nearest.tolist()):
                candidate = candidates[start + row]
                score = round(float(cosines[row, column]), 6)
                twin = candidates[anchors[column]].label
                if start + row in own or score >= self.threshold:
                    kept.append(candidate)
                    scores[candidate.label] = Score(score, self.threshold, twin)
                    continue
                dropped.append(
                    Drop(candidate, "audibility", "not-audible", score, self.threshold, twin)
                )
        return FilterResult(tuple(kept), tuple(dropped), scores)
