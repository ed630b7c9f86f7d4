"""The tables of a release folder as csv text, and read back as they were written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from concept_core.releases.csv_cells import guard
from concept_core.releases.folder import CONCEPT_COLUMNS, EVIDENCE_COLUMNS, table_rows
from concept_core.vocabulary import Vocabulary

DROPS = "drops.csv"
SCORES = "scores.csv"
DROP_COLUMNS = (
    "label", "kind", "count", "filter", "reason", "score", "threshold", "twin", "rank",
)  # fmt: skip
SCORE_COLUMNS = ("id", "stage", "value", "threshold", "twin", "flag")
Rows = tuple[tuple[str, ...], ...]


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as csv with a header, lines ended by "\\n"; None is an empty cell."""
    return "".join(map(_csv_line, (columns, *rows)))


def read_rows(path: Path, columns: tuple[str, ...]) -> Rows | None:
    """The rows of a table; None where a folder has no such table.

    Raises
    ------
    DataError
        Other columns, or broken csv.
    """
    if not path.is_file():
        return None
    return tuple(tuple(row.values()) for row, _ in table_rows(path, columns))


def concepts_csv(vocabulary: Vocabulary) -> str:
    """``concepts.csv``."""
    return csv_text(
        CONCEPT_COLUMNS, ((c.id, c.label, c.kind, c.count, " ".join(c.links)) for c in vocabulary)
    )


def evidence_csv(vocabulary: Vocabulary) -> str:
    """``evidence.csv``."""
    return csv_text(
        EVIDENCE_COLUMNS,
        (
            (concept.id, evidence.source, evidence.locator, evidence.count)
            for concept in vocabulary
            for evidence in concept.evidence
        ),
    )


def drops_csv(rows: Iterable[Sequence[object]]) -> str:
    """``drops.csv``."""
    return csv_text(DROP_COLUMNS, rows)


def scores_csv(rows: Iterable[Sequence[object]]) -> str:
    """``scores.csv``."""
    return csv_text(SCORE_COLUMNS, rows)


def cells(row: Iterable[object]) -> tuple[str, ...]:
    """Values as the csv writer writes them."""
    return tuple("" if value is None else str(value) for value in row)


def _csv_line(row: Sequence[object]) -> str:
    # The writer quotes a cell that holds a character of the line's end. "\r" must be among them:
    # a reader takes it for a line's end wherever it is not quoted.
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerow(map(guard, row))
    return buffer.getvalue().removesuffix("\r\n") + "\n"
