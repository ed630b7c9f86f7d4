"""Releases: the concepts of another vocabulary as candidates, with all they bring."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from concept_core.releases.specifiers import load_vocabulary
from concept_core.vocabulary import Concept, Evidence
from vocab_builder.sources.base import SourceSpec, file_of
from vocab_builder.stages.candidates import Candidate, merge_candidates
from vocab_builder.words.normal_form import normal_form


@dataclass(frozen=True, slots=True)
class Release:
    """Concepts of a release with their kind, counts and links.

    The source of the evidence is the release, whose licence holds for it; the locator goes on to
    say where the release had the word from (``audiocaps-train/v1_train.csv:caption``).
    """

    needs: ClassVar[frozenset[str]] = frozenset()

    def __call__(self, spec: SourceSpec) -> list[Candidate]:
        """Read the release."""
        return merge_candidates(
            Candidate(
                normal_form(concept.label), concept.kind, _evidence(concept, spec), concept.links
            )
            for concept in load_vocabulary(file_of(spec))
        )


def _evidence(concept: Concept, spec: SourceSpec) -> tuple[Evidence, ...]:
    if not concept.evidence:
        return (Evidence(spec.name, concept.id, concept.count),)
    return tuple(
        sorted(
            replace(one, source=spec.name, locator=f"{one.source}/{one.locator}")
            for one in concept.evidence
        )
    )
