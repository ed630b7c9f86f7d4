"""Audibility: does the word name something that can be heard?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from concept_core.errors import DataError, UsageError
from vocab_builder.filters.hearing import fit_hearing, measure
from vocab_builder.stages.candidates import Candidate, Drop, FilterResult, Score
from vocab_builder.stages.context import Context


@dataclass(frozen=True, slots=True)
class Audibility:
    """Drop a candidate that probably names nothing one can hear.

    The score is the probability of ``vocab_builder.filters.hearing``: words near to known words of
    sound, and far from silent ones, are audible.

    Attributes
    ----------
    anchors : tuple of str
        Names of sources whose words are audible by authority, such as AudioSet's classes: they
        are examples, and stay whatever their score.
    examples : tuple of str
        Names of further sources whose words mostly name sounds: measured from, and judged, each
        by the others.
    threshold : float
        Least probability, in [0, 1].
    """

    needs: ClassVar[frozenset[str]] = frozenset({"encoder"})
    anchors: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    threshold: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1:
            raise UsageError(f"audibility: threshold {self.threshold} is not in [0, 1]")
        if not (self.anchors or self.examples):
            raise UsageError(
                'audibility: name sources whose words are sounds, such as anchors = ["audioset"]'
            )

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> FilterResult:
        """Reason: not-audible; the twin is the nearest example."""
        named = (*self.anchors, *self.examples)
        examples = [candidate.label for candidate in candidates if candidate.seen_in(named)]
        if len(examples) < 2:
            raise DataError(
                f"audibility: fewer than two candidates have evidence in {', '.join(named)}; name a"
                " [[source]] of the recipe whose words are sounds"
            )
        counts = {candidate.label: candidate.count for candidate in candidates}
        measured = measure(list(counts), examples, counts, context.embed)
        chances = fit_hearing(examples, counts, context.embed).probability(measured.values)
        kept: list[Candidate] = []
        dropped: list[Drop] = []
        scores: dict[str, Score] = {}
        for candidate, chance, column in zip(
            candidates, chances.tolist(), measured.nearest.tolist(), strict=True
        ):
            # Rounded: the last bits of a product differ between machines, a build must not.
            score, twin = round(chance, 6), examples[column]
            if score >= self.threshold or candidate.seen_in(self.anchors):
                kept.append(candidate)
                scores[candidate.label] = Score(score, self.threshold, twin)
            else:
                dropped.append(
                    Drop(candidate, "audibility", "not-audible", score, self.threshold, twin)
                )
        return FilterResult(tuple(kept), tuple(dropped), scores)
