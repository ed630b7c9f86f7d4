"""Selection by maximal marginal relevance: frequent, and unlike what is chosen already.

Carbonell and Goldstein 1998, doi:10.1145/290941.291025: the next is the candidate with the
largest balance * relevance - (1 - balance) * (best cosine to a chosen one).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from concept_core.errors import UsageError
from vocab_builder.selection.base import Ranked
from vocab_builder.selection.greedy import Nearest, lazy_greedy
from vocab_builder.stages.candidates import Candidate
from vocab_builder.stages.context import Context


@dataclass(frozen=True, slots=True)
class MarginalRelevanceSelection:
    """Largest marginal relevance first; ties go to the more frequent candidate.

    Relevance is log(1 + count), divided by that of the most frequent candidate. The score is the
    marginal relevance when the candidate was chosen, in [-1, 1].

    Attributes
    ----------
    balance : float
        In [0, 1]: 1 looks at relevance alone, 0 at being unlike alone.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"encoder"})
    balance: float = 0.7

    def __post_init__(self) -> None:
        if not 0 <= self.balance <= 1:
            raise UsageError(f"mmr: balance {self.balance} is not in [0, 1]")

    def __call__(
        self, candidates: Sequence[Candidate], context: Context, size: int | None = None
    ) -> list[Ranked]:
        """Order all candidates."""
        atoms = context.embed([candidate.label for candidate in candidates])
        logs = [math.log1p(candidate.mass) for candidate in candidates]
        most = max(logs, default=0.0) or 1.0  # counts may all be 0
        relevance = [self.balance * log / most for log in logs]
        worth = _Marginal(atoms, relevance, 1 - self.balance)
        order, values = lazy_greedy(worth, range(len(candidates)))
        return [
            Ranked(candidates[index], value) for index, value in zip(order, values, strict=True)
        ]


class _Marginal:
    """Marginal relevance, which falls as the chosen come nearer: a ``greedy.Worth``."""

    def __init__(
        self, atoms: NDArray[np.float32], relevance: Sequence[float], weight: float
    ) -> None:
        self._relevance = relevance
        self._weight = weight
        self._nearest = Nearest(atoms)

    def is_quick(self, index: int) -> bool:
        """See the protocol."""
        return True

    def ceilings(self) -> None:
        """See the protocol."""

    def bounds(self, indices: Sequence[int]) -> None:
        """See the protocol."""

    def values(self, indices: Sequence[int]) -> list[float]:
        """See the protocol."""
        # Rounded, so that the last bit of a logarithm decides nothing either.
        return [
            round(self._relevance[index] - self._weight * self._nearest.cosine(index), 6)
            for index in indices
        ]

    def choose(self, index: int) -> None:
        """See the protocol."""
        self._nearest.choose(index)
