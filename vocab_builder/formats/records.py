"""What any file of a vocabulary holds: its concepts, checked, and what it states of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from concept_core.errors import DataError
from concept_core.releases.specifiers import assign_ids
from concept_core.text.word_lists import tidy_label
from concept_core.values import from_data, to_data
from concept_core.vocabulary import KINDS, Alias, Concept, Evidence
from vocab_builder.curation.aliases import Annotation
from vocab_builder.curation.decisions import Decision
from vocab_builder.release.release import Release
from vocab_builder.release.tables import Scores
from vocab_builder.stages.candidates import Drop

_Item = TypeVar("_Item", Alias, Annotation)
_Part = TypeVar("_Part")

IMPORTED_ALIAS = "imported"
"""Kind and source of an alias of which a file says neither."""


@dataclass(frozen=True, slots=True)
class FileContents:
    """What a file holds.

    Attributes
    ----------
    concepts : tuple of Concept
    metadata : mapping
        What it states of them, with the keys of ``vocabulary.json``.
    drops : tuple of Drop, or None
    scores : mapping, or None
    aliases : tuple of Alias
    annotations : tuple of Annotation
    decisions : tuple of Decision
    places : tuple of str
        Where each concept stands, as messages say it: ``FILE:LINE`` of files with lines.
    """

    concepts: tuple[Concept, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    drops: tuple[Drop, ...] | None = None
    scores: Scores | None = None
    aliases: tuple[Alias, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    decisions: tuple[Decision, ...] = ()
    places: tuple[str, ...] = ()


def make_contents(records: Iterable[tuple[Mapping[str, Any], str]], path: Path) -> FileContents:
    """Concepts of records, each with the words that say where it stands; aliases and notes too.

    A record has a ``label``; ``id``, ``kind``, ``count``, ``links``, ``evidence``, ``aliases`` and
    ``notes`` may be left out, an id of all or of none. Without ids, records are a person's: labels
    are written as ``tidy_label`` has them, and records of one label are one concept, with the sum
    of their counts. With ids labels are exact.

    Raises
    ------
    DataError
        A value of another type, a label twice beside ids, an id of some only, or no record.
    """
    found = [(_record(record, where), where) for record, where in records]
    if not any(record.id for record, _ in found):
        found = _merged(found)
    concepts = _with_ids([(_concept(record, where), where) for record, where in found], path)
    ids = zip((concept.id for concept in concepts), (record for record, _ in found), strict=True)
    pairs = list(ids)
    return FileContents(
        concepts,
        places=tuple(where for _, where in found),
        aliases=tuple(
            Alias(name, one.alias, one.kind, one.source)
            for name, record in pairs
            for one in record.aliases or ()
        ),
        annotations=tuple(
            Annotation(name, one.kind, one.value)
            for name, record in pairs
            for one in record.notes or ()
        ),
    )


def concept_records(release: Release) -> Iterator[dict[str, Any]]:
    """Concepts as JSON-ready values, with their aliases and notes where they have any."""
    aliases, notes = by_id(release.vocabulary.aliases), by_id(release.annotations)
    for concept in release.vocabulary:
        record: dict[str, Any] = to_data(concept)
        if concept.id in aliases:
            record["aliases"] = [
                {"alias": one.alias, "kind": one.kind, "source": one.source}
                for one in aliases[concept.id]
            ]
        if concept.id in notes:
            record["notes"] = [{"kind": one.kind, "value": one.value} for one in notes[concept.id]]
        yield record


def by_id(items: Iterable[_Item]) -> dict[str, list[_Item]]:
    """Aliases or annotations by the id of their concept."""
    found: dict[str, list[_Item]] = {}
    for item in items:
        found.setdefault(item.id, []).append(item)
    return found


def _with_ids(listed: list[tuple[Concept, str]], path: Path) -> tuple[Concept, ...]:
    """The concepts, each with an id and a label of its own."""
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
    return tuple(replace(one, id=name) for name, one in zip(ids, concepts, strict=True))


def _merged(found: Iterable[tuple[_Record, str]]) -> list[tuple[_Record, str]]:
    """Records with tidy labels, those of one label as one, where the first stands."""
    by_label: dict[str, tuple[_Record, str]] = {}
    for record, where in found:
        label = tidy_label(record.label)
        first, place = by_label.get(label, (replace(record, count=0), where))
        by_label[label] = (
            replace(
                first,
                label=label,
                count=first.count + record.count,
                links=tuple(dict.fromkeys((*(first.links or ()), *(record.links or ())))),
                evidence=_together(first.evidence, record.evidence),
                aliases=_together(first.aliases, record.aliases),
                notes=_together(first.notes, record.notes),
            ),
            place,
        )
    return list(by_label.values())


def _together(
    first: tuple[_Part, ...] | None, other: tuple[_Part, ...] | None
) -> tuple[_Part, ...]:
    """Both without repeats; a record meets itself where it is the first."""
    return tuple(dict.fromkeys((*(first or ()), *(other or ()))))


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


@dataclass(frozen=True, slots=True)
class _Record:
    """A concept as a file may give it; what it leaves out is None, or not there."""

    label: str
    id: str = ""
    kind: str = "word"
    count: int = 0
    links: tuple[str, ...] | None = None
    evidence: tuple[_Place, ...] | None = None
    aliases: tuple[_Alias, ...] | None = None
    notes: tuple[_Note, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Alias:
    alias: str
    kind: str = IMPORTED_ALIAS
    source: str = IMPORTED_ALIAS


@dataclass(frozen=True, slots=True)
class _Note:
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class _Place:
    source: str
    locator: str
    count: int = 0


def _record(record: Mapping[str, Any], where: str) -> _Record:
    names = [field.name for field in fields(_Record)]
    return from_data({name: record[name] for name in names if name in record}, _Record, where)


def _concept(one: _Record, where: str) -> Concept:
    if not one.label:
        raise DataError(f"{where}: the label is empty")
    if one.kind not in KINDS:
        raise DataError(f"{where}: kind is {one.kind!r}; known: {', '.join(KINDS)}")
    evidence = one.evidence or ()
    for count in (one.count, *(place.count for place in evidence)):
        if not 0 <= count < 1 << 63:
            raise DataError(f"{where}: count is {count}; it is from 0, and below 2 to the 63rd")
    places = tuple(Evidence(place.source, place.locator, place.count) for place in evidence)
    return Concept(one.id, one.label, one.kind, one.count, places, one.links or ())


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
