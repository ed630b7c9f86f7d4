"""Arrays in files, read a block of rows at a time: what every kind of file can do."""

from __future__ import annotations

import contextlib
import lzma
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from concept_core.errors import DataError, SonolexError

Values = NDArray[Any]

NUMBERS, TEXT, OTHER = "numbers", "text", "other"
BROKEN = (
    *(OSError, EOFError, ValueError, TypeError, LookupError, RuntimeError, SyntaxError),
    *(MemoryError, OverflowError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(tokenize.TokenError, AssertionError),
)
"""What readers of arrays, and the packers within them, raise where a file is broken."""
OBJECTS = "Python objects"
"""The type of what would have to be unpickled."""


@dataclass(frozen=True, slots=True)
class ArrayInfo:
    """An array of a file, not read yet.

    Attributes
    ----------
    name : str
        As the file has it: of an npy file its name without suffix, of a column its name.
    shape : tuple of int
    holds : str
        ``numbers``, ``text`` (bytes are text) or ``other``.
    type : str
        As messages call it: ``float32``, ``list of int64``.
    """

    name: str
    shape: tuple[int, ...]
    holds: str
    type: str

    def __str__(self) -> str:
        size = " x ".join(map(str, self.shape)) or "one value"
        return f"{self.name} ({size} {self.type})"


class ArrayFile(Protocol):
    """A file of named arrays.

    Attributes
    ----------
    path : Path
    what : str
        What messages call one of its arrays.
    arrays : tuple of ArrayInfo
    """

    @property
    def path(self) -> Path: ...  # noqa: D102

    @property
    def what(self) -> str: ...  # noqa: D102

    @property
    def arrays(self) -> tuple[ArrayInfo, ...]: ...  # noqa: D102

    def note(self, name: str) -> str | None:
        """A single text that the file has beside its arrays, such as ``encoder``; else None."""
        ...

    def blocks(self, name: str, start: int, rows: int) -> Iterator[Values]:
        """An array from row ``start`` on, ``rows`` rows at a time; the last block has the rest.

        Memory does not grow with the file: no page of it stays mapped.

        Raises
        ------
        DataError
            The file is broken or has changed; it is named.
        """
        ...


def as_texts(values: Values) -> list[str]:
    """Ids as text: of bytes UTF-8, what is not UTF-8 as names of files have it; of numbers digits.

    >>> as_texts(np.array([b"rain"])), as_texts(np.array([7]))
    (['rain'], ['7'])
    """
    return [
        one.decode("utf-8", "surrogateescape") if isinstance(one, bytes) else str(one)
        for one in values.tolist()
    ]


def whole(file: ArrayFile, array: ArrayInfo) -> Values:
    """All rows of an array.

    Raises
    ------
    DataError
        As `ArrayFile.blocks`.
    """
    parts = list(file.blocks(array.name, 0, max(array.shape[0], 1))) if array.shape else []
    return np.concatenate(parts) if parts else np.zeros(array.shape or (0,), np.float32)


def listed(arrays: Sequence[ArrayInfo]) -> str:
    """The arrays of a file, for messages."""
    return ", ".join(map(str, arrays)) or "nothing"


def kind_of(dtype: np.dtype[Any]) -> str:
    """What values of a type of numpy are to us."""
    if dtype.kind in "fiu":
        return NUMBERS
    return TEXT if dtype.kind in "US" else OTHER


@contextlib.contextmanager
def named(path: Path, kind: str) -> Iterator[None]:
    """Turn what readers raise for a broken file into an error that names it."""
    try:
        yield
    except SonolexError:
        raise
    except BROKEN as error:
        raise DataError(
            f"{path}: cannot be read as embeddings, not a whole {kind} file ({error})"
        ) from error
