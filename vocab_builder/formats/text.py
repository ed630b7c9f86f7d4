"""Text that people and small programs read: csv, JSON lines, one label a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from concept_core.errors import DataError
from concept_core.files import canonical_json
from concept_core.releases.csv_cells import unguard
from concept_core.releases.folder import CONCEPTS
from concept_core.releases.label_files import JSON_FORMS, labels_of, likely_column
from concept_core.releases.specifiers import ORDERS, assign_ids, load_vocabulary
from concept_core.spelling import check_names
from concept_core.text.files import read_json, read_table
from concept_core.text.files import read_json_lines as read_objects
from concept_core.text.word_lists import holds, read_word_list, tidy_label
from vocab_builder.formats.records import (
    FileContents,
    concept_records,
    expect,
    make_contents,
)
from vocab_builder.release.release import Release
from vocab_builder.release.tables import Row, columns_of, concept_rows, csv_lines

Records: TypeAlias = Iterator[tuple[Mapping[str, Any], str]]
_COUNT = "count"
_ALIASES = "aliases"


def json_lines(release: Release) -> str:
    """One concept a line, with its evidence, aliases and notes."""
    return "".join(f"{canonical_json(record)}\n" for record in concept_records(release))


def concept_table(release: Release) -> str:
    """``concepts.csv``, with a column of aliases where there are any."""
    rows: list[Row] = list(concept_rows(release.vocabulary))
    aliases: dict[str, list[str]] = {}
    for one in release.vocabulary.aliases:
        aliases.setdefault(one.id, []).append(one.alias)
    header = columns_of(CONCEPTS)
    if aliases:
        header = (*header, _ALIASES)
        rows = [(*row, _joined(aliases.get(str(row[0]), ()))) for row in rows]
    return csv_lines([header, *rows])


def _joined(aliases: Iterable[str]) -> str:
    """Labels in one cell, a semicolon between; one that has a semicolon is in quotes."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=";", lineterminator="").writerow(aliases)
    return buffer.getvalue()


def label_lines(release: Release, order: str = "descending") -> str:
    """One label a line; ``ascending`` has the most important one last, as SpLiCE's lists have.

    Raises
    ------
    DataError
        A label that would not come back from such a list.
    """
    check_names("order", (order,), ORDERS, "plain text")
    labels = release.vocabulary.labels
    for label in labels:
        if not holds(label) or label != tidy_label(label):
            raise DataError(
                f"{release.vocabulary.specifier}: a list of lines cannot hold the label {label!r}"
                " (line ends, tabs, a # before it, or blanks around it); export csv or jsonl"
            )
    return "".join(f"{label}\n" for label in (labels if order == "descending" else labels[::-1]))


def keeps_ids(release: Release) -> bool:
    """Whether a reader of the labels alone gives every concept the id that it has."""
    vocabulary = release.vocabulary
    return assign_ids(vocabulary.labels) == [concept.id for concept in vocabulary]


def read_csv(path: Path, column: str | None = None) -> FileContents:
    """A table with a column ``label``, and any of id, kind, count, links, aliases.

    Parameters
    ----------
    path : Path
        csv or tsv.
    column : str, optional
        The column that has the labels of any other table; of its others only ``count`` is read.

    Raises
    ------
    DataError
        No such column, unknown columns, a broken row, or a line without end.
    """
    rows = ((row, f"{path}:{number}") for number, row in read_table(path, exact=True))
    records = _own_rows(rows, path) if column is None else _column(rows, column, path)
    return make_contents(records, path)


def read_json_lines(path: Path, column: str | None = None) -> FileContents:
    """One concept a line, as an object; ``column`` is the key that has its label, if not label."""
    lines = ((value, f"{path}:{number}") for number, value in read_objects(path))
    return make_contents(_objects(lines, column, path), path)


def read_json_list(path: Path, column: str | None = None) -> FileContents:
    """A list of labels or of concepts, or an object of numbers by label, or of labels by number.

    Raises
    ------
    DataError
        It is none of these.
    """
    value = labels_of(read_json(path))
    if value is None:
        raise DataError(f"{path}: {JSON_FORMS}")
    places = ((one, f"{path}: number {place}") for place, one in enumerate(value, 1))
    if all(isinstance(one, str) for one in value):
        return make_contents((({"label": one}, where) for one, where in places), path)
    return make_contents(_objects(places, column, path), path)


def read_label_lines(path: Path, order: str) -> FileContents:
    """One label a line; ``ascending`` where the most important one comes last."""
    concepts = load_vocabulary(path, order=order).concepts
    lines: dict[str, int] = {}
    for word in read_word_list(path):
        lines.setdefault(tidy_label(word.text), word.line)
    return FileContents(concepts, places=tuple(f"{path}:{lines[one.label]}" for one in concepts))


def _objects(items: Iterable[tuple[Any, str]], column: str | None, path: Path) -> Records:
    """Concepts as objects, each with the words that say where it stands."""
    objects = ((expect(value, dict, "a concept", where), where) for value, where in items)
    return objects if column is None else _column(objects, column, path)


def _column(rows: Iterable[tuple[Mapping[str, Any], str]], column: str, path: Path) -> Records:
    """Labels of one column or key, with counts if there is a column of them."""
    for row, where in rows:
        if column not in row:
            raise DataError(f"{where}: no column {column!r}; there are: {', '.join(row)}")
        if isinstance(row[column], str) and not tidy_label(row[column]):
            continue
        count = row.get(_COUNT, 0)
        record = {"label": row[column], _COUNT: _whole(count, where) if count != "" else 0}
        if isinstance(record["label"], str) and path.suffix != ".jsonl":
            record["label"] = unguard(record["label"])
        yield record, where


def _own_rows(rows: Iterable[tuple[dict[str, str], str]], path: Path) -> Records:
    """Rows of ``concept_table``, or of a table that a person made like it."""
    known = (*columns_of(CONCEPTS), _ALIASES)
    for row, where in rows:
        if "label" not in row or not set(row) <= {*known}:
            likely = likely_column([row, *(other for other, _ in rows)]) or "NAME"
            raise DataError(
                f"{path}:1: expected a column label, and of {', '.join(known)} what you have;"
                f" found {', '.join(row)}; of another table say which column has the labels,"
                f" which seems to be: --column {likely}"
            )
        count = _whole(row.get(_COUNT, "0"), where)
        links = row.get("links", "").split()
        cells = {name: unguard(cell) for name, cell in row.items()}
        aliases = [{"alias": label} for label in _split(cells.pop(_ALIASES, ""), where)]
        yield {**cells, _COUNT: count, "links": links, "aliases": aliases}, where


def _split(cell: str, where: str) -> list[str]:
    """The labels of a cell; a person writes a blank after a semicolon."""
    try:
        (labels,) = csv.reader([cell], delimiter=";", strict=True) if cell else ([],)
    except (csv.Error, ValueError) as error:
        raise DataError(f"{where}: {_ALIASES} {cell!r}: {error}") from error
    return [label for label in map(str.strip, labels) if label]


def _whole(count: Any, where: str) -> int:
    """A count; more digits than any has are no number, which Python would take long to read."""
    text = str(count) if type(count) is int else count
    if not (isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 20):
        raise DataError(f"{where}: count {count!r} is not a whole number")
    return int(text)
