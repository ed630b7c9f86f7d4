"""The rows of one kind in one file, block by block, with their ids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from concept_core.errors import AbsentFileError, DataError
from concept_core.files import check_file
from concept_core.rows.arrays import ArrayFile, ArrayInfo, Values, as_texts, whole
from concept_core.rows.hdf5_file import Hdf5File
from concept_core.rows.naming import AUDIO, KINDS, TEXTS, Named, find_rows, kind_of_name
from concept_core.rows.numpy_files import NpyFile, NpzFile
from concept_core.rows.parquet_file import ParquetFile, regrouped
from concept_core.rows.safetensors_file import SafetensorsFile

if TYPE_CHECKING:
    from collections.abc import Callable

SOUNDS = (".wav", ".flac", ".ogg", ".mp3", ".au", ".aif", ".aiff", ".m4a", ".mp4", ".opus", ".webm")
"""An id that ends so is a sound's."""

_OPENERS: dict[str, Callable[[Path], ArrayFile]] = {
    ".npz": NpzFile.open,
    ".npy": NpyFile.open,
    ".safetensors": SafetensorsFile.open,
    ".parquet": ParquetFile.open,
    ".h5": Hdf5File.open,
    ".hdf5": Hdf5File.open,
}

READABLE = tuple(_OPENERS)
"""Endings of files of rows."""

_IDS_READ = 8_192


@dataclass(frozen=True, slots=True)
class RowSource:
    """Rows of one kind.

    Attributes
    ----------
    file : ArrayFile
    kind : str
        ``audio`` or ``text``; empty where nothing tells.
    rows : ArrayInfo
    id_array : ArrayInfo or None
        None where the file has no ids.
    kind_from : str
        What the kind was taken from where the array's name does not say it; for messages.
    chosen : (m,) bool or None
        Which rows of the array are of this kind; None for all.
    """

    file: ArrayFile = field(repr=False)
    kind: str
    rows: ArrayInfo
    id_array: ArrayInfo | None
    kind_from: str = ""
    chosen: Values | None = field(default=None, repr=False)

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.file.path

    @property
    def shape(self) -> tuple[int, int]:
        """(n, d)."""
        n = self.rows.shape[0] if self.chosen is None else int(self.chosen.sum())
        return n, self.rows.shape[1]

    @property
    def ids_path(self) -> Path | None:
        """The file beside it that has the ids; None where they are in it, or there are none."""
        beside = self.file.beside if isinstance(self.file, NpyFile) else None
        return None if beside is None or self.id_array is None else beside.path

    def blocks(self, start: int, rows: int) -> Iterator[Values]:
        """The rows from ``start`` on, ``rows`` at a time; see ``ArrayFile.blocks``."""
        return self._blocks(self.rows, start, rows)

    def ids(self, start: int, rows: int) -> Iterator[list[str]]:
        """Their ids in the same blocks; nothing where there are none."""
        if self.id_array is not None:
            yield from map(as_texts, self._blocks(self.id_array, start, rows))

    def _blocks(self, array: ArrayInfo, start: int, rows: int) -> Iterator[Values]:
        if self.chosen is None:
            return self.file.blocks(array.name, start, rows)
        return regrouped(self._of_kind(array, rows), start, rows)

    def _of_kind(self, array: ArrayInfo, rows: int) -> Iterator[Values]:
        assert self.chosen is not None
        at = 0
        for block in self.file.blocks(array.name, 0, rows):
            yield block[self.chosen[at : at + len(block)]]
            at += len(block)

    def all_rows(self) -> Values:
        """All rows, in memory."""
        values = whole(self.file, self.rows)
        return values if self.chosen is None else values[self.chosen]

    def all_ids(self) -> list[str]:
        """All ids, in memory; none where the file has none."""
        return [one for block in self.ids(0, _IDS_READ) for one in block]


def open_file(path: Path) -> ArrayFile:
    """A file of arrays, by its ending.

    Raises
    ------
    DataError
        No such file, another kind of file, or a broken one.
    MissingError
        The package that reads it is not installed.
    """
    check_file(path)
    if not path.is_file():
        raise AbsentFileError(f"{path}: no such file; give a file of embeddings, one a row")
    if path.suffix.lower() not in _OPENERS:
        raise DataError(f"{path}: expected a file ending in {', '.join(READABLE)}")
    return _OPENERS[path.suffix.lower()](path)


def open_sources(path: Path, key: str | None = None) -> list[RowSource]:
    """The rows that a file has, sounds first; of two kinds if it has both.

    Parameters
    ----------
    path : Path
    key : str, optional
        The array that holds the rows, where there are several.

    Raises
    ------
    DataError, MissingError
        As `open_file` and `find_rows`; a column ``kind`` with another word in it.
    """
    file = open_file(path)
    found = find_rows(file, key)
    sources = [_of_column(file, one) if one.of else _of_array(file, one) for one in found]
    return [one for one in sources if one.chosen is None or one.chosen.any()]


def _of_column(file: ArrayFile, found: Named) -> RowSource:
    """The rows that a column says are of a kind."""
    assert found.of is not None
    words = np.array(as_texts(whole(file, found.of)), str)
    strange = sorted(set(words.tolist()) - set(KINDS))
    if strange:
        raise DataError(
            f"{file.path}: the {file.what} {found.of.name} has {strange[0]!r}; it says of each row"
            " whether it is audio or text"
        )
    return RowSource(file, found.kind, found.rows, found.ids, chosen=words == found.kind)


def _of_array(file: ArrayFile, found: Named) -> RowSource:
    make = partial(RowSource, file, rows=found.rows, id_array=found.ids)
    if found.kind:
        return make(kind=found.kind)
    tells = [] if found.ids is None else [(kind_of_name(found.ids.name), "the name of its ids")]
    for kind, what in (*tells, (kind_of_name(file.path.stem), "the file's name")):
        if kind:
            return make(kind=kind, kind_from=what)
    plain = make(kind="")
    return plain if found.ids is None else _by_ids(plain, make)


def _by_ids(plain: RowSource, make: Callable[..., RowSource]) -> RowSource:
    """Names of sound files are sounds; what has several words and no such name is a text."""
    names = [name.lower() for name in next(plain.ids(0, _IDS_READ), [])]
    if names and all(name.endswith(SOUNDS) for name in names):
        return make(kind=AUDIO, kind_from=f"its ids, which end in {Path(names[0]).suffix}")
    if any(" " in name.strip() for name in names) and not any(
        name.endswith(SOUNDS) for name in names
    ):
        return make(kind=TEXTS, kind_from="its ids, which are words")
    return plain
