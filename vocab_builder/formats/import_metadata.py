"""What a file says of its vocabulary, checked; and what it leaves out, filled in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from concept_core.errors import DataError, IntegrityError, UsageError
from concept_core.files import sha256_file
from concept_core.releases.versions import VOCABULARY_ID, is_version, parse_version
from concept_core.vocabulary import Concept, Evidence, Vocabulary
from vocab_builder.licences.identifiers import NOT_STATED
from vocab_builder.licences.terms import terms_of
from vocab_builder.release.release import Release, filled

IMPORTED = "imported"
_SOURCE = {"name": str, "kind": str, "origin": str, "sha256": str, "licence": str, "concepts": int}


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _tables(*keys: str) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, list)
        and all(isinstance(one, dict) and one.keys() >= set(keys) for one in value)
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


# What is kept of a file's metadata, and what each must be.
_KEYS: Mapping[str, Callable[[Any], bool]] = {
    "id": _is_text,
    "version": _is_text,
    "title": _is_text,
    "description": _is_text,
    "content_hash": _is_text,
    "licence": _is_text,
    "selection": _is_text,
    "built_with": _is_text,
    "previous": _is_text,
    "permissive": lambda value: isinstance(value, bool),
    "authors": _texts,
    "sources": lambda value: (
        _tables(*_SOURCE)(value)
        and all(type(one[key]) is kind for one in value for key, kind in _SOURCE.items())
    ),
    "stages": _tables("stage", "before", "after"),
    "encoder": lambda value: (
        value is None or (isinstance(value, dict) and {"name", "fingerprint"} <= value.keys())
    ),
}


def vocabulary_of(
    path: Path,
    concepts: tuple[Concept, ...],
    stated: Mapping[str, Any],
    *,
    name: str | None,
    version: str | None,
    licence: str | None,
) -> Vocabulary:
    """A vocabulary of what a file holds and says.

    Parameters
    ----------
    path : Path
        Of the file: names the vocabulary and its source where the file does not.
    stated : mapping
        The file's own metadata, as in ``vocabulary.json``; may be empty.
    name, version, licence : str or None
        What the user says instead.

    Raises
    ------
    UsageError
        An id or version that is none, or a licence where the file states those of its sources.
    DataError
        Metadata of another type.
    IntegrityError
        The concepts are not those that the file states.
    """
    metadata = _checked(stated, path)
    chosen = name or metadata.get("id") or _slug(path)
    if not VOCABULARY_ID.fullmatch(chosen):
        raise UsageError(
            f"{path}: {chosen!r} is no id (small letters, digits, single hyphens); give --id"
        )
    given = metadata.get("version", "")
    number = version or (given if is_version(given) else "0.1.0")
    parse_version(number)
    if licence and metadata.get("sources"):
        raise UsageError(f"{path}: it states the licences of its sources; leave out --licence")
    known = metadata.get("sources", [])
    if not known:
        terms = licence or metadata.get("licence", NOT_STATED)
        concepts, known = _with_source(path, concepts, terms)
    sources = [{**one, "concepts": _count(concepts, one["name"])} for one in known]
    metadata |= {"sources": sources, "licence": terms_of(sources).expression}
    vocabulary = Vocabulary(chosen, number, concepts, metadata)
    if metadata.get("content_hash", vocabulary.content_hash) != vocabulary.content_hash:
        raise IntegrityError(
            f"{path}: the content hash of its concepts is {vocabulary.content_hash}, it states"
            f" {metadata['content_hash']}; take a fresh copy"
        )
    return filled(vocabulary)


def renamed(
    release: Release, path: Path, name: str | None, version: str | None, licence: str | None
) -> Release:
    """Whole release, which state all of themselves, under the id and version that a user gives."""
    old = release.vocabulary
    vocabulary = vocabulary_of(
        path, old.concepts, old.metadata, name=name, version=version, licence=licence
    )
    return replace(release, vocabulary=vocabulary, folder=None)


def _checked(stated: Mapping[str, Any], path: Path) -> dict[str, Any]:
    for key, holds in _KEYS.items():
        if key in stated and not holds(stated[key]):
            raise DataError(f"{path}: its metadata has a {key} that cannot be: {stated[key]!r:.80}")
    return {key: stated[key] for key in _KEYS if key in stated}


def _with_source(
    path: Path, concepts: tuple[Concept, ...], licence: str
) -> tuple[tuple[Concept, ...], list[dict[str, Any]]]:
    """Concepts that all have evidence, and the table of the sources that it names."""
    origin = {"kind": IMPORTED, "origin": path.name, "licence": licence, "concepts": 0}
    digest = sha256_file(path) if path.is_file() else ""
    proven = tuple(
        concept
        if concept.evidence
        else replace(concept, evidence=(Evidence(IMPORTED, f"{path.name}:{place}", concept.count),))
        for place, concept in enumerate(concepts, 1)
    )
    names = sorted({one.source for concept in proven for one in concept.evidence})
    return proven, [{"name": name, "sha256": digest, **origin} for name in names]


def _count(concepts: Sequence[Concept], source: str) -> int:
    return sum(any(one.source == source for one in concept.evidence) for concept in concepts)


def _slug(path: Path) -> str:
    stem = path.name.split(".")[0].lower()
    return re.sub(r"[^a-z0-9]+", "-", stem).strip("-")
