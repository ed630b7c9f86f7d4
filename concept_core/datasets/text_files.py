"""Text files line by line: every error says the file, the line, and what was expected."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from concept_core import documents
from concept_core.errors import DataError

_BOM = b"\xef\xbb\xbf"


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines with their numbers from 1, without line ends; UTF-8, a byte order mark is skipped.

    Raises
    ------
    DataError
        No such file, a line that is not UTF-8, or a file without a line.
    """
    number = 0
    try:
        with open(path, "rb") as handle:
            for number, raw in enumerate(handle, 1):
                line = raw.removeprefix(_BOM) if number == 1 else raw
                try:
                    yield number, line.decode("utf-8").rstrip("\r\n")
                except UnicodeDecodeError as error:
                    raise DataError(
                        f"{path}:{number}: not UTF-8 text (byte {line[error.start]:#04x} at"
                        f" column {error.start + 1}); save the file as UTF-8"
                    ) from error
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file; correct the path") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    if number == 0:
        raise DataError(f"{path}: the file is empty")


def read_table(path: Path, delimiter: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a csv or tsv file with a header, each with the number of its last line.

    Raises
    ------
    DataError
        Broken quotes, a column named twice, or a row with more or fewer fields than the header.
    """
    header: list[str] | None = None
    for first, last, fields in read_fields(path, delimiter):
        if header is None:
            header = [name.strip() for name in fields]
            if len(set(header)) < len(header):
                raise DataError(f"{path}:1: a column is named twice: {', '.join(header)}")
            continue
        if len(fields) != len(header):
            raise DataError(
                f"{path}:{first}: expected {len(header)} fields ({', '.join(header)}), found"
                f" {len(fields)}"
            )
        yield last, dict(zip(header, fields, strict=True))


def read_fields(
    path: Path, delimiter: str, *, spaces: bool = False
) -> Iterator[tuple[int, int, list[str]]]:
    """The fields of each row that has any, with the numbers of its first and its last line.

    Parameters
    ----------
    path : Path
    delimiter : str
    spaces : bool
        Whether spaces may follow a delimiter; they are left out.

    Raises
    ------
    DataError
        As `read_lines`; broken quotes.
    """
    lines = (line + "\n" for _, line in read_lines(path))
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
        if fields:
            yield first, reader.line_num, fields


def read_json(path: Path) -> Any:
    """The value of a JSON file.

    Raises
    ------
    DataError
        Broken JSON; the message has the line.
    """
    text = "\n".join(line for _, line in read_lines(path))
    return parse_json(text, path, 1)


def parse_json(text: str, path: Path, first_line: int) -> Any:
    """The value of a JSON text that begins at ``first_line`` of ``path``."""
    return documents.parse_json(text, str(path), first_line, finite=False)
