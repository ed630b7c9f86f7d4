"""From a download to the members of a resource: checksums and safe extraction."""

from __future__ import annotations

import errno
import fnmatch
import lzma
import re
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from concept_core.errors import DataError, IntegrityError
from concept_core.files import check_file, sha256_file
from concept_core.resources.cache import Stored
from concept_core.resources.catalog import Member, Part, Resource
from concept_core.resources.network import Say

_BLOCK = 1 << 20
# RuntimeError: encrypted, or (NotImplementedError) packed in a way Python does not know.
_BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, RuntimeError)
# A control or a lone surrogate, which no name of a file of ours has.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# The name, with a slash at the end of a folder's, and what opens a plain file.
_Member = tuple[str, Callable[[], IO[bytes]] | None]


def check_download(resource: Resource, part: Part, came: Path, say: Say) -> None:
    """Compare a download with its pinned checksum, or say that none is pinned.

    Raises
    ------
    IntegrityError
        It differs; the download is deleted.
    """
    found = sha256_file(came)
    if part.sha256 is None:
        say(f"  NOT PINNED: no checksum is known for {part.origin}; what came has sha256 {found}")
        return
    if found != part.sha256:
        came.unlink()
        raise IntegrityError(
            f"{resource.name}: what came from {part.origin} is not what was pinned; it was "
            f"deleted and nothing was changed.\n  sha256 expected {part.sha256}\n"
            f"  sha256 found    {found}"
        )
    say(f"  sha256 {found} is as pinned")


def unpack(resource: Resource, part: Part, came: Path, into: Path) -> list[Stored]:
    """Put a part's members from a download into a folder, and nothing else of it.

    Raises
    ------
    IntegrityError
        An archive that is broken, lacks a member, or holds a path that would
        leave its folder; or a member that differs from its pinned checksum.
    """
    if any(member.path is None for member in part.members):
        (only,) = part.members
        target = into / only.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(came, target)
        return [_stored(resource, only, target, only.name)]

    def place(name: str) -> str | None:
        fitting = (member for member in part.members if fits(name, member.path or member.name))
        member = next(fitting, None)
        return None if member is None else _target(member, name)

    where = f"{resource.name}: {part.origin}"
    try:
        names = extract_archive(came, into, place=place, where=where)
    except DataError as error:
        raise IntegrityError(str(error)) from error
    stored = []
    for member in part.members:
        own = sorted(name for name in names if fits(name, member.path or member.name))
        if not own:
            raise IntegrityError(f"{where} holds no {member.path}")
        targets = [_target(member, name) for name in own]
        stored += [_stored(resource, member, into / target, target) for target in targets]
    return stored


def _target(member: Member, name: str) -> str:
    """Where a file of an archive goes in the resource's folder."""
    if not member.pattern:
        return member.name
    return str(PurePosixPath(member.name).with_name(PurePosixPath(name).name))


def extract_archive(
    path: Path,
    into: Path,
    *,
    place: Callable[[str], str | None] = str,
    where: str = "",
    most_files: int = 100_000,
    most_bytes: int = 1 << 36,
) -> list[str]:
    """Unpack plain files of a zip or tar archive into a folder, or refuse it.

    What an archive says of its sizes may be a lie, so that what comes out of it is counted.

    Parameters
    ----------
    path : Path
        A tar archive where its name says so (``.tar``, ``.tar.gz``, ``.tgz``), else a zip.
    into : Path
        Nothing is written outside of it, and no file that is there is overwritten.
    place : callable
        A file's name in the archive to its path below ``into``; None leaves it out. By default
        all keep their names.
    where : str
        What errors call the archive; its path by default.
    most_files, most_bytes : int
        How many files it may hold, and how many bytes may come out of it.

    Returns
    -------
    list of str
        The names, in the archive, of the files that were unpacked.

    Raises
    ------
    IntegrityError
        A path that leads out, a link or device, a name that comes twice or is a file and a
        folder, or more than the bounds allow.
    DataError
        A broken archive.
    """
    where = where or str(path)
    check_file(path)
    is_tar = {".tar", ".tgz"} & set(path.suffixes)
    members = _tar_members(path, where, most_bytes) if is_tar else _zip_members(path)
    try:
        return _extract(members, into, place, where, most_files, most_bytes)
    except _BROKEN as error:
        raise DataError(f"{where}: a broken archive: {error}") from error
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise _refused(where, f"one of its names is a file and a folder ({error})") from error
    except OSError as error:
        # Of decompression, or of an offset before the start; not of a disk that is full.
        if error.errno in (None, errno.EINVAL):
            raise DataError(f"{where}: a broken archive: {error}") from error
        raise


def _extract(
    members: Iterator[_Member],
    into: Path,
    place: Callable[[str], str | None],
    where: str,
    most_files: int,
    most_bytes: int,
) -> list[str]:
    room, names = most_bytes, []
    seen: set[str] = set()
    for name, opened in members:
        _check_name(where, name, seen, most_files)
        target = None if name.endswith("/") else place(name)
        if target is None:
            continue
        if opened is None:
            raise _refused(where, f"the member {name!r} is a link or device")
        (into / target).parent.mkdir(parents=True, exist_ok=True)
        with opened() as source, open(into / target, "xb") as out:
            while block := source.read(min(_BLOCK, room + 1)):
                room -= len(block)
                if room < 0:
                    raise _too_large(where, most_bytes)
                out.write(block)
        names.append(name)
    return names


def _zip_members(path: Path) -> Iterator[_Member]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            plain = stat.S_IFMT(info.external_attr >> 16) in (0, stat.S_IFREG, stat.S_IFDIR)
            yield info.filename, partial(archive.open, info) if plain else None


def _tar_members(path: Path, where: str, most_bytes: int) -> Iterator[_Member]:
    declared = 0
    with tarfile.open(path) as archive:
        for member in archive:
            # Going to the next member reads over this one: a large one is refused here.
            declared += member.size
            if declared > most_bytes:
                raise _too_large(where, most_bytes)
            name = member.name.removeprefix("./") + "/" * member.isdir()
            plain = member.isreg() and member.sparse is None
            yield name, partial(_tar_file, archive, member) if plain else None


def _tar_file(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    opened = archive.extractfile(member)
    assert opened is not None  # a plain file
    return opened


def _check_name(where: str, name: str, seen: set[str], most_files: int) -> None:
    if is_unsafe(name):
        raise _refused(where, f"holds the unsafe path {name!r}")
    if name in seen:
        raise _refused(where, f"the member {name!r} comes twice")
    if len(seen) >= most_files:
        raise _refused(where, f"the member {name!r} is beyond the {most_files}th file")
    seen.add(name)


def _refused(where: str, problem: str) -> IntegrityError:
    return IntegrityError(f"{where}: {problem}; nothing of it was kept")


def _too_large(where: str, most_bytes: int) -> IntegrityError:
    return _refused(where, f"unpacks to more than {most_bytes >> 20} MiB")


def is_unsafe(name: str) -> bool:
    """Whether a path inside an archive, or of a description, may lead out of its folder."""
    segments = name.removesuffix("/").split("/")
    too_long = any(len(one.encode("utf-8", "surrogatepass")) > 255 for one in segments)
    return (
        bool({"", ".", ".."} & set(segments))
        or too_long
        or "\\" in name
        or ":" in segments[0]
        or _CONTROL.search(name) is not None
    )


def fits(name: str, pattern: str) -> bool:
    """Whether a path matches a pattern segment by segment: ``*`` does not cross a slash."""
    segments, wanted = name.split("/"), pattern.split("/")
    return len(segments) == len(wanted) and all(map(fnmatch.fnmatchcase, segments, wanted))


def _stored(resource: Resource, member: Member, target: Path, name: str) -> Stored:
    found = sha256_file(target)
    if member.sha256 not in (None, found):
        raise IntegrityError(
            f"{resource.name}: its member {name} is not what was pinned; nothing was changed."
            f"\n  sha256 expected {member.sha256}\n  sha256 found    {found}"
        )
    return Stored(name, found)
