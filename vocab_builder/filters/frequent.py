"""The most frequent candidates: a head start for what follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from concept_core.errors import UsageError
from vocab_builder.filters.base import by_count
from vocab_builder.stages.candidates import Candidate, Drop, Outcome, Score
from vocab_builder.stages.context import Context


@dataclass(frozen=True, slots=True)
class Frequent:
    """Keep the ``most`` most frequent candidates; of equals the shorter label, then the alphabet.

    Attributes
    ----------
    most : int
        How many stay, from 1.
    """

    most: int
    needs: ClassVar[frozenset[str]] = frozenset()

    def __post_init__(self) -> None:
        if self.most < 1:
            raise UsageError(f"frequent: most must be from 1, found {self.most}")

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> Outcome:
        """Reason: infrequent; score: the count; threshold: the least count that stays."""
        order = by_count(candidates)
        kept = sorted(order[: self.most])
        least = min((candidates[index].mass for index in kept), default=0.0)
        stay = (candidates[index] for index in kept)
        dropped = (candidates[index] for index in sorted(order[self.most :]))
        return Outcome(
            tuple(one.scored(Score("frequent", one.mass, least)) for one in stay),
            tuple(Drop(one, "frequent", "infrequent", one.mass, least) for one in dropped),
        )
