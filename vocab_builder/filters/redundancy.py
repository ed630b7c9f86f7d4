"""Redundancy: two labels that the encoder can hardly tell apart need only one atom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from concept_core.errors import UsageError
from concept_core.spelling import unknown_name
from vocab_builder.filters.base import hand_over, named_first
from vocab_builder.filters.calibration import settled
from vocab_builder.stages.candidates import Candidate, Drop, Outcome, Score
from vocab_builder.stages.context import Context
from vocab_builder.words.normal_form import split_words

FREQUENT, GENERAL = "frequent", "general"
PREFERENCES = (FREQUENT, GENERAL)


@dataclass(frozen=True, slots=True)
class Redundancy:
    """Drop a candidate whose cosine to one that stays is above a threshold.

    Attributes
    ----------
    threshold : float or None
        Cosine in (0, 1]; None takes the encoder's calibrated one.
    prefer : str
        Which of two stays: the more ``frequent``, or the more ``general``, that of fewer words
        and, of equals, the more frequent: "bell" before "church bell".
    """

    needs: ClassVar[frozenset[str]] = frozenset({"encoder"})
    threshold: float | None = None
    prefer: str = FREQUENT

    def __post_init__(self) -> None:
        if self.threshold is not None and not 0 < self.threshold <= 1:
            raise UsageError(f"redundancy: threshold {self.threshold} is not in (0, 1]")
        if self.prefer not in PREFERENCES:
            raise unknown_name("preference", self.prefer, PREFERENCES, "redundancy")

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> Outcome:
        """Reason: redundant; the twin is the nearest candidate that was kept, and takes the links.

        Raises
        ------
        UsageError
            There is no threshold, and the encoder cannot tell labels that say one thing.
        """
        threshold, figures = settled(self.threshold, context, "redundancy")
        atoms = context.embed([candidate.label for candidate in candidates])
        # A kept candidate stands for what a person merged into it, too.
        also = [label for candidate in candidates for label in candidate.also]
        merged = dict(zip(also, context.embed(also), strict=True))
        stands_for: list[int] = []
        dropped: dict[int, Drop] = {}
        scored: dict[int, Candidate] = {}
        rows = np.empty((len(atoms) + len(also), atoms.shape[1]), atoms.dtype)
        for index in self._order(candidates):
            candidate = candidates[index]
            cosines = rows[: len(stands_for)] @ atoms[index]
            nearest = int(np.argmax(cosines)) if stands_for else -1
            # Rounded: the last bits of a product differ between machines, a build must not.
            score = round(float(cosines[nearest]), 6) if stands_for else -1.0
            twin = candidates[stands_for[nearest]].label if stands_for else None
            if score > threshold:
                dropped[index] = Drop(candidate, "redundancy", "redundant", score, threshold, twin)
            else:
                measured = Score("redundancy", score if stands_for else None, threshold, twin)
                scored[index] = candidate.scored(measured)
                for row in (atoms[index], *(merged[label] for label in candidate.also)):
                    rows[len(stands_for)] = row
                    stands_for.append(index)
        return hand_over(
            Outcome(
                tuple(scored[index] for index in sorted(scored)),
                tuple(dropped[index] for index in sorted(dropped)),
                judged=figures,
            )
        )

    def _order(self, candidates: Sequence[Candidate]) -> Sequence[int]:
        """Indices, those first that stay: candidates come with the most frequent first."""

        def order(index: int) -> tuple[bool, bool, int]:
            one = candidates[index]
            words = 0 if self.prefer == FREQUENT else len(split_words(one.label))
            return *named_first(one), words

        return sorted(range(len(candidates)), key=order)
