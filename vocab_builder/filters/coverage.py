"""Coverage: a candidate that is nobody's best word adds nothing to what can be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from vocab_builder.stages.candidates import Candidate, Drop, Outcome, Score
from vocab_builder.stages.context import Context

_ROWS = 1024


@dataclass(frozen=True, slots=True)
class Coverage:
    """Drop candidates without which the coverage of the reference stays the same.

    Coverage is the mean over reference embeddings of the best cosine to a concept. A candidate
    adds to that of all others exactly where it is the best; one that is best for fewer than
    ``min_wins`` reference embeddings is dropped.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"encoder", "reference"})
    min_wins: int = 1

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> Outcome:
        """Reason: no-coverage-gain; the score is the number of wins."""
        if not candidates:
            return Outcome((), ())
        atoms = context.embed([candidate.label for candidate in candidates])
        reference = context.reference()
        wins = np.zeros(len(candidates), np.int64)
        for start in range(0, len(reference), _ROWS):
            # argmax takes the first of equals: the more frequent candidate.
            best = np.argmax(reference[start : start + _ROWS] @ atoms.T, axis=1)
            wins += np.bincount(best, minlength=len(candidates))
        kept: list[Candidate] = []
        dropped: list[Drop] = []
        for candidate, won in zip(candidates, wins.tolist(), strict=True):
            if won >= self.min_wins:
                kept.append(candidate.scored(Score("coverage", won, self.min_wins)))
            else:
                dropped.append(Drop(candidate, "coverage", "no-coverage-gain", won, self.min_wins))
        return Outcome(tuple(kept), tuple(dropped))
