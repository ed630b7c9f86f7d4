"""Lists of clips: tables and text files of paths or addresses, and the list that workers read.

A job must be small, and a worker may be on another machine, where a table of two million lines
would be read for each of its jobs: what was listed is written once, as parquet with a group of
rows for each job, and a job says which group.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from concept_core import stores
from concept_core.errors import DataError, UsageError
from concept_core.extras import require_extra
from concept_core.rows.arrays import named
from concept_core.text.files import read_lines, read_table

LISTS = (".txt",)
TABLES = (".csv", ".tsv", ".parquet")
"""Endings of files that list clips: a path a line, or a row a clip."""
# As programs and people call them, in the order in which they are looked for.
_PATHS = (
    *("path", "address", "file", "filename", "file_name", "filepath", "file_path", "fname"),
    *("audio", "audio_path", "audio_file", "wav", "clip", "sound", "uri", "url"),
)
_IDS = ("id", "clip_id", "key", "uid", "name", "ytid")
_BATCH = 8_192
UNKNOWN = -1
"""The size of a clip that was not asked for it."""


@dataclass(frozen=True, slots=True)
class ListedClip:
    """A clip of a list.

    Attributes
    ----------
    id : str
        What its row is called.
    address : str
        A path, or the address of an object.
    size : int
        Bytes, or ``UNKNOWN``.
    """

    id: str
    address: str
    size: int = UNKNOWN


def read_clip_list(
    address: str, column: str | None = None, id_column: str | None = None
) -> Iterator[ListedClip]:
    """The clips of a text file with a path a line, or of a table with a column of them.

    What is no absolute path and no address lies in the folder of the list.

    Parameters
    ----------
    address : str
        A path or an address that ends as ``LISTS`` or ``TABLES``.
    column, id_column : str, optional
        The columns with the paths and with the ids; by default those that are called so, and as
        ids the paths as they are written.

    Raises
    ------
    DataError
        A broken file, no such column, a row without a path, or with an address that is none; the
        message has the line.
    UsageError
        Columns of a text file.
    """
    if (column or id_column) and address.lower().endswith(LISTS):
        raise UsageError(f"{address}: a text file has no columns; it has a path a line")
    folder = address.rpartition("/")[0] or ("" if stores.is_address(address) else ".")
    with stores.local_copy(address, "list") as path:
        for line, cell, name in _cells(path, column, id_column):
            if not cell.strip():
                raise DataError(f"{address}:{line}: no path; name a sound on every line")
            try:
                placed = _placed(cell.strip(), folder)
            except UsageError as error:
                raise DataError(f"{address}:{line}: {error}") from error
            yield ListedClip(name or cell, placed)


def _placed(cell: str, folder: str) -> str:
    if stores.is_address(cell) or cell.startswith("/"):
        return cell
    return stores.join(folder, cell)


def _cells(path: Path, column: str | None, id_column: str | None) -> Iterator[tuple[int, str, str]]:
    """Line, path and id of each clip; the id is empty where there is none."""
    suffix = path.suffix.lower()
    if suffix in LISTS:
        for number, line in read_lines(path):
            if line.strip():
                yield number, line.strip(), ""
        return
    if suffix == ".parquet":
        yield from _parquet_cells(path, column, id_column)
        return
    chosen: tuple[str, str | None] | None = None
    for number, cells in read_table(path):
        chosen = chosen or _columns(path, list(cells), column, id_column)
        yield number, cells[chosen[0]], cells[chosen[1]] if chosen[1] else ""


def _parquet_cells(
    path: Path, column: str | None, id_column: str | None
) -> Iterator[tuple[int, str, str]]:
    parquet = require_extra("pyarrow.parquet")
    number = 0
    with named(path, "parquet"), parquet.ParquetFile(path) as file:
        where, ids = _columns(path, file.schema_arrow.names, column, id_column)
        wanted = [where, *([ids] if ids else [])]
        for batch in file.iter_batches(_BATCH, columns=wanted):
            # In the order of the file, not of what was asked for.
            columns = {name: batch.column(name).to_pylist() for name in wanted}
            for place, cell in enumerate(columns[where]):
                number += 1
                name = columns[ids][place] if ids else None
                if cell is not None and not isinstance(cell, str):
                    raise DataError(
                        f"{path}: row {number} of column {where} holds a {type(cell).__name__};"
                        " expected text, a path or an address"
                    )
                yield number, cell or "", "" if name is None else str(name)


def _columns(
    path: Path, names: Sequence[str], column: str | None, id_column: str | None
) -> tuple[str, str | None]:
    """The columns with the paths and with the ids of a table."""
    for asked in filter(None, (column, id_column)):
        if asked not in names:
            raise DataError(f"{path}: no column {asked!r}; it has {', '.join(names)}")
    plain = {name.lower(): name for name in reversed(names)}
    where = column or next((plain[one] for one in _PATHS if one in plain), None)
    if where is None and len(names) == 1:
        where = names[0]
    if where is None:
        raise DataError(
            f"{path}: which column has the paths? It has {', '.join(names)}; name it with --column"
        )
    ids = id_column or next((plain[one] for one in _IDS if one in plain), None)
    return where, None if ids == where else ids


def is_utf8(text: str) -> bool:
    """Whether a text can be written; names of files may have bytes that are no UTF-8."""
    return text.encode("utf-8", "replace").decode() == text


def written_id(name: str) -> str:
    """An id as text: bytes of a file's name that are no UTF-8 are written as ``\\xff``."""
    if is_utf8(name):
        return name
    return os.fsencode(name).decode("utf-8", "backslashreplace")


class ClipTable:
    """The list that workers read: parquet, of which a job reads one group of rows.

    Parameters
    ----------
    address : str
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._file: Any = None

    @staticmethod
    def writer(path: Path) -> Any:
        """A writer of such a list; ``add`` writes a group to it."""
        return require_extra("pyarrow.parquet").ParquetWriter(path, _schema())

    @staticmethod
    def add(writer: Any, clips: Sequence[ListedClip]) -> None:
        """Write the clips of one job."""
        columns = {
            "id": [clip.id for clip in clips],
            "address": [os.fsencode(clip.address) for clip in clips],
            "size": [clip.size for clip in clips],
        }
        table = require_extra("pyarrow").table(columns, schema=_schema())
        writer.write_table(table, row_group_size=max(1, len(clips)))

    def group(self, number: int) -> list[ListedClip]:
        """The clips of one job; the file is opened once."""
        if self._file is None:
            source = stores.stream(self.address)
            self._file = require_extra("pyarrow.parquet").ParquetFile(source)
        found = self._file.read_row_group(number).to_pydict()
        return [
            ListedClip(name, os.fsdecode(address), size)
            for name, address, size in zip(
                found["id"], found["address"], found["size"], strict=True
            )
        ]


def _schema() -> Any:
    arrow = require_extra("pyarrow")
    return arrow.schema(
        [("id", arrow.string()), ("address", arrow.binary()), ("size", arrow.int64())]
    )
