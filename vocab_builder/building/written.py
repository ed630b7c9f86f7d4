"""A build written down: its vocabulary, and the folder with all that led to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from concept_core import __version__
from concept_core.releases.specifiers import assign_ids
from concept_core.vocabulary import Concept, Vocabulary
from vocab_builder.building.inputs import Inputs
from vocab_builder.building.pipeline import Built
from vocab_builder.building.recipe import Recipe
from vocab_builder.licences.terms import terms_of
from vocab_builder.release.contents import Contents
from vocab_builder.release.files import render_files, write_folder
from vocab_builder.release.tables import cells
from vocab_builder.stages.candidates import Candidate, Drop


def make_vocabulary(
    recipe: Recipe, inputs: Inputs, built: Built, key: Mapping[str, Any]
) -> Vocabulary:
    """The vocabulary of a build, with the metadata that its release will carry."""
    ids = assign_ids(candidate.label for candidate in built.kept)
    concepts = tuple(
        _concept(concept_id, candidate)
        for concept_id, candidate in zip(ids, built.kept, strict=True)
    )
    sources = _source_table(inputs, built.kept)
    header = recipe.header
    bare = Vocabulary(header.id, header.version, concepts)
    metadata = {
        "id": header.id,
        "version": header.version,
        "title": header.title,
        "description": header.description,
        **({"authors": list(header.authors)} if header.authors else {}),
        "size": len(concepts),
        "content_hash": bare.content_hash,
        "licence": terms_of(sources).expression,
        "sources": sources,
        "encoder": key["encoder"],
        "selection": recipe.selection_kind,
        "stages": [stage.to_dict() for stage in built.stages],
        "built_with": f"sonolex {__version__}",
    }
    return Vocabulary(header.id, header.version, concepts, metadata)


def write_release(
    folder: Path, recipe: Recipe, vocabulary: Vocabulary, built: Built, key: Mapping[str, Any]
) -> None:
    """Write the release folder; it appears whole, or not at all.

    Raises
    ------
    DataError
        ``folder`` exists, or appears meanwhile: a release is never overwritten.
    """
    contents = Contents(
        vocabulary,
        tuple(cells(_drop_row(drop)) for drop in built.dropped),
        tuple(cells(row) for row in _score_rows(vocabulary, built)),
        recipe.text,
        key,
    )
    write_folder(folder, render_files(contents))


def _concept(concept_id: str, candidate: Candidate) -> Concept:
    return Concept(
        concept_id,
        candidate.label,
        candidate.kind,
        candidate.count,
        candidate.evidence,
        candidate.links,
    )


def _source_table(inputs: Inputs, kept: Sequence[Candidate]) -> list[dict[str, Any]]:
    """Every source with its licence and the number of concepts that it has evidence for."""
    # The sources are listed first, in their order.
    entries = inputs.listed[: len(inputs.sources)]
    return [
        {
            "name": spec.name,
            "kind": spec.kind,
            "origin": entry.origin,
            "sha256": entry.sha256,
            "licence": entry.licence,
            "concepts": sum(
                any(evidence.source == spec.name for evidence in candidate.evidence)
                for candidate in kept
            ),
        }
        for spec, entry in zip(inputs.sources, entries, strict=True)
    ]


def _score_rows(vocabulary: Vocabulary, built: Built) -> Iterable[Sequence[object]]:
    for concept in vocabulary:
        for stage, score in built.scores[concept.label]:
            yield concept.id, stage, score.value, score.threshold, score.twin, score.flag


def _drop_row(drop: Drop) -> Sequence[object]:
    candidate = drop.candidate
    return (
        candidate.label, candidate.kind, candidate.count, drop.filter, drop.reason,
        drop.score, drop.threshold, drop.twin, drop.rank,
    )  # fmt: skip
