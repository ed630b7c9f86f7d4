"""Columns of a parquet file: lists of numbers are rows, text is ids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from concept_core.errors import DataError
from concept_core.extras import require_extra
from concept_core.rows.arrays import NUMBERS, OTHER, TEXT, ArrayInfo, Values, named

if TYPE_CHECKING:
    from pyarrow import RecordBatch
    from pyarrow.parquet import ParquetFile as Columns


@dataclass(frozen=True, slots=True)
class ParquetFile:
    """Columns by name; one of lists has as many columns as its first row has numbers."""

    path: Path
    arrays: tuple[ArrayInfo, ...]
    what: str = field(default="column", init=False)

    @classmethod
    def open(cls, path: Path) -> ParquetFile:
        """Read the schema, and the first row."""
        parquet = require_extra("pyarrow.parquet")
        with named(path, "parquet"), parquet.ParquetFile(path) as file:
            n = file.metadata.num_rows
            found = [_info(file, column, n) for column in file.schema_arrow]
        return cls(path, tuple(found))

    def note(self, name: str) -> str | None:
        """See the protocol; an entry of the schema's metadata."""
        parquet = require_extra("pyarrow.parquet")
        with named(self.path, "parquet"):
            value = (parquet.read_schema(self.path).metadata or {}).get(name.encode())
        return None if value is None else value.decode("utf-8", "replace")

    def blocks(self, name: str, start: int, rows: int) -> Iterator[Values]:
        """See the protocol."""
        parquet = require_extra("pyarrow.parquet")
        (info,) = (one for one in self.arrays if one.name == name)
        with named(self.path, "parquet"), parquet.ParquetFile(self.path) as file:
            at = 0
            groups: list[int] = []
            for group in range(file.num_row_groups):
                size = file.metadata.row_group(group).num_rows
                if at + size > start or groups:
                    groups.append(group)
                else:
                    at += size
            yield from regrouped(self._batches(file, info, groups, at, rows), start - at, rows)

    def _batches(
        self, file: Columns, info: ArrayInfo, groups: list[int], at: int, rows: int
    ) -> Iterator[Values]:
        if not groups:
            return
        for batch in file.iter_batches(rows, row_groups=groups, columns=[info.name]):
            if len(info.shape) == 2:
                yield self._matrix(batch, info, at)
            else:
                yield np.array(batch.column(0).to_pylist(), object)
            at += batch.num_rows

    def _matrix(self, batch: RecordBatch, info: ArrayInfo, at: int) -> Values:
        column, dim = batch.column(0), info.shape[1]
        lengths = column.value_lengths().to_numpy(zero_copy_only=False)
        wrong = np.flatnonzero(~(lengths == dim))
        if wrong.size:
            row = int(wrong[0])
            raise DataError(
                f"{self.path}: row {at + row} of column {info.name} has"
                f" {'nothing' if np.isnan(lengths[row]) else f'{lengths[row]:g} numbers'}, the"
                f" first row {dim}"
            )
        values = column.flatten().to_numpy(zero_copy_only=False)
        return np.asarray(values.reshape(len(lengths), dim))


def regrouped(batches: Iterator[Values], skip: int, rows: int) -> Iterator[Values]:
    """The same rows in blocks of ``rows``, after the first ``skip``."""
    waiting: list[Values] = []
    for batch in batches:
        kept = batch[min(skip, len(batch)) :]
        skip -= len(batch) - len(kept)
        waiting.append(kept)
        while sum(map(len, waiting)) >= rows:
            together = np.concatenate(waiting)
            yield together[:rows]
            waiting = [together[rows:]]
    if sum(map(len, waiting)):
        yield np.concatenate(waiting)


def _info(file: Columns, column: Any, n: int) -> ArrayInfo:
    types = require_extra("pyarrow").types
    kind = column.type
    # A dictionary of texts is how pandas writes categories.
    inner = kind.value_type if types.is_dictionary(kind) else kind
    if types.is_string(inner) or types.is_large_string(inner) or types.is_binary(inner):
        return ArrayInfo(column.name, (n,), TEXT, "text")
    is_list = types.is_list(kind) or types.is_large_list(kind)
    if not (is_list or types.is_fixed_size_list(kind)):
        return ArrayInfo(column.name, (n,), NUMBERS if types.is_integer(kind) else OTHER, str(kind))
    is_number = types.is_floating(kind.value_type) or types.is_integer(kind.value_type)
    first = next(file.iter_batches(1, columns=[column.name]), None) if n else None
    dim = 0 if first is None else len(first.column(0)[0].as_py() or ())
    dim = getattr(kind, "list_size", dim)
    holds = NUMBERS if is_number else OTHER
    return ArrayInfo(column.name, (n, dim), holds, f"list of {kind.value_type}")
