"""Arrays of numpy: ``.npy`` with its ids in a text file beside it, and ``.npz``."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np

from concept_core.errors import DataError
from concept_core.rows.arrays import (
    OBJECTS,
    OTHER,
    TEXT,
    ArrayInfo,
    Values,
    as_texts,
    kind_of,
    named,
)
from concept_core.rows.beside import IdsBeside, find_ids
from concept_core.temporaries import settle

# Rows are read some thousand at a time; no embedding comes near this.
_LARGEST_ROW = 16 << 20

_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


@dataclass(frozen=True, slots=True)
class _Header:
    """What stands before an array's bytes."""

    shape: tuple[int, ...]
    by_column: bool
    dtype: np.dtype[Any]

    def info(self, name: str) -> ArrayInfo:
        """The array as others ask for it; Python's objects are never unpickled."""
        if self.dtype.hasobject:
            return ArrayInfo(name, self.shape, OTHER, OBJECTS)
        holds = kind_of(self.dtype)
        return ArrayInfo(name, self.shape, holds, "text" if holds == TEXT else str(self.dtype))

    def check(self, size: int) -> None:
        """See that an array of ``size`` bytes can be what the header says, and can be held.

        Raises
        ------
        ValueError
            It has fewer bytes, or one row of it would fill the memory.
        """
        if self.dtype.hasobject:
            return
        row = math.prod(self.shape[1:]) * self.dtype.itemsize
        what = f"an array of {self.shape} {self.dtype}"
        if size < row * (self.shape or (1,))[0]:
            raise ValueError(f"{size} bytes of {what}")
        if max(row, self.dtype.itemsize) > _LARGEST_ROW:
            raise ValueError(f"{what}, each row of more than {_LARGEST_ROW >> 20} MiB")


@dataclass(frozen=True, slots=True)
class NpyFile:
    """One array; its ids, if there are any, are arrays of the file beside it."""

    path: Path
    array: ArrayInfo
    beside: IdsBeside | None
    what: str = field(default="array", init=False)

    @classmethod
    def open(cls, path: Path) -> NpyFile:
        """Read the header, and find the ids."""
        settle(path.parent)
        with named(path, "npy"), open(path, "rb") as handle:
            header = _header(handle)
            header.check(path.stat().st_size - handle.tell())
        return cls(path, header.info(path.stem), find_ids(path, (header.shape or (0,))[0]))

    @property
    def arrays(self) -> tuple[ArrayInfo, ...]:
        """The rows, and the ids."""
        return (self.array, *(() if self.beside is None else self.beside.arrays))

    def note(self, name: str) -> str | None:
        """It has none."""
        return None

    def blocks(self, name: str, start: int, rows: int) -> Iterator[Values]:
        """See the protocol."""
        if self.beside is not None and name in {one.name for one in self.beside.arrays}:
            yield from self.beside.blocks(name, start, rows)
            return
        with named(self.path, "npy"), open(self.path, "rb") as handle:
            yield from _read(handle, self.path, start, rows)


@dataclass(frozen=True, slots=True)
class NpzFile:
    """Arrays by name."""

    path: Path
    arrays: tuple[ArrayInfo, ...]
    what: str = field(default="array", init=False)

    @classmethod
    def open(cls, path: Path) -> NpzFile:
        """Read the headers."""
        found = []
        with named(path, "npz"), zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                if member.endswith(".npy"):
                    with archive.open(member) as handle:
                        header = _header(handle)
                        size = archive.getinfo(member).file_size - handle.tell()
                    header.check(size)
                    found.append(header.info(member.removesuffix(".npy")))
        return cls(path, tuple(found))

    def note(self, name: str) -> str | None:
        """See the protocol; an array without dimensions."""
        if not any(one.name == name and not one.shape and one.holds == TEXT for one in self.arrays):
            return None
        with named(self.path, "npz"), np.load(self.path, allow_pickle=False) as arrays:
            return as_texts(arrays[name].reshape(1))[0]

    def blocks(self, name: str, start: int, rows: int) -> Iterator[Values]:
        """See the protocol."""
        with (
            named(self.path, "npz"),
            zipfile.ZipFile(self.path) as archive,
            archive.open(f"{name}.npy") as handle,
        ):
            yield from _read(handle, self.path, start, rows)


def _header(handle: IO[bytes]) -> _Header:
    version = np.lib.format.read_magic(handle)
    if version not in _HEADERS:
        raise ValueError(f"version {version} of numpy's format")
    return _Header(*_HEADERS[version](handle))


def _read(handle: IO[bytes], path: Path, start: int, rows: int) -> Iterator[Values]:
    """Blocks of the array that begins here. Read, not mapped: mapped pages count as memory."""
    header = _header(handle)
    n, rest, dtype = header.shape[0], header.shape[1:], header.dtype
    if header.by_column and rest:
        # Its rows lie all over the file.
        # No more than the header says: what is packed may unpack to anything.
        size = math.prod(header.shape) * dtype.itemsize
        values = np.frombuffer(handle.read(size), dtype).reshape(header.shape[::-1]).T
        for at in range(start, n, rows):
            yield np.ascontiguousarray(values[at : at + rows])
        return
    size = math.prod(rest) * dtype.itemsize
    handle.seek(start * size, 1)
    for at in range(start, n, rows):
        count = min(rows, n - at)
        data = handle.read(count * size)
        if len(data) < count * size:
            raise DataError(f"{path}: ends within row {at + len(data) // size}")
        yield np.frombuffer(data, dtype).reshape(count, *rest).copy()
