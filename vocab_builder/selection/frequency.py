"""Selection by count: the most frequent candidates, ties by label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from vocab_builder.selection.ranking import Ranked
from vocab_builder.stages.candidates import Candidate
from vocab_builder.stages.context import Context


@dataclass(frozen=True, slots=True)
class FrequencySelection:
    """Most frequent first; the score is the count."""

    needs: ClassVar[frozenset[str]] = frozenset()

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> list[Ranked]:
        """Order all candidates by falling count."""
        ordered = sorted(candidates, key=lambda candidate: (-candidate.mass, candidate.label))
        return [Ranked(candidate, candidate.mass) for candidate in ordered]
