"""Orders that no embedding decides: by count, and by chance, which every other must beat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from concept_core.files import sha256_text
from vocab_builder.selection.base import Ranked
from vocab_builder.stages.candidates import Candidate
from vocab_builder.stages.context import Context


@dataclass(frozen=True, slots=True)
class FrequencySelection:
    """Most frequent first; the score is the count."""

    needs: ClassVar[frozenset[str]] = frozenset()

    def __call__(
        self, candidates: Sequence[Candidate], context: Context, size: int | None = None
    ) -> list[Ranked]:
        """Order all candidates by falling count."""
        ordered = sorted(candidates, key=lambda candidate: (-candidate.mass, candidate.label))
        return [Ranked(candidate, candidate.mass) for candidate in ordered]


@dataclass(frozen=True, slots=True)
class RandomSelection:
    """By the hash of seed and label: the order of two labels does not depend on the others.

    There is no score.

    Attributes
    ----------
    seed : int
        Another seed is another order.
    """

    needs: ClassVar[frozenset[str]] = frozenset()
    seed: int = 0

    def __call__(
        self, candidates: Sequence[Candidate], context: Context, size: int | None = None
    ) -> list[Ranked]:
        """Order all candidates."""
        ordered = sorted(candidates, key=lambda one: sha256_text(f"{self.seed} {one.label}"))
        return [Ranked(candidate, None) for candidate in ordered]
