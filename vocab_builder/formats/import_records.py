"""Concepts from records of any file: every value is checked, and the place of a bad one said."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from concept_core.errors import DataError
from concept_core.releases.specifiers import assign_ids
from concept_core.vocabulary import KINDS, Concept, Evidence

# No description of a vocabulary is larger; a file that is may be meant to fill the memory.
_LARGEST_JSON = 256 << 20


def make_concepts(
    records: Iterable[tuple[Mapping[str, Any], str]], path: Path
) -> tuple[Concept, ...]:
    """Concepts of records, each with the words that say where it stands.

    A record has a ``label``; ``id``, ``kind``, ``count``, ``links`` and ``evidence`` may be left
    out, an id of all or of none.

    Raises
    ------
    DataError
        A value of another type, a label twice, an id of some only, or no record.
    """
    listed = [(_concept(record, where), where) for record, where in records]
    if not listed:
        raise DataError(f"{path}: no concepts found; the file is empty")
    seen: set[str] = set()
    for concept, where in listed:
        if concept.label in seen:
            raise DataError(f"{where}: the label {concept.label!r} appears twice; once is enough")
        seen.add(concept.label)
    without = [where for concept, where in listed if not concept.id]
    if without and len(without) < len(listed):
        raise DataError(f"{without[0]}: no id, others have one; give every concept an id, or none")
    concepts = [concept for concept, _ in listed]
    if not without:
        return tuple(concepts)
    ids = assign_ids(concept.label for concept in concepts)
    return tuple(
        Concept(concept_id, one.label, one.kind, one.count, one.evidence, one.links)
        for concept_id, one in zip(ids, concepts, strict=True)
    )


def load_json(path: Path) -> Any:
    """The value of a JSON file of bounded size.

    Raises
    ------
    DataError
        Too large, not UTF-8, or broken.
    """
    if path.stat().st_size > _LARGEST_JSON:
        raise DataError(f"{path}: larger than {_LARGEST_JSON >> 20} MiB; this is no vocabulary")
    return parse_json(path.read_bytes(), str(path))


def parse_json(text: bytes | str, where: str) -> Any:
    """The value of a JSON text.

    Raises
    ------
    DataError
        It is broken, or nested too deep.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where}: not valid UTF-8 JSON: {error}") from error


def expect(value: Any, kind: type, what: str, where: str) -> Any:
    """The value, if it is of a type.

    Raises
    ------
    DataError
        It is not.
    """
    if type(value) is not kind:
        raise DataError(f"{where}: {what} must be a {kind.__name__}, found {value!r:.80}")
    return value


def _concept(record: Mapping[str, Any], where: str) -> Concept:
    label = expect(record.get("label"), str, "label", where)
    if not label:
        raise DataError(f"{where}: the label is empty")
    kind = expect(record.get("kind", "word"), str, "kind", where)
    if kind not in KINDS:
        raise DataError(f"{where}: kind is {kind!r}; known: {', '.join(KINDS)}")
    links = expect(list(record.get("links") or ()), list, "links", where)
    for link in links:
        expect(link, str, "a link", where)
    evidence = expect(list(record.get("evidence") or ()), list, "evidence", where)
    return Concept(
        expect(record.get("id", ""), str, "id", where),
        label,
        kind,
        _count(record, where),
        tuple(_evidence(one, where) for one in evidence),
        tuple(links),
    )


def _evidence(record: Any, where: str) -> Evidence:
    expect(record, dict, "evidence", where)
    return Evidence(
        expect(record.get("source"), str, "source of evidence", where),
        expect(record.get("locator"), str, "locator of evidence", where),
        _count(record, where),
    )


def _count(record: Mapping[str, Any], where: str) -> int:
    count: int = expect(record.get("count", 0), int, "count", where)
    if not 0 <= count < 1 << 63:
        raise DataError(f"{where}: count is {count}; it is from 0, and below 2 to the 63rd")
    return count


def numbered(records: Iterable[Any], path: Path) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Records with their places from 1; each must be an object.

    Raises
    ------
    DataError
        One is not.
    """
    for place, record in enumerate(records, 1):
        where = f"{path}: concept {place}"
        yield expect(record, dict, "a concept", where), where
