"""A csv file that people edit in a spreadsheet: read as it is written, written back as it was."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from concept_core.errors import AbsentFileError, DataError
from concept_core.files import read_bytes
from concept_core.releases.csv_cells import guard, unguard
from concept_core.text.files import not_utf8

_BOM = "\ufeff"
# What spreadsheets put between cells, by the language of the machine.
_DELIMITERS = ",;\t"
# A first line by which Excel is told what it is.
_SEPARATOR = re.compile(r'"?sep=(.)"?')


@dataclass(slots=True)
class Row:
    """One line of cells; ``line`` is where it begins in the file, 0 for a new one.

    ``raw`` is how it is written there, for as long as nothing in it is changed.
    """

    cells: list[str]
    line: int = 0
    raw: str | None = None

    @property
    def is_comment(self) -> bool:
        """Whether the row is empty, or begins with #: it is kept and says nothing."""
        return not any(map(str.strip, self.cells)) or self.cells[0].lstrip().startswith("#")


@dataclass(slots=True)
class Sheet:
    """A file's rows, and how it is written.

    Attributes
    ----------
    path : Path
    header : Row
        As written; ``names`` are what columns are looked up by.
    rows : list of Row
        All below the header, comments among them.
    preamble : list of Row
        All above it.
    delimiter, newline : str
        What stands between cells, and at the end of lines.
    has_bom : bool
        Whether the file begins with a byte order mark.
    """

    path: Path
    header: Row
    rows: list[Row] = field(default_factory=list)
    preamble: list[Row] = field(default_factory=list)
    delimiter: str = ","
    newline: str = "\n"
    has_bom: bool = False

    @property
    def names(self) -> list[str]:
        """The columns in small letters, without spaces around."""
        return [name.strip().lower() for name in self.header.cells]

    def add_column(self, name: str) -> None:
        """See that there is a column of that name; cells that a row lacks are empty."""
        if name not in self.names:
            self.header.cells.append(name)
            self.header.raw = None

    def set_cell(self, row: Row, name: str, text: str) -> None:
        """Write a text into a column that is there."""
        row.raw = None
        row.cells += [""] * (len(self.header.cells) - len(row.cells))
        row.cells[self.names.index(name)] = str(guard(text))

    def append(self, values: Mapping[str, str]) -> Row:
        """A new row at the end; a column that is not there yet is made."""
        for name in values:
            self.add_column(name)
        row = Row([])
        for name, text in values.items():
            self.set_cell(row, name, text)
        self.rows.append(row)
        return row

    def records(self) -> Iterator[tuple[Row, dict[str, str]]]:
        """The rows that are no comments, each with its texts by column, "" where it has none."""
        names = self.names
        for row in self.rows:
            if not row.is_comment:
                texts = (unguard(cell).strip() for cell in row.cells)
                yield row, dict(zip_longest(names, texts, fillvalue=""))

    def where(self, row: Row) -> str:
        """The place of a row, as messages name it."""
        return f"{self.path}:{row.line}"

    def text(self) -> str:
        """The whole file."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=self.delimiter, lineterminator=self.newline)
        for row in [*self.preamble, self.header, *self.rows]:
            if row.raw is None:
                writer.writerow(row.cells)
            else:
                out.write(row.raw if row.raw.endswith(("\r", "\n")) else row.raw + self.newline)
        return (_BOM if self.has_bom else "") + out.getvalue()


def read_sheet(path: Path, columns: Sequence[str]) -> Sheet:
    """Read a csv file with a header, as spreadsheets write them.

    A byte order mark, any line ends, semicolons or tabs between cells, and a first line such as
    "sep=;" are read; lines that begin with # are comments. A row may lack its last cells, and may
    have empty ones behind.

    Parameters
    ----------
    path : Path
    columns : sequence of str
        Those that must be there, among others, in any order.

    Raises
    ------
    DataError
        No such file, no UTF-8, broken quotes, a column that is missing or named twice, or a row
        with more cells than the header; the message has the line.
    """
    text = _decoded(path)
    has_bom = text.startswith(_BOM)
    text = text.removeprefix(_BOM)
    newline = next((end for end in ("\r\n", "\n", "\r") if end in text), "\n")
    delimiter = _delimiter(text, columns)
    sheet = Sheet(path, Row([]), delimiter=delimiter, newline=newline, has_bom=has_bom)
    for row in _rows(text, delimiter, path):
        if sheet.header.cells:
            if any(row.cells[len(sheet.header.cells) :]) and not row.is_comment:
                raise DataError(
                    f"{sheet.where(row)}: {len(row.cells)} cells, the header has"
                    f" {len(sheet.names)} ({', '.join(sheet.names)}); put quotation marks around"
                    f" a text that has {delimiter!r} in it"
                )
            sheet.rows.append(row)
        elif row.is_comment or _SEPARATOR.match((row.raw or "").strip()):
            sheet.preamble.append(row)
        else:
            sheet.header = row
            _check_header(sheet, row, columns)
    if not sheet.header.cells:
        sheet.header = Row(list(columns))
    return sheet


def _decoded(path: Path) -> str:
    try:
        content = read_bytes(path)
        return content.decode("utf-8")
    except FileNotFoundError as error:
        raise AbsentFileError(f"{path}: no such file; correct the path") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        before = content[: error.start].splitlines(keepends=True) or [b""]
        ended = before[-1].endswith((b"\n", b"\r"))
        line, column = len(before) + ended, 1 if ended else len(before[-1]) + 1
        raise not_utf8(path, line, content[error.start], column) from error


def _delimiter(text: str, columns: Sequence[str]) -> str:
    """What separates the columns in the first line that is no comment; a comma if nothing does."""
    lines = (line.strip() for line in text.splitlines())
    said = (line for line in lines if line.strip(_DELIMITERS) and not line.startswith("#"))
    header = next((line for line in said if not _SEPARATOR.match(line)), "").lower()
    return max(
        _DELIMITERS,
        key=lambda sign: sum(cell.strip(' "') in columns for cell in header.split(sign)),
    )


def _rows(text: str, delimiter: str, path: Path) -> Iterator[Row]:
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(iter(lines), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError(
                f"{path}:{line}: the row that begins here is broken: {error}; look for a"
                " quotation mark that is not closed or not doubled"
            ) from error
        yield Row(cells or [""], line, "".join(lines[line - 1 : reader.line_num]))


def _check_header(sheet: Sheet, row: Row, columns: Sequence[str]) -> None:
    names = sheet.names
    for name in columns:
        if name not in names:
            raise DataError(
                f"{sheet.where(row)}: the column {name!r} is missing; the first line must name the"
                f" columns {', '.join(columns)}"
            )
    twice = [name for name in names if name and names.count(name) > 1]
    if twice:
        raise DataError(f"{sheet.where(row)}: the column {twice[0]!r} is named twice")
