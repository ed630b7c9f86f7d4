"""Archives of a release folder: packed to equal bytes, unpacked whole or not at all."""

from __future__ import annotations

import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from concept_core.errors import DataError, IntegrityError
from concept_core.files import atomic_path
from concept_core.resources.unpacking import is_unsafe

ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2")
# A release has two dozen files and a few megabytes; what an archive says of itself may be a lie,
# so that what comes out of it is counted.
_MOST_MEMBERS = 1000
_MOST_BYTES = 512 << 20
_BLOCK = 1 << 20
_Member = tuple[str, IO[bytes]]
# The first moment that a zip file can name: two archives of one release are equal.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o100644 << 16


def write_archive(files: Mapping[str, bytes], top: str, out: Path) -> None:
    """A zip file of files by name, all under one folder ``top``."""
    with (
        atomic_path(out) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
    ):
        for name in sorted(files):
            member = zipfile.ZipInfo(f"{top}/{name}", _EPOCH)
            member.external_attr = _PLAIN_FILE
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, files[name])


def unpack_archive(path: Path, into: Path) -> Path:
    """Unpack plain files into an empty folder; returns the folder that they lie in.

    Where all lie under one folder of the archive, that is it.

    Raises
    ------
    IntegrityError
        A path that leads out, a link or device, a name that comes twice, or more than any release
        holds.
    DataError
        A broken archive.
    """
    members = _zip_members(path) if path.name.endswith(".zip") else _tar_members(path)
    left = _MOST_BYTES
    seen: set[str] = set()
    try:
        for name, handle in members:
            _check(path, name, seen)
            target = into / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with handle, open(target, "xb") as out:
                while block := handle.read(min(_BLOCK, left + 1)):
                    left -= len(block)
                    if left < 0:
                        raise _too_large(path)
                    out.write(block)
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, RuntimeError) as error:
        # RuntimeError: encrypted, or (NotImplementedError) packed in a way Python does not know.
        raise DataError(f"{path}: a broken archive: {error}") from error
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise IntegrityError(f"{path}: one of its names is a file and a folder: {error}") from error
    tops = list(into.iterdir())
    return tops[0] if len(tops) == 1 and tops[0].is_dir() else into


def _zip_members(path: Path) -> Iterator[_Member]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            mode = info.external_attr >> 16
            if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise _not_plain(path, info.filename)
            if not info.is_dir():
                yield info.filename, archive.open(info)


def _tar_members(path: Path) -> Iterator[_Member]:
    declared = 0
    with tarfile.open(path) as archive:
        for member in archive:
            if not (member.isreg() or member.isdir()) or member.sparse is not None:
                raise _not_plain(path, member.name)
            # Going to the next member reads over this one: a large one is refused here.
            declared += member.size
            if declared > _MOST_BYTES:
                raise _too_large(path)
            handle = archive.extractfile(member)
            if handle is not None:
                yield member.name.removeprefix("./"), handle


def _check(path: Path, name: str, seen: set[str]) -> None:
    if is_unsafe(name) or "\0" in name:
        raise IntegrityError(f"{path}: holds the unsafe path {name!r}; nothing of it was kept")
    if name in seen or len(seen) >= _MOST_MEMBERS:
        problem = "comes twice" if name in seen else f"is beyond the {_MOST_MEMBERS}th file"
        raise IntegrityError(f"{path}: the member {name!r} {problem}; nothing of it was kept")
    seen.add(name)


def _not_plain(path: Path, name: str) -> IntegrityError:
    return IntegrityError(
        f"{path}: the member {name!r} is a link or device; a release holds plain files. Nothing of"
        " it was kept"
    )


def _too_large(path: Path) -> IntegrityError:
    return IntegrityError(
        f"{path}: unpacks to more than {_MOST_BYTES >> 20} MiB, which no release does; nothing of"
        " it was kept"
    )
