"""A build written down: the release folder, all at once or not at all."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from concept_core import __version__
from concept_core.errors import DataError
from concept_core.files import follow_umask, pretty_json, sha256_text, write_text
from concept_core.release_folder import (
    CONCEPT_COLUMNS,
    CONCEPTS,
    EVIDENCE,
    EVIDENCE_COLUMNS,
    METADATA,
    SUMS,
)
from concept_core.releases import assign_ids
from concept_core.vocabulary import Concept, Vocabulary
from vocab_builder.candidates import Candidate, Drop
from vocab_builder.card import render_card
from vocab_builder.inputs import NOT_STATED, Inputs
from vocab_builder.pipeline import Built
from vocab_builder.provenance import LOCK, lock_document
from vocab_builder.recipe import Recipe

DROPS = "drops.csv"
SCORES = "scores.csv"
DROP_COLUMNS = (
    "label", "kind", "count", "filter", "reason", "score", "threshold", "twin", "rank",
)  # fmt: skip
SCORE_COLUMNS = ("id", "stage", "value", "threshold", "twin", "flag")


def make_vocabulary(
    recipe: Recipe, inputs: Inputs, built: Built, key: dict[str, Any]
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
        "size": len(concepts),
        "content_hash": bare.content_hash,
        "licence": release_licence(sources),
        "sources": sources,
        "encoder": key["encoder"],
        "selection": recipe.selection_kind,
        "stages": [stage.to_dict() for stage in built.stages],
        "built_with": f"sonolex {__version__}",
    }
    return Vocabulary(header.id, header.version, concepts, metadata)


def release_licence(sources: Iterable[dict[str, Any]]) -> str:
    """The licences of all sources that gave a concept: a user must honour every one."""
    licences = sorted({source["licence"] for source in sources if source["concepts"]})
    return " AND ".join(licences) or NOT_STATED


def write_release(
    folder: Path, recipe: Recipe, vocabulary: Vocabulary, built: Built, key: dict[str, Any]
) -> None:
    """Write the release folder; it appears whole, or not at all.

    Raises
    ------
    DataError
        ``folder`` exists, or appears meanwhile: a release is never overwritten.
    """
    check_target(folder)
    texts = {
        CONCEPTS: _csv(CONCEPT_COLUMNS, _concept_rows(vocabulary)),
        EVIDENCE: _csv(EVIDENCE_COLUMNS, _evidence_rows(vocabulary)),
        DROPS: _csv(DROP_COLUMNS, (_drop_row(drop) for drop in built.dropped)),
        SCORES: _csv(SCORE_COLUMNS, _score_rows(vocabulary, built)),
        METADATA: pretty_json(vocabulary.metadata),
        "recipe.toml": recipe.text,
    }
    outputs = {name: sha256_text(text) for name, text in texts.items()}
    texts[LOCK] = pretty_json(lock_document(key, outputs))
    texts["README.md"] = render_card(vocabulary, built.dropped)
    sums = {name: sha256_text(text) for name, text in texts.items()}
    texts[SUMS] = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        for name, text in texts.items():
            write_text(temporary / name, text)
        follow_umask(temporary, 0o777)
        temporary.rename(folder)
    except OSError:
        check_target(folder)  # of two builds into one folder, the second to end finds it taken
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def check_target(folder: Path) -> None:
    """See that a release can be written to ``folder``; asked before the work, not after.

    Raises
    ------
    DataError
        The folder is taken, or cannot be made.
    """
    if folder.exists() or folder.is_symlink():
        raise DataError(
            f"{folder}: exists and was built from something else; a release is never overwritten:"
            " choose another --out, or remove the folder yourself"
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent).cleanup()
    except OSError as error:
        raise DataError(
            f"{folder}: cannot be made ({error.strerror}); choose another --out"
        ) from error


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


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return buffer.getvalue()


def _concept_rows(vocabulary: Vocabulary) -> Iterable[Sequence[object]]:
    for concept in vocabulary:
        links = " ".join(concept.links)
        yield concept.id, concept.label, concept.kind, concept.count, links


def _evidence_rows(vocabulary: Vocabulary) -> Iterable[Sequence[object]]:
    for concept in vocabulary:
        for evidence in concept.evidence:
            yield concept.id, evidence.source, evidence.locator, evidence.count


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
