"""A recipe run into a folder, unless the folder holds just that already."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from concept_core import __version__
from concept_core.encoders.base import Encoder
from concept_core.errors import DataError
from concept_core.releases.folder import is_release
from concept_core.releases.specifiers import assign_ids
from concept_core.vocabulary import Concept, Vocabulary
from vocab_builder.building.cache import run_cached
from vocab_builder.building.inputs import Inputs
from vocab_builder.building.locking import lock_of
from vocab_builder.building.pipeline import Built, Say
from vocab_builder.building.recipe import Recipe
from vocab_builder.licences.terms import terms_of
from vocab_builder.release.files import check_target
from vocab_builder.release.lock import LOCK, Lock, read_lock
from vocab_builder.release.release import Release
from vocab_builder.stages.candidates import Candidate


def build_into(
    folder: Path, recipe: Recipe, inputs: Inputs, encoder: Encoder | None, say: Say
) -> tuple[Release, bool]:
    """The release of a recipe in its folder, and whether it was built now.

    A folder that was built from the same recipe, inputs, encoder and version of sonolex stays as
    it is; any other is never overwritten.

    Raises
    ------
    UsageError, DataError, MissingError
        The folder is taken, or the recipe cannot be run.
    """
    lock = lock_of(recipe, inputs, None if encoder is None else encoder.spec)
    if is_release(folder) and _is_up_to_date(folder, lock):
        return Release.load(folder), False
    check_target(folder)
    say(f"building {recipe.header.id}@{recipe.header.version}")
    release = make_release(recipe, inputs, run_cached(recipe, inputs, encoder, lock, say), lock)
    release.write(folder)
    return release, True


def _is_up_to_date(folder: Path, lock: Lock) -> bool:
    try:
        return read_lock(folder / LOCK).sha256 == lock.sha256
    except DataError:
        return False


def make_release(recipe: Recipe, inputs: Inputs, built: Built, lock: Lock) -> Release:
    """The release of a build, with the metadata that its folder will carry."""
    ids = assign_ids(candidate.label for candidate in built.kept)
    concepts = tuple(map(_concept, ids, built.kept))
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
        "encoder": lock.encoder,
        "selection": recipe.selection_kind,
        "stages": [stage.to_dict() for stage in built.stages],
        "built_with": f"sonolex {__version__}",
    }
    vocabulary = Vocabulary(header.id, header.version, concepts, metadata)
    scores = {concept.id: built.scores[concept.label] for concept in vocabulary}
    return Release(vocabulary, built.dropped, scores, recipe.text, lock)


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
