"""SQLite with a text index, and the metadata that Datasette shows beside it."""

from __future__ import annotations

import contextlib
import errno
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from concept_core.documents import parse_json
from concept_core.errors import DataError, IntegrityError
from concept_core.files import canonical_json, pretty_json, write_text
from concept_core.releases.csv_cells import guard, unguard
from concept_core.vocabulary import Alias
from vocab_builder.formats.records import (
    FileContents,
    expect,
    make_contents,
    numbered,
)
from vocab_builder.release.release import Release
from vocab_builder.release.tables import (
    TABLES,
    alias_rows,
    decision_rows,
    drop_rows,
    note_rows,
    parse_decision_row,
    parse_drop_row,
    parse_note_row,
    parse_score_rows,
    score_rows,
)

DATABASE = "vocabulary.db"
_READ = frozenset(
    {"metadata", "concepts", "links", "evidence", "drops", "scores", "aliases", "notes",
     "decisions"}
)  # fmt: skip
# No text of a vocabulary is longer than its metadata.
_LONGEST_VALUE = 256 << 20
_TABLES = """
CREATE TABLE metadata (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE concepts (
    rank INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, label TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL, count INTEGER NOT NULL, aliases TEXT NOT NULL);
CREATE TABLE links (
    id TEXT NOT NULL REFERENCES concepts (id), scheme TEXT NOT NULL, identifier TEXT NOT NULL);
CREATE TABLE evidence (
    id TEXT NOT NULL REFERENCES concepts (id), source TEXT NOT NULL, locator TEXT NOT NULL,
    count INTEGER NOT NULL);
CREATE TABLE drops (
    label TEXT NOT NULL, kind TEXT NOT NULL, count INTEGER NOT NULL, filter TEXT NOT NULL,
    reason TEXT NOT NULL, score NUMERIC, threshold NUMERIC, twin TEXT, rank INTEGER);
CREATE TABLE scores (
    id TEXT NOT NULL REFERENCES concepts (id), stage TEXT NOT NULL, value NUMERIC,
    threshold NUMERIC, twin TEXT, flag TEXT);
CREATE TABLE aliases (
    id TEXT NOT NULL REFERENCES concepts (id), alias TEXT NOT NULL, kind TEXT NOT NULL,
    "from" TEXT NOT NULL);
CREATE TABLE notes (
    id TEXT NOT NULL REFERENCES concepts (id), kind TEXT NOT NULL, value TEXT NOT NULL);
CREATE TABLE decisions (
    label TEXT NOT NULL, action TEXT NOT NULL, "to" TEXT NOT NULL, reason TEXT NOT NULL,
    "by" TEXT NOT NULL, at TEXT NOT NULL, replaced TEXT NOT NULL);
CREATE INDEX aliases_alias ON aliases (alias);
CREATE INDEX links_id ON links (id);
CREATE INDEX evidence_id ON evidence (id);
CREATE INDEX scores_id ON scores (id);
CREATE INDEX drops_label ON drops (label);
"""
# Datasette searches a table whose name stands behind content= in such quotes.
_SEARCH = """
CREATE VIRTUAL TABLE concepts_fts
    USING fts5 (label, aliases, content="concepts", content_rowid="rank");
INSERT INTO concepts_fts (concepts_fts) VALUES ('rebuild');
"""


def write_datasette(release: Release, out: Path) -> None:
    """A folder with ``vocabulary.db`` and ``metadata.json``, for an empty folder ``out``."""
    try:
        with contextlib.closing(sqlite3.connect(out / DATABASE)) as database:
            database.executescript(_TABLES)
            with database:
                _fill(database, release)
            # Without FTS5 it has no text index; Datasette reads that too.
            if _has_text_index():
                database.executescript(_SEARCH)
    except sqlite3.Error as error:
        # SQLite says of a full disk what it says of a broken one; whose folder it is finds out.
        raise OSError(errno.EIO, str(error), str(out / DATABASE)) from error
    write_text(out / "metadata.json", pretty_json(_metadata(release)))


def _has_text_index() -> bool:
    with contextlib.closing(sqlite3.connect(":memory:")) as probe:
        (used,) = probe.execute("SELECT sqlite_compileoption_used('ENABLE_FTS5')").fetchone()
        return bool(used)


def _fill(database: sqlite3.Connection, release: Release) -> None:
    vocabulary = release.vocabulary

    def insert(table: str, rows: Iterable[Sequence[object]], width: int) -> None:
        marks = ", ".join("?" * width)
        # Datasette gives any table as csv, for spreadsheets.
        guarded = (tuple(map(guard, row)) for row in rows)
        database.executemany(f"INSERT INTO {table} VALUES ({marks})", guarded)

    insert("metadata", [("vocabulary", canonical_json(vocabulary.metadata))], 2)
    others: dict[str, list[str]] = {}
    for one in vocabulary.aliases:
        others.setdefault(one.id, []).append(one.alias)
    insert(
        "concepts",
        (
            (rank, c.id, c.label, c.kind, c.count, "; ".join(others.get(c.id, ())))
            for rank, c in enumerate(vocabulary, 1)
        ),
        6,
    )
    insert(
        "links",
        ((c.id, *link.partition(":")[::2]) for c in vocabulary for link in c.links),
        3,
    )
    insert(
        "evidence",
        ((c.id, one.source, one.locator, one.count) for c in vocabulary for one in c.evidence),
        4,
    )
    insert("drops", drop_rows(release.drops or ()), 9)
    insert("scores", score_rows(release.scores or {}), 6)
    insert("aliases", alias_rows(vocabulary), 4)
    insert("notes", note_rows(release.annotations), 3)
    insert("decisions", decision_rows(release.decisions), 7)


def _metadata(release: Release) -> dict[str, object]:
    vocabulary = release.vocabulary
    licences = release.licences
    tables = {
        name.removesuffix(".csv"): {
            "description": description,
            "columns": {column.name: column.meaning for column in columns},
        }
        for name, (description, columns) in TABLES.items()
    }
    concepts: Any = tables["concepts"]["columns"]
    concepts["aliases"] = "other labels of the concept, semicolons between; searched with the label"
    return {
        "title": f"{vocabulary.metadata['title']} {vocabulary.version}",
        "description": vocabulary.metadata["description"],
        "license": " AND ".join(licence.id for licence in licences),
        "license_url": licences[0].url if len(licences) == 1 else "",
        "databases": {"vocabulary": {"tables": tables}},
    }


def read_datasette(path: Path) -> FileContents:
    """The tables of a database as ``export --to datasette`` writes it.

    Raises
    ------
    DataError
        No SQLite database, or without these tables.
    """
    # Read-only, and nothing that the file itself defines is run: no function in its schema, and no
    # view or computed column, of which one could count for ever.
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            database.row_factory = sqlite3.Row
            database.text_factory = lambda raw: unguard(raw.decode("utf-8"))
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
            _check_plain(database, path)
            return _contents(database, path)
    # A text that is not UTF-8 is none of SQLite's errors.
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read as a vocabulary's database: {error}") from error


def _check_plain(database: sqlite3.Connection, path: Path) -> None:
    """See that what will be read are tables of stored values.

    Raises
    ------
    IntegrityError
        One is a view, virtual, or has computed columns.
    """
    # What is stored begins at a page of its own; views and virtual tables have none.
    pages = dict(database.execute("SELECT lower(name), rootpage FROM sqlite_schema").fetchall())
    for table in sorted(_READ & pages.keys()):
        columns = database.execute("SELECT hidden FROM pragma_table_xinfo(?)", (table,)).fetchall()
        if not pages[table] or any(column["hidden"] for column in columns):
            raise IntegrityError(
                f"{path}: {table} is computed as the file says, a view maybe, instead of stored;"
                " that is refused. Export the vocabulary anew"
            )


def _contents(database: sqlite3.Connection, path: Path) -> FileContents:
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
    drops, scores = (_rows(database, table) for table in ("drops", "scores"))
    # Databases of earlier versions have no such tables.
    listed = {row["name"] for row in database.execute("SELECT name FROM sqlite_schema")}
    aliases, notes, decisions = (
        _rows(database, table) if table in listed else []
        for table in ("aliases", "notes", "decisions")
    )
    place = str(path)
    return FileContents(
        make_contents(numbered(records, path), path).concepts,
        expect(metadata, dict, "metadata", str(path)),
        tuple(parse_drop_row(row, place) for row in drops),
        parse_score_rows((row, place) for row in scores),
        tuple(Alias(row["id"], row["alias"], row["kind"], row["from"]) for row in aliases),
        tuple(parse_note_row(row) for row in notes),
        tuple(parse_decision_row(row) for row in decisions),
    )


def _rows(database: sqlite3.Connection, table: str) -> list[dict[str, str]]:
    """All rows of a table, as a csv file would have them."""
    return [_texts(row) for row in database.execute(f"SELECT * FROM {table} ORDER BY rowid")]


def _texts(row: sqlite3.Row) -> dict[str, str]:
    """A row as a csv file would have it."""
    return {name: "" if row[name] is None else str(row[name]) for name in row.keys()}  # noqa: SIM118
