"""The ids of an npy file, which has no place for them: ``x.txt`` or ``x.csv`` beside ``x.npy``."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from concept_core.errors import DataError
from concept_core.files import open_file
from concept_core.rows.arrays import TEXT, ArrayInfo, Values

IDS = "ids"
"""What the ids are called that have no name of their own."""


@dataclass(frozen=True, slots=True)
class IdsBeside:
    """A text file with an id a line, or a csv table with a row a clip or text.

    Attributes
    ----------
    path : Path
    names : tuple of str
        Of the columns; of a text file the one that it has.
    header : bool
        Whether the first line of a table has the names.
    count : int
        Lines, the header not among them.
    """

    path: Path
    names: tuple[str, ...]
    header: bool
    count: int

    @property
    def arrays(self) -> tuple[ArrayInfo, ...]:
        """The columns."""
        return tuple(ArrayInfo(name, (self.count,), TEXT, "text") for name in self.names)

    def blocks(self, name: str, start: int, rows: int) -> Iterator[Values]:
        """One column; see ``ArrayFile.blocks``."""
        place = self.names.index(name)
        lines = islice(_rows(self.path), start + self.header, None)
        while block := [line[place] for line in islice(lines, rows)]:
            yield np.array(block, object)


def find_ids(path: Path, count: int) -> IdsBeside | None:
    """The ids of an npy file of ``count`` rows, if they are beside it: in a txt, or in a csv.

    A table has its names in the first line where it has a line more than there are rows; without
    names it has one column.

    Raises
    ------
    DataError
        A file that is no text, has another number of lines, or rows of different length.
    """
    text, table = path.with_suffix(".txt"), path.with_suffix(".csv")
    if text.is_file():
        lines = sum(1 for _ in _rows(text))
        if lines != count:
            raise _other_number(text, lines, path, count)
        return IdsBeside(text, (IDS,), False, count)
    if not table.is_file():
        return None
    first: list[str] = []
    lines = 0
    for line in _rows(table):
        first = first or line
        lines += 1
        if len(line) != len(first):
            raise DataError(
                f"{table}:{lines}: {len(line)} cells, the first line has {len(first)}; ids with"
                " commas stand in quotes"
            )
    if lines not in (count, count + 1):
        raise _other_number(table, lines, path, count)
    header = lines == count + 1
    plain = (IDS,) if len(first) == 1 else tuple(f"column {at + 1}" for at in range(len(first)))
    return IdsBeside(table, tuple(first) if header else plain, header, count)


def _other_number(ids: Path, lines: int, path: Path, count: int) -> DataError:
    return DataError(f"{ids}: {lines} lines for the {count} rows of {path.name}; give one each")


def _rows(path: Path) -> Iterator[list[str]]:
    # utf-8-sig: spreadsheets begin a table with a mark.
    with open_file(
        path, encoding="utf-8-sig", newline=None if path.suffix == ".txt" else ""
    ) as handle:
        try:
            if path.suffix == ".txt":
                yield from ([line.removesuffix("\n")] for line in handle)
            else:
                yield from (line for line in csv.reader(handle) if line)
        except (UnicodeDecodeError, csv.Error) as error:
            raise DataError(f"{path}: cannot be read as ids ({error}); save it as UTF-8") from error
