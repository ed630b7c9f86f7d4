"""Text files line by line: every error says the file, the line, and what was expected.

UTF-8 with or without a byte order mark; lines end as on any system, with a line feed, a carriage
return, or both.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from concept_core import documents
from concept_core.errors import AbsentFileError, DataError
from concept_core.files import LONGEST_LINE, bounded_lines, open_file
from concept_core.text.strangers import check_first_line

# A JSON text may be one line; larger ones than this are read by no program that keeps them whole.
_LONGEST_JSON = 1 << 30
_SIGNS = ",;\t"
# A first line by which a spreadsheet is told what is between cells.
_SAID = re.compile(r'"?sep=(.)"?')
_QUOTED = re.compile(r'"[^"]*"')


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines with their numbers from 1, without line ends.

    Raises
    ------
    DataError
        No such file, one without a line, a line that is not UTF-8 text or has more characters
        than ``LONGEST_LINE``; UTF-16, a web page or a pointer of Git LFS instead of the file.
    """
    for number, line in _lines(path):
        yield number, line.rstrip("\r\n")


def _lines(
    path: Path, longest: int = LONGEST_LINE, *, exact: bool = False
) -> Iterator[tuple[int, str]]:
    """Lines with their numbers and their ends, as they are written."""
    number = 0
    try:
        # Bytes that are no UTF-8 come as halves of surrogate pairs, so that the line is known.
        with open_file(path, encoding="utf-8", errors="surrogateescape", newline="") as handle:
            for number, line in enumerate(bounded_lines(handle, path, longest), 1):
                if number == 1:
                    line = line.removeprefix("\ufeff")
                    check_first_line(line, path)
                _check_text(line, path, number, exact=exact)
                yield number, line
    except FileNotFoundError as error:
        raise AbsentFileError(f"{path}: no such file; correct the path") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    if number == 0:
        raise DataError(f"{path}: the file is empty")


def _check_text(line: str, path: Path, number: int, *, exact: bool) -> None:
    # The export of a vocabulary may have any character in a label, but none in its header.
    if "\0" in line and not (exact and number > 1):
        raise DataError(
            f"{path}:{number}: a byte 0 at column {line.index(chr(0)) + 1}: UTF-16, or no text"
            " file; save the file as UTF-8 text"
        )
    if line.isascii():
        return
    try:
        line.encode("utf-8")
    except UnicodeEncodeError as error:
        raise not_utf8(path, number, ord(line[error.start]) - 0xDC00, error.start + 1) from error


def not_utf8(path: Path, line: int, byte: int, column: int) -> DataError:
    """The error for a text that is not UTF-8: where, which byte, and what to do."""
    return DataError(
        f"{path}:{line}: not UTF-8 text (byte {byte:#04x} at column {column}); save the file as"
        " UTF-8 (in a spreadsheet: CSV UTF-8)"
    )


@dataclass(frozen=True, slots=True)
class Heads:
    """The heads of the columns of a table; "" is a column without one, which nobody can ask for."""

    names: tuple[str, ...]

    @property
    def named(self) -> tuple[str, ...]:
        """Those that are there."""
        return tuple(filter(None, self.names))

    def cells(self, row: Sequence[str]) -> dict[str, str] | None:
        """The cells of a row under their heads; None where it has too few, or more than heads.

        Spreadsheets leave columns that are empty behind the last one: cells there must be empty. A
        column without a head before others, such as the row numbers of a data frame, says nothing.
        """
        width = max((at for at, name in enumerate(self.names, 1) if name), default=0)
        if len(row) < width or any(cell.strip() for cell in row[width:]):
            return None
        pairs = zip(self.names, row, strict=False)
        return {name: cell for name, cell in pairs if name}


def parse_heads(row: Sequence[str], where: str) -> Heads:
    """The heads of a row; raises DataError where none is named, or one twice."""
    heads = Heads(tuple(name.strip() for name in row))
    if len(set(heads.named)) < len(heads.named):
        raise DataError(f"{where}: a column is named twice: {', '.join(heads.named)}")
    if not heads.named:
        raise DataError(f"{where}: no column has a name; name the columns in the first line")
    return heads


def delimiter_of(path: Path) -> str:
    """What a file's ending says is between its cells: tabs in tsv, commas in others."""
    return "\t" if path.suffix.lower() in (".tsv", ".tab") else ","


def read_table(path: Path, *, exact: bool = False) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a csv or tsv file with a header, each with the number of its last line.

    Columns are apart by what the header has most of: commas, semicolons or tabs; or by what a
    first line such as ``sep=;`` says. Lines above it that begin with # are remarks. Columns
    without a name are passed over if they are empty.

    Parameters
    ----------
    path : Path
    exact : bool
        Keep what quoted cells hold as it is, any character; else line ends are line feeds.

    Raises
    ------
    DataError
        Broken quotes, a column named twice, or a row with more or fewer fields than the header.
    """
    heads: Heads | None = None
    for first, last, row in read_fields(path, delimiter_of(path), headed=True, exact=exact):
        if heads is None:
            heads = parse_heads(row, f"{path}:{first}")
            continue
        cells = heads.cells(row)
        if cells is None:
            raise DataError(
                f"{path}:{first}: expected {len(heads.named)} fields ({', '.join(heads.named)}),"
                f" found {len(row)}; a text that holds what is between the fields stands in quotes"
            )
        yield last, cells


def read_fields(
    path: Path,
    delimiter: str,
    *,
    spaces: bool = False,
    headed: bool = False,
    among: str = "",
    exact: bool = False,
) -> Iterator[tuple[int, int, list[str]]]:
    """The fields of each row that says anything, with the numbers of its first and its last line.

    Parameters
    ----------
    path : Path
    delimiter : str
    spaces : bool
        Whether spaces may follow a delimiter; they are left out.
    headed : bool
        Whether the first row has the names of columns, so that another delimiter is seen in it.
    among : str
        A name that is in the row of the names, where other rows may stand above it.
    exact : bool
        As `read_table` takes it.

    Raises
    ------
    DataError
        As `read_lines`; broken quotes.
    """
    lines: Iterable[str] = (
        line if exact else line.rstrip("\r\n") + "\n" for _, line in _lines(path, exact=exact)
    )
    if headed:
        delimiter, lines = _sniffed(iter(lines), delimiter, among)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=spaces, strict=True)
    while True:
        first = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError(
                f"{path}:{first}: the row that begins here is broken: {error}; look for a"
                " quotation mark that is not closed or not doubled"
            ) from error
        if any(map(str.strip, fields)):
            yield first, reader.line_num, fields


def _sniffed(lines: Iterator[str], delimiter: str, among: str) -> tuple[str, Iterator[str]]:
    """What is between the columns of a header, and all the lines."""
    seen: list[str] = []
    header = ""
    for line in lines:
        seen.append(line)
        if line.startswith("#") and not any(map(line.count, _SIGNS)):
            # A remark above the heads.
            seen[-1] = "\n"
            continue
        if said := _SAID.fullmatch(line.rstrip("\r\n")):
            delimiter, seen[-1] = said[1], "\n"
            break
        header += line
        # A quoted name may have several lines.
        if header.count('"') % 2 == 0 or len(header) > LONGEST_LINE:
            if header.strip(f"{_SIGNS} \r\n") and among in header:
                delimiter = max((delimiter, *_SIGNS), key=_QUOTED.sub("", header).count)
                break
            header = ""
    return delimiter, chain(seen, lines)


def read_json(path: Path) -> Any:
    """The value of a JSON file.

    Raises
    ------
    DataError
        As `read_lines`; broken JSON; the message has the line.
    """
    return parse_json("".join(line for _, line in _lines(path, _LONGEST_JSON)), path, 1)


def read_json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """The value of every line that is not blank, with its number; raises as `read_json`."""
    for number, line in read_lines(path):
        if line.strip():
            yield number, parse_json(line, path, number)


def parse_json(text: str, path: Path, first_line: int) -> Any:
    """The value of a JSON text that begins at ``first_line`` of ``path``."""
    return documents.parse_json(text, str(path), first_line, finite=False)
