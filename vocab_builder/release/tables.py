"""The tables of a release folder: their columns, written as csv and read back as values."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from concept_core.documents import whole_number
from concept_core.errors import DataError
from concept_core.releases.csv_cells import guard
from concept_core.releases.folder import ALIASES, CONCEPTS, EVIDENCE, table_rows
from concept_core.vocabulary import Vocabulary
from vocab_builder.curation.aliases import Annotation
from vocab_builder.curation.decisions import Decision
from vocab_builder.stages.candidates import Candidate, Drop, Score

DROPS = "drops.csv"
SCORES = "scores.csv"
NOTES = "notes.csv"
DECISIONS = "decisions.csv"
Scores = Mapping[str, tuple[Score, ...]]
"""What stages measured of each concept, by its id."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, type (string, integer, number) and meaning."""

    name: str
    type: str
    meaning: str


_ID = Column("id", "string", "stable slug of the concept")
_COUNT = Column("count", "integer", "occurrences")
_THRESHOLD = Column("threshold", "number", "what the score was compared with")
_TWIN = Column("twin", "string", "label that the score was measured to")
TABLES: Mapping[str, tuple[str, tuple[Column, ...]]] = {
    CONCEPTS: (
        "the concepts in order, most important first; the order is part of the vocabulary",
        (
            _ID,
            Column("label", "string", "the word as people read it"),
            Column("kind", "string", "noun, verb, adjective, phrase, or word where no tagger told"),
            Column("count", "integer", "occurrences over all evidence"),
            Column("links", "string", "identifiers elsewhere, scheme:identifier, spaces between"),
        ),
    ),
    EVIDENCE: (
        "where each concept was seen",
        (
            _ID,
            Column("source", "string", "name of the source"),
            Column("locator", "string", "identifier, or file and field, inside the source"),
            _COUNT,
        ),
    ),
    DROPS: (
        "the candidates that were left out, and why",
        (
            Column("label", "string", "the candidate"),
            Column("kind", "string", "as of concepts"),
            _COUNT,
            Column("filter", "string", "the stage that left it out"),
            Column("reason", "string", "reason code"),
            Column("score", "number", "what the filter measured"),
            _THRESHOLD,
            _TWIN,
            Column("rank", "integer", "place that the selection gave it, from 1"),
        ),
    ),
    ALIASES: (
        "other labels of concepts",
        (
            _ID,
            Column("alias", "string", "the other label"),
            Column("kind", "string", "rename, merge, form, derivation, synonym or near"),
            Column("from", "string", "decisions, or the filter that found it"),
        ),
    ),
    NOTES: (
        "notes, definitions, broader and related concepts",
        (
            _ID,
            Column("kind", "string", "note, definition, broader or related"),
            Column("value", "string", "a text, or the id of the other concept"),
        ),
    ),
    DECISIONS: (
        "what people decided about words, and why",
        (
            Column("label", "string", "the word"),
            Column("action", "string", "what becomes of it, or what is said of it"),
            Column("to", "string", "another label, or a text"),
            Column("reason", "string", "why, in the person's words"),
            Column("by", "string", "who decided"),
            Column("at", "string", "when"),
            Column("replaced", "string", "what took its place, where it no longer holds"),
        ),
    ),
    SCORES: (
        "what each stage measured of each concept",
        (
            _ID,
            Column("stage", "string", "filter, or selection:KIND"),
            Column("value", "number", "what it measured"),
            _THRESHOLD,
            _TWIN,
            Column("flag", "string", "reason code under which it would have been left out"),
        ),
    ),
}
Row = Sequence[object]


def columns_of(table: str) -> tuple[str, ...]:
    """The names of a table's columns."""
    return tuple(column.name for column in TABLES[table][1])


def concept_rows(vocabulary: Vocabulary) -> Iterator[Row]:
    """The rows of ``concepts.csv``."""
    return ((c.id, c.label, c.kind, c.count, " ".join(c.links)) for c in vocabulary)


def evidence_rows(vocabulary: Vocabulary) -> Iterator[Row]:
    """The rows of ``evidence.csv``."""
    for concept in vocabulary:
        for one in concept.evidence:
            yield concept.id, one.source, one.locator, one.count


def drop_rows(drops: Iterable[Drop]) -> Iterator[Row]:
    """The rows of ``drops.csv``."""
    for drop in drops:
        one = drop.candidate
        yield (
            one.label, one.kind, one.count, drop.filter, drop.reason,
            drop.score, drop.threshold, drop.twin, drop.rank,
        )  # fmt: skip


def score_rows(scores: Scores) -> Iterator[Row]:
    """The rows of ``scores.csv``."""
    for concept, stages in scores.items():
        for score in stages:
            yield concept, score.stage, score.value, score.threshold, score.twin, score.flag


def alias_rows(vocabulary: Vocabulary) -> Iterator[Row]:
    """The rows of ``aliases.csv``."""
    return ((one.id, one.alias, one.kind, one.source) for one in vocabulary.aliases)


def note_rows(annotations: Iterable[Annotation]) -> Iterator[Row]:
    """The rows of ``notes.csv``."""
    return ((one.id, one.kind, one.value) for one in annotations)


def decision_rows(decisions: Iterable[Decision]) -> Iterator[Row]:
    """The rows of ``decisions.csv``."""
    columns = columns_of(DECISIONS)
    return (tuple(getattr(one, name) for name in columns) for one in decisions)


def csv_text(table: str, rows: Iterable[Row]) -> str:
    """Rows as csv with the table's header."""
    return csv_lines([columns_of(table), *rows])


def csv_lines(rows: Iterable[Row]) -> str:
    """Rows as csv, lines ended by "\\n"; None is an empty cell."""
    return "".join(map(_csv_line, rows))


def read_drops(path: Path) -> tuple[Drop, ...] | None:
    """What a release left out, in the order of its file; None where it has no such file.

    Raises
    ------
    DataError
        Other columns, broken csv, or a cell that is no number; the message names the line.
    """
    if not path.is_file():
        return None
    return tuple(parse_drop_row(row, where) for row, where in table_rows(path, columns_of(DROPS)))


def read_scores(path: Path) -> dict[str, tuple[Score, ...]] | None:
    """Scores by concept id; None where the release is older than the file.

    Raises
    ------
    DataError
        As `read_drops`.
    """
    if not path.is_file():
        return None
    return parse_score_rows(table_rows(path, columns_of(SCORES)))


def read_notes(path: Path) -> tuple[Annotation, ...]:
    """Notes, definitions and relations; none where there is no such file."""
    if not path.is_file():
        return ()
    return tuple(parse_note_row(row) for row, _ in table_rows(path, columns_of(NOTES)))


def read_release_decisions(path: Path) -> tuple[Decision, ...]:
    """What people decided; none where there is no such file."""
    if not path.is_file():
        return ()
    return tuple(parse_decision_row(row) for row, _ in table_rows(path, columns_of(DECISIONS)))


def parse_note_row(row: Mapping[str, str]) -> Annotation:
    """The annotation of a row of text."""
    return Annotation(row["id"], row["kind"], row["value"])


def parse_decision_row(row: Mapping[str, str]) -> Decision:
    """The decision of a row of text."""
    label, action, to, reason, by, at, replaced = (row[name] for name in columns_of(DECISIONS))
    return Decision(label, action, to, reason, by, at, replaced)


def parse_drop_row(row: Mapping[str, str], where: str) -> Drop:
    """The drop of a row of text; its candidate has no evidence but knows its count."""
    count, rank = (_whole(row, name, where) for name in ("count", "rank"))
    return Drop(
        Candidate(row["label"], row["kind"], (), unlisted=count or 0),
        row["filter"],
        row["reason"],
        _number(row, "score", where),
        _number(row, "threshold", where),
        row["twin"] or None,
        rank,
    )


def parse_score_rows(rows: Iterable[tuple[Mapping[str, str], str]]) -> dict[str, tuple[Score, ...]]:
    """Scores by concept id, from rows of text with their places."""
    scores: dict[str, tuple[Score, ...]] = {}
    for row, where in rows:
        value, threshold = (_number(row, name, where) for name in ("value", "threshold"))
        score = Score(row["stage"], value, threshold, row["twin"] or None, row["flag"] or None)
        scores[row["id"]] = (*scores.get(row["id"], ()), score)
    return scores


def _number(row: Mapping[str, str], name: str, where: str) -> float | None:
    text = row[name]
    if not text:
        return None
    # Whole numbers stay whole, so that what is read is written as it was.
    whole = whole_number(text.removeprefix("-"))
    try:
        value = float(text) if whole is None else whole * (-1 if text[0] == "-" else 1)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DataError(f"{where}: {name} {text[:40]!r} is not a number")
    return value


def _whole(row: Mapping[str, str], name: str, where: str) -> int | None:
    text = row[name]
    value = whole_number(text)
    if text and value is None:
        raise DataError(f"{where}: {name} {text[:40]!r} is not a whole number")
    return value


def _csv_line(row: Row) -> str:
    # The writer quotes a cell that holds a character of the line's end. "\r" must be among them:
    # a reader takes it for a line's end wherever it is not quoted.
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerow(map(guard, row))
    return buffer.getvalue().removesuffix("\r\n") + "\n"
