"""What every place for files can do, and the error of one that does not answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from concept_core.errors import MissingError


class NoAnswerError(MissingError, OSError):
    """A store that did not answer in any of several tries; an engine tries such a job again."""


class BusyError(Exception):
    """A store that did not answer now, or said that it cannot; it is asked again."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file or an object.

    Attributes
    ----------
    address : str
        A path, or ``s3://bucket/key``.
    size : int
        Bytes.
    """

    address: str
    size: int


class FilePlace(Protocol):
    """Files of one kind of place, by whole addresses.

    All raise ``FileNotFoundError`` for what is not there, ``DataError`` for what the place
    refuses, ``BusyError`` where asking again may help.
    """

    def size(self, address: str) -> int:
        """Bytes of a file."""
        ...

    def read(self, address: str, start: int, length: int) -> bytes:
        """``length`` bytes of a file from ``start`` on; fewer where it ends."""
        ...

    def write(self, address: str, content: bytes) -> None:
        """Write a file whole: whoever reads has the old one or the new one."""
        ...

    def files(self, address: str) -> Iterator[StoredFile]:
        """All files below an address, in no order."""
        ...

    def delete(self, address: str) -> None:
        """Remove a file."""
        ...
