"""What is done with files wherever they are; an address is a path, or ``s3://bucket/key``.

Each raises ``UsageError`` for no address, ``DataError`` for what is not there or is refused,
``MissingError`` where a package is not installed, and ``NoAnswerError`` for a store that answers
none of several tries.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from concept_core.errors import DataError
from concept_core.files import atomic_path
from concept_core.stores.addresses import S3, as_path, base_name, scheme_of
from concept_core.stores.base import FilePlace, StoredFile
from concept_core.stores.retries import absent, patiently
from concept_core.temporaries import folder_lock, temporary_folder

LARGEST = 1 << 30
"""Bytes of a file that is read whole."""
_BLOCK = 8 << 20
_Value = TypeVar("_Value")


def size(address: str | Path) -> int:
    """Bytes of a file."""
    return _asked(address, lambda place, name: place.size(name))


def exists(address: str | Path) -> bool:
    """Whether there is such a file."""
    try:
        _raw(address, lambda place, name: place.size(name))
    except FileNotFoundError:
        return False
    return True


def read(address: str | Path, limit: int = LARGEST) -> bytes:
    """The bytes of a file.

    Raises
    ------
    DataError
        More than ``limit`` bytes.
    """
    # Of millions of objects, none is asked for its size first.
    content = read_range(address, 0, limit + 1)
    if len(content) > limit:
        raise DataError(f"{address}: larger than {limit >> 20} MiB; no such file is read whole")
    return content


def read_range(address: str | Path, start: int, length: int) -> bytes:
    """``length`` bytes of a file from ``start`` on; fewer where it ends."""
    if not length:
        return b""
    return _asked(address, lambda place, name: place.read(name, start, length))


def write(address: str | Path, content: bytes) -> None:
    """Write a file whole: whoever reads has the old one or the new one, never a part."""
    _asked(address, lambda place, name: place.write(name, content))


def list_files(address: str | Path) -> list[StoredFile]:
    """All files below a folder or address, sorted; none where there is nothing."""
    found = _asked(address, lambda place, name: list(place.files(name)))
    return sorted(found, key=lambda one: one.address)


def delete(address: str | Path) -> None:
    """Remove a file; one that is not there is fine."""
    try:
        _raw(address, lambda place, name: place.delete(name))
    except FileNotFoundError:
        return


def stream(address: str | Path) -> io.BufferedReader:
    """A file to read from and to seek in, of which one block is held."""
    count = size(address)
    return _Stream(_Ranges(str(address), count), count)


@contextmanager
def hold(address: str | Path) -> Iterator[None]:
    """Make a folder of this machine and hold it: of two processes that do, the second waits.

    In a store nothing is held: who writes there writes the same bytes as whoever else does.
    """
    if scheme_of(address):
        yield
        return
    folder = as_path(address)
    folder.mkdir(parents=True, exist_ok=True)
    with folder_lock(folder):
        yield


@contextmanager
def local_copy(address: str | Path, like: str = "") -> Iterator[Path]:
    """A path with the bytes of a file: its own, or of a copy that is removed afterwards."""
    if not scheme_of(address):
        if not as_path(address).is_file():
            raise absent(str(address))
        yield as_path(address)
        return
    with temporary_folder(None, like or "copy") as folder:
        path = folder / base_name(address)
        with stream(address) as source, open(path, "wb") as out:
            while block := source.read(_BLOCK):
                out.write(block)
        yield path


@contextmanager
def local_target(address: str | Path) -> Iterator[Path]:
    """A path to write a file to, which is in its place, whole, when all went well."""
    if not scheme_of(address):
        with atomic_path(as_path(address)) as temporary:
            yield temporary
        return
    with temporary_folder(None, "target") as folder:
        path = folder / base_name(address)
        yield path
        write(address, path.read_bytes())


class _Ranges(io.RawIOBase):
    """A file as parts that are asked for one by one."""

    def __init__(self, address: str, count: int) -> None:
        self._address, self._size, self._place = address, count, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: Any) -> int:
        wanted = max(0, min(len(buffer), self._size - self._place))
        content = read_range(self._address, self._place, wanted)
        buffer[: len(content)] = content
        self._place += len(content)
        return len(content)


class _Stream(io.BufferedReader):
    """Reads no further than the file goes: Python makes room for all bytes that it is asked for."""

    def __init__(self, raw: _Ranges, count: int) -> None:
        super().__init__(raw, _BLOCK)
        self._count = count

    def read(self, size: int | None = -1, /) -> bytes:
        left = max(0, self._count - self.tell())
        return super().read(left if size is None or size < 0 else min(size, left))


@functools.cache
def _place(scheme: str) -> FilePlace:
    if not scheme:
        from concept_core.stores.folders import Folders

        return Folders()
    if scheme == S3:
        from concept_core.stores.s3 import S3Objects

        return S3Objects()
    from concept_core.stores.others import FsspecObjects

    return FsspecObjects(scheme)


def _raw(address: str | Path, call: Callable[[FilePlace, str], _Value]) -> _Value:
    name = str(address)
    place = _place(scheme_of(address))
    return patiently(name, lambda: call(place, name))


def _asked(address: str | Path, call: Callable[[FilePlace, str], _Value]) -> _Value:
    try:
        return _raw(address, call)
    except FileNotFoundError as error:
        raise absent(str(address)) from error
