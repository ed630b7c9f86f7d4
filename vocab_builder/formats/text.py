"""Text that people and small programs read: csv, JSON lines, one label a line."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from concept_core.documents import parse_json
from concept_core.errors import DataError
from concept_core.files import bounded_lines, canonical_json
from concept_core.releases.csv_cells import unguard
from concept_core.releases.folder import CONCEPTS
from concept_core.releases.specifiers import ORDERS, assign_ids, load_vocabulary
from concept_core.spelling import check_names
from vocab_builder.formats.records import (
    FileContents,
    concept_records,
    expect,
    make_contents,
)
from vocab_builder.release.release import Release
from vocab_builder.release.tables import Row, columns_of, concept_rows, csv_lines

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
        A label, or an id, that would not come back from such a list.
    """
    check_names("order", (order,), ORDERS, "plain text")
    labels = release.vocabulary.labels
    for label in labels:
        # What a reader of lines strips, ends a line at, or takes for a byte order mark.
        if label != label.strip() or "\n" in label or label.startswith("\ufeff"):
            raise DataError(
                f"{release.vocabulary.specifier}: a list of lines cannot hold the label {label!r}"
                " (line ends, or blanks around it); export csv or jsonl"
            )
    return "".join(f"{label}\n" for label in (labels if order == "descending" else labels[::-1]))


def keeps_ids(release: Release) -> bool:
    """Whether a reader of the labels alone gives every concept the id that it has."""
    vocabulary = release.vocabulary
    return assign_ids(vocabulary.labels) == [concept.id for concept in vocabulary]


def read_csv(path: Path) -> FileContents:
    """A table with a column ``label``, and any of id, kind, count, links, aliases.

    Raises
    ------
    DataError
        No such column, unknown columns, a broken row, or a line without end.
    """
    return make_contents(_csv_records(path), path)


def read_json_lines(path: Path) -> FileContents:
    """One concept a line, as an object."""

    def records() -> Iterator[tuple[Mapping[str, Any], str]]:
        with _text(path) as handle:
            for number, line in enumerate(bounded_lines(handle, path), 1):
                where = f"{path}:{number}"
                value = parse_json(line, str(path), number)
                yield expect(value, dict, "a line", where), where

    return make_contents(records(), path)


def read_label_lines(path: Path, order: str) -> FileContents:
    """One label a line; ``ascending`` where the most important one comes last."""
    return FileContents(load_vocabulary(path, order=order).concepts)


def _csv_records(path: Path) -> Iterator[tuple[Mapping[str, Any], str]]:
    with _text(path) as handle:
        reader = csv.DictReader(bounded_lines(handle, path), strict=True)
        names = tuple(reader.fieldnames or ())
        known = (*columns_of(CONCEPTS), _ALIASES)
        if "label" not in names or not set(names) <= {*known} or len(set(names)) < len(names):
            raise DataError(
                f"{path}:1: expected a column label, and of {', '.join(known)} what you have;"
                f" found {', '.join(names)}"
            )
        for row in reader:
            where = f"{path}:{reader.line_num}"
            if None in row or None in row.values():
                raise DataError(f"{where}: expected {len(names)} cells")
            count = row.get("count", "0")
            if not (count.isascii() and count.isdigit()):
                raise DataError(f"{where}: count {count!r} is not a whole number")
            links = row.get("links", "").split()
            row = {name: unguard(cell) for name, cell in row.items()}
            (labels,) = csv.reader([row.pop(_ALIASES, "")], delimiter=";", strict=True)
            # A person writes a blank after a semicolon.
            aliases = [{"alias": label} for label in map(str.strip, labels) if label]
            yield {**row, "count": int(count), "links": links, "aliases": aliases}, where


@contextlib.contextmanager
def _text(path: Path) -> Iterator[Any]:
    """An open text file; what is wrong with its bytes or its csv is said with its name."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as handle:
            yield handle
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: not valid UTF-8 text of its kind: {error}") from error
