"""Tables that list clips: lines that know where they are, for errors that say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from concept_core.datasets.base import DatasetInfo
from concept_core.errors import AbsentFileError, DataError, MissingFileError
from concept_core.text.files import Heads, parse_heads, read_fields

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: where it is, for errors, and its values by column."""

    where: str
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def error(self, what: str) -> DataError:
        """The error for something wrong on this line."""
        return DataError(f"{self.where}: {what}")


def require_folder(folder: Path, info: DatasetInfo) -> None:
    """See that the folder of a data set exists.

    Raises
    ------
    MissingError
        It does not.
    """
    if not folder.is_dir():
        raise MissingFileError(
            f"{folder}: no such folder; give the one that holds {info.name}: {info.holds}"
        )


def require_file(path: Path, layout: str) -> Path:
    """The file, if it exists; ``layout`` says what the folder should look like.

    Raises
    ------
    DataError
        It does not.
    """
    if not path.is_file():
        raise AbsentFileError(f"{path}: no such file; {layout}")
    return path


def read_table(
    path: Path,
    columns: Sequence[str],
    layout: str,
    *,
    delimiter: str = ",",
    headed: bool = True,
    comment: str | None = None,
) -> list[Line]:
    """The lines of a delimited text file, at least one.

    The whole file is read first: a broken line is an error before anything is done with others.

    Parameters
    ----------
    path : Path
    columns : sequence of str
        Those that there must be. Without a header these are the first of each line.
    layout : str
        What the folder should look like, for the error about a missing file.
    delimiter : str
    headed : bool
        Whether the first line names the columns; others than ``columns`` are kept too.
    comment : str, optional
        Lines that begin so are passed over.

    Raises
    ------
    DataError
        No file, not UTF-8, a column missing, too few or too many values on a line, no lines.
    """
    read = read_fields(
        require_file(path, layout), delimiter, spaces=comment is not None, headed=headed
    )
    rows = [
        (last, fields)
        for _, last, fields in read
        if not (comment and fields[0].startswith(comment))
    ]
    heads = Heads(tuple(columns))
    if headed:
        heads = parse_heads(rows.pop(0)[1], f"{path}:1") if rows else Heads(())
        for column in columns:
            if column not in heads.named:
                raise DataError(
                    f"{path}: no column {column!r}; expected the columns {', '.join(columns)},"
                    f" found {', '.join(heads.named)}"
                )
    if not rows:
        raise DataError(f"{path}: no lines; get it anew")
    lines = []
    for number, row in rows:
        # Without a header more may follow, which nobody asks for.
        cells = heads.cells(row if headed else row[: len(columns)])
        if cells is None:
            raise DataError(
                f"{path}:{number}: {len(row)} values instead of {len(heads.named)}"
                f" ({', '.join(heads.named)}); get the file anew"
            )
        lines.append(Line(f"{path}:{number}", cells))
    return lines


def class_index(line: Line, name: str, classes: Mapping[str, int]) -> int:
    """The index of a class by the name that the table has for it.

    Raises
    ------
    DataError
        No such class; the message names the line and some of the classes.
    """
    if name not in classes:
        known = list(classes)
        shown = known if len(known) <= _SHOWN + 1 else [*known[:_SHOWN], "...", known[-1]]
        raise line.error(f"unknown class {name!r}; the {len(known)} are {', '.join(shown)}")
    return classes[name]


def plain_name(line: Line, column: str) -> str:
    """A value that must be the name of a file, with no folder before it.

    Raises
    ------
    DataError
        It is empty, or a path.
    """
    name = line[column]
    if not name or Path(name).name != name:
        raise line.error(f"{column} {name!r} is not the name of a file")
    return name
