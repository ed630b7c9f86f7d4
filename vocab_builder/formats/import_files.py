"""Files that hold a vocabulary: csv, JSON lines, plain text, SKOS, Parquet, safetensors, SQLite."""

from __future__ import annotations

import contextlib
import csv
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from concept_core.errors import DataError
from concept_core.extras import require_extra
from concept_core.files import bounded_lines
from concept_core.releases.csv_cells import unguard
from concept_core.releases.specifiers import load_vocabulary
from concept_core.vocabulary import Concept
from vocab_builder.formats.export_embeddings import METADATA_KEY as EMBEDDINGS_KEY
from vocab_builder.formats.export_parquet import METADATA_KEY as PARQUET_KEY
from vocab_builder.formats.import_records import expect, make_concepts, numbered, parse_json
from vocab_builder.release.tables import Scores, parse_drop_row, parse_score_rows
from vocab_builder.stages.candidates import Drop

_COLUMNS = ("id", "label", "kind", "count", "links")
# Uncompressed; a file of a few kilobytes may say that it holds terabytes.
_LARGEST_TABLE = 1 << 30


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds: concepts, what it says of them, and drops and scores where it has any."""

    concepts: tuple[Concept, ...]
    stated: Mapping[str, Any] = field(default_factory=dict)
    drops: tuple[Drop, ...] | None = None
    scores: Scores | None = None


def read_csv(path: Path) -> Found:
    """A table with a column ``label``, and any of id, kind, count, links.

    Raises
    ------
    DataError
        No such column, unknown columns, a broken row, or a line without end.
    """
    return Found(make_concepts(_csv_records(path), path))


def read_json_lines(path: Path) -> Found:
    """One concept a line, as an object."""

    def records() -> Iterator[tuple[Mapping[str, Any], str]]:
        with _text(path) as handle:
            for number, line in enumerate(bounded_lines(handle, path), 1):
                where = f"{path}:{number}"
                yield expect(parse_json(line, where), dict, "a line", where), where

    return Found(make_concepts(records(), path))


def read_plain(path: Path, order: str) -> Found:
    """One label a line; ``ascending`` where the most important one comes last."""
    return Found(load_vocabulary(path, order=order).concepts)


def read_parquet(path: Path) -> Found:
    """A table as ``export --to parquet`` writes it, or one with the columns of ``read_csv``.

    Raises
    ------
    MissingError
        pyarrow is not installed.
    DataError
        No Parquet, other columns, or too large.
    """
    pyarrow = require_extra("pyarrow")
    parquet = require_extra("pyarrow.parquet")
    try:
        with parquet.ParquetFile(path) as file:
            groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
            if sum(group.total_byte_size for group in groups) > _LARGEST_TABLE:
                raise DataError(f"{path}: holds more than {_LARGEST_TABLE >> 20} MiB of tables")
            stated = (file.schema_arrow.metadata or {}).get(PARQUET_KEY, b"{}")
            rows = file.read().to_pylist()
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError(f"{path}: cannot be read as Parquet: {error}") from error
    metadata = expect(parse_json(stated, str(path)), dict, "metadata", str(path))
    return Found(make_concepts(numbered(rows, path), path), metadata)


def read_embeddings(path: Path) -> Found:
    """The concepts that stand beside the rows of an ``embeddings-<spec>.safetensors``.

    Raises
    ------
    DataError
        It is no safetensors file, or has no concepts in its header.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "np") as file:
            header = (file.metadata() or {}).get(EMBEDDINGS_KEY)
    except (SafetensorError, OSError) as error:
        raise DataError(f"{path}: cannot be read as safetensors: {error}") from error
    if header is None:
        raise DataError(f"{path}: holds embeddings without the concepts that they are of")
    data = expect(parse_json(header, str(path)), dict, "header", str(path))
    records = expect(data.get("concepts"), list, "concepts", str(path))
    stated = expect(data.get("vocabulary"), dict, "vocabulary", str(path))
    return Found(make_concepts(numbered(records, path), path), stated)


def read_database(path: Path) -> Found:
    """The tables of a database as ``export --to datasette`` writes it.

    Raises
    ------
    DataError
        No SQLite database, or without these tables.
    """
    # Read-only, and nothing that the file itself defines is run.
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            database.row_factory = sqlite3.Row
            return _database(database, path)
    except sqlite3.Error as error:
        raise DataError(f"{path}: cannot be read as a vocabulary's database: {error}") from error


def _database(database: sqlite3.Connection, path: Path) -> Found:
    links: dict[str, list[str]] = {}
    evidence: dict[str, list[dict[str, Any]]] = {}
    for row in database.execute("SELECT id, scheme, identifier FROM links ORDER BY rowid"):
        links.setdefault(row["id"], []).append(f"{row['scheme']}:{row['identifier']}")
    for row in database.execute("SELECT id, source, locator, count FROM evidence ORDER BY rowid"):
        evidence.setdefault(row["id"], []).append(dict(row))
    records = [
        {**dict(row), "links": links.get(row["id"]), "evidence": evidence.get(row["id"])}
        for row in database.execute("SELECT id, label, kind, count FROM concepts ORDER BY rank")
    ]
    stated = database.execute("SELECT value FROM metadata WHERE key = 'vocabulary'").fetchone()
    metadata = parse_json(stated["value"] if stated else "{}", str(path))
    drops, scores = (
        [_texts(row) for row in database.execute(f"SELECT * FROM {table} ORDER BY rowid")]
        for table in ("drops", "scores")
    )
    place = str(path)
    return Found(
        make_concepts(numbered(records, path), path),
        expect(metadata, dict, "metadata", str(path)),
        tuple(parse_drop_row(row, place) for row in drops),
        parse_score_rows((row, place) for row in scores),
    )


def _texts(row: sqlite3.Row) -> dict[str, str]:
    """A row as a csv file would have it."""
    return {name: "" if row[name] is None else str(row[name]) for name in row.keys()}  # noqa: SIM118


def _csv_records(path: Path) -> Iterator[tuple[Mapping[str, Any], str]]:
    with _text(path) as handle:
        reader = csv.DictReader(bounded_lines(handle, path), strict=True)
        names = tuple(reader.fieldnames or ())
        if "label" not in names or not set(names) <= {*_COLUMNS} or len(set(names)) < len(names):
            raise DataError(
                f"{path}:1: expected a column label, and of {', '.join(_COLUMNS)} what you have;"
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
            yield {**row, "count": int(count), "links": links}, where


@contextlib.contextmanager
def _text(path: Path) -> Iterator[Any]:
    """An open text file; what is wrong with its bytes or its csv is said with its name."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as handle:
            yield handle
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: not valid UTF-8 text of its kind: {error}") from error
