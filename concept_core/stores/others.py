"""Stores that fsspec knows: Google's, and one in memory."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from concept_core.errors import DataError
from concept_core.extras import require_extra
from concept_core.stores.base import BusyError, StoredFile

_NEEDS = {"gs": "gcsfs"}


class FsspecObjects:
    """See `FilePlace`.

    Parameters
    ----------
    scheme : str
    """

    def __init__(self, scheme: str) -> None:
        self._scheme = scheme

    def size(self, address: str) -> int:
        """Bytes of an object."""
        with self._opened(address) as files:
            return int(files.size(address))

    def read(self, address: str, start: int, length: int) -> bytes:
        """A part of an object."""
        with self._opened(address) as files:
            content: bytes = files.cat_file(address, start=start, end=start + length)
            return content

    def write(self, address: str, content: bytes) -> None:
        """Write an object whole."""
        with self._opened(address) as files:
            files.pipe_file(address, content)

    def files(self, address: str) -> Iterator[StoredFile]:
        """All objects below an address."""
        with self._opened(address) as files:
            # What was listed before may have changed since.
            files.invalidate_cache()
            found = files.find(address.rstrip("/") + "/", detail=True)
        for name, about in found.items():
            yield StoredFile(f"{self._scheme}://{name.lstrip('/')}", int(about["size"]))

    def delete(self, address: str) -> None:
        """Remove an object."""
        with self._opened(address) as files:
            files.rm_file(address)

    @contextlib.contextmanager
    def _opened(self, address: str) -> Iterator[Any]:
        if self._scheme in _NEEDS:
            require_extra(_NEEDS[self._scheme])
        filesystem = require_extra("fsspec").filesystem(self._scheme)
        try:
            yield filesystem
        except (FileNotFoundError, DataError):
            raise
        except PermissionError as error:
            raise DataError(f"{address}: the store refused: {error}") from error
        # Each store has errors of its own, of which only it knows what they are.
        except Exception as error:
            raise BusyError(f"{type(error).__name__}: {error}") from error
