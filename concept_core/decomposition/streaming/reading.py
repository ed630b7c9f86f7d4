"""The rows of a run, piece by piece, checked as they are read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice, repeat

import numpy as np

from concept_core.decomposition.streaming.plan import Piece
from concept_core.embedding.rows import ShardRows
from concept_core.encoders.base import unit
from concept_core.errors import DataError
from concept_core.rows.source import RowSource
from concept_core.solvers.base import Rows
from concept_core.solvers.validate import check_rows

Stamp = tuple[tuple[int, int], ...]
"""Size and time of change of a file and of that of its ids."""


def stamp(source: RowSource) -> Stamp:
    """What a file has when it is read; another one afterwards tells that it has changed."""
    if isinstance(source.file, ShardRows):
        # Of a store: what its manifest says is what there is.
        return ((source.shape[0], int(source.file.sha256()[:15], 16)),)
    found = [path.stat() for path in (source.path, source.ids_path) if path is not None]
    return tuple((one.st_size, one.st_mtime_ns) for one in found)


def check_stamp(source: RowSource, before: Stamp) -> None:
    """See that a file is as it was.

    Raises
    ------
    DataError
        It is not.
    """
    if stamp(source) != before:
        raise DataError(f"{source.path} has changed while it was read")


class RowReader:
    """The rows of one piece after the other, checked; a file is read on where it stands.

    Parameters
    ----------
    sources : sequence of RowSource
    scaled : bool
        To length 1.
    read : int
        Rows read together.
    """

    def __init__(self, sources: Sequence[RowSource], *, scaled: bool, read: int) -> None:
        self._sources = sources
        self._scaled = scaled
        self._read = read
        self._next = (-1, -1)
        self._blocks: Iterator[tuple[Rows, list[str]]] = iter(())

    def of(self, piece: Piece, ids: list[str]) -> Iterator[Rows]:
        """The rows; their ids, where there are any, are added to ``ids``.

        Raises
        ------
        DataError
            A row that is not finite or, where they are scaled, zero; a file that ends too early.
        """
        source = self._sources[piece.input]
        if self._next != (piece.input, piece.first):
            ids_of: Iterator[list[str]] = repeat([])
            if source.id_array is not None:
                ids_of = source.ids(piece.first, self._read)
            self._blocks = zip(source.blocks(piece.first, self._read), ids_of, strict=False)
        at = piece.first
        for block, names in islice(self._blocks, math.ceil(piece.rows / self._read)):
            yield self._checked(block, names, source, at)
            ids += names
            at += len(block)
        if at != piece.first + piece.rows:
            raise DataError(f"{source.path}: ends at row {at} of {source.shape[0]}")
        self._next = (piece.input, at)

    def _checked(self, block: Rows, names: Sequence[str], source: RowSource, at: int) -> Rows:
        """Finite rows of the right length; scaled to length 1 where that is asked for."""
        rows = _finite(block, names, source, at)
        if not self._scaled:
            return check_rows(rows, source.shape[1], str(source.path), at)
        zero = ~rows.any(axis=1)
        if zero.any():
            row = int(np.argmax(zero))
            raise DataError(
                f"{_where(source, at + row, names, row)} is zero, which is no embedding; leave it"
                " out, or make it again"
            )
        return unit(rows)


def _finite(block: Rows, names: Sequence[str], source: RowSource, at: int) -> Rows:
    good = np.isfinite(block)
    if not good.all():
        row, column = np.argwhere(~good)[0]
        raise DataError(
            f"{_where(source, at + row, names, row)} holds {block[row, column]} in column {column};"
            " embeddings must be finite"
        )
    return block


def _where(source: RowSource, row: int, names: Sequence[str], place: int) -> str:
    return f"{source.path}: row {row}" + (f" ({names[place]!r})" if names else "")
