"""Synonyms: WordNet says that two words mean one thing, and the encoder bears it out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from concept_core.errors import UsageError
from concept_core.resources import require_nltk
from vocab_builder.filters.calibration import calibrated
from vocab_builder.filters.relations import usual_senses
from vocab_builder.filters.speakers import let_speak
from vocab_builder.stages.candidates import Candidate, Drop, FilterResult
from vocab_builder.stages.context import Context


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Of words that share a sense, keep the most frequent, with all counts and links.

    Attributes
    ----------
    max_sense : int
        Only the first so many senses of a word count: by a rare one a harp is a harmonica.
    witness : float or None
        Least cosine between the two, in [-1, 1]; None takes the encoder's calibrated one, from
        which on a pair is as likely one thing as two without any dictionary.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"encoder", "wordnet"})
    max_sense: int = 1
    witness: float | None = None

    def __post_init__(self) -> None:
        if self.max_sense < 1:
            raise UsageError(f"synonyms: max_sense must be from 1, found {self.max_sense}")
        if self.witness is not None and not -1 <= self.witness <= 1:
            raise UsageError(f"synonyms: witness {self.witness} is not in [-1, 1]")

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> FilterResult:
        """Reason: synonym; the score is the cosine to the twin, which takes count and evidence."""
        require_nltk("wordnet")
        witness = self.witness
        if witness is None:
            witness = calibrated(context).witness
        atoms = context.embed([candidate.label for candidate in candidates])
        senses = [usual_senses(candidate.label, self.max_sense) for candidate in candidates]
        by_sense: dict[str, list[int]] = defaultdict(list)
        for index, names in enumerate(senses):
            for name in names:
                by_sense[name].append(index)

        def judge(index: int, stay: Mapping[str, int]) -> Drop | None:
            shared = {other for name in senses[index] for other in by_sense[name]}
            # Rounded: the last bits of a product differ between machines, a build must not.
            cosines = {
                other: round(float(atoms[other] @ atoms[index]), 6)
                for other in sorted(shared)
                if candidates[other].label in stay
            }
            if not cosines:
                return None
            twin = max(cosines, key=lambda other: cosines[other])
            if cosines[twin] < witness:
                return None
            label = candidates[twin].label
            return Drop(
                candidates[index], "synonyms", "synonym", cosines[twin], witness, twin=label
            )

        return let_speak(candidates, judge)
