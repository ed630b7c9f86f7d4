"""Folders of this machine, and those of its network that it shows as folders."""

from __future__ import annotations

import os
from collections.abc import Iterator

from concept_core.errors import DataError
from concept_core.files import atomic_path, open_file
from concept_core.stores.addresses import as_path
from concept_core.stores.base import StoredFile


class Folders:
    """See `FilePlace`."""

    def size(self, address: str) -> int:
        """Bytes of a file."""
        path = as_path(address)
        if not path.is_file():
            raise FileNotFoundError(address)
        return path.stat().st_size

    def read(self, address: str, start: int, length: int) -> bytes:
        """A part of a file."""
        try:
            with open_file(as_path(address), "rb") as handle:
                handle.seek(start)
                # Python makes room for as many bytes as it is asked for.
                there = max(0, os.fstat(handle.fileno()).st_size - start)
                content: bytes = handle.read(min(length, there))
                return content
        except FileNotFoundError:
            raise
        except (PermissionError, IsADirectoryError) as error:
            raise DataError(f"{address}: cannot be read ({error.strerror})") from error

    def write(self, address: str, content: bytes) -> None:
        """Write a file atomically; its folder is made."""
        with atomic_path(as_path(address)) as temporary:
            temporary.write_bytes(content)

    def files(self, address: str) -> Iterator[StoredFile]:
        """All files below a folder; hidden ones are none of a person's.

        Raises
        ------
        DataError
            A folder that cannot be read: what is in it would be missing without a word.
        """
        for folder, names, files in os.walk(as_path(address), onerror=_refused):
            names[:] = [name for name in names if not name.startswith(".")]
            for name in files:
                path = os.path.join(folder, name)  # noqa: PTH118  (of millions)
                if not name.startswith(".") and os.path.isfile(path):  # noqa: PTH113
                    yield StoredFile(path, os.path.getsize(path))  # noqa: PTH202

    def delete(self, address: str) -> None:
        """Remove a file."""
        as_path(address).unlink()


def _refused(error: OSError) -> None:
    if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
        raise DataError(
            f"{error.filename}: cannot be read ({error.strerror}); see that you may, or name what"
            " lies beside it"
        ) from error
