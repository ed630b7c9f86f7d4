"""From a download to the members of a resource: checksums and safe extraction."""

from __future__ import annotations

import fnmatch
import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from concept_core.errors import IntegrityError
from concept_core.files import sha256_file
from concept_core.resources.cache import Stored
from concept_core.resources.model import Member, Part, Resource
from concept_core.resources.network import Say


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
    try:
        with zipfile.ZipFile(came) as archive:
            _refuse_unsafe(resource, part, archive)
            return [
                stored
                for member in part.members
                for stored in _extract(resource, part, archive, member, into)
            ]
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        # RuntimeError: encrypted, or (NotImplementedError) packed in a way Python does not know.
        raise IntegrityError(
            f"{resource.name}: {part.origin} is a broken archive: {error}"
        ) from error


def is_unsafe(name: str) -> bool:
    """Whether a path inside an archive, or of a description, may lead out of its folder."""
    segments = name.removesuffix("/").split("/")
    return bool({"", ".", ".."} & set(segments)) or "\\" in name or ":" in segments[0]


def _refuse_unsafe(resource: Resource, part: Part, archive: zipfile.ZipFile) -> None:
    for name in archive.namelist():
        if is_unsafe(name):
            raise IntegrityError(
                f"{resource.name}: {part.origin} holds the unsafe path {name!r}; "
                "nothing of it was unpacked"
            )


def _extract(
    resource: Resource, part: Part, archive: zipfile.ZipFile, member: Member, into: Path
) -> list[Stored]:
    path = member.path or member.name
    names = [name for name in archive.namelist() if not name.endswith("/") and fits(name, path)]
    if not names:
        raise IntegrityError(f"{resource.name}: {part.origin} holds no {path}")
    stored = []
    for name in sorted(names):
        target_name = member.name
        if member.pattern:
            target_name = str(PurePosixPath(member.name).with_name(PurePosixPath(name).name))
        target = into / target_name
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(name) as source, open(target, "wb") as out:
            shutil.copyfileobj(source, out)
        stored.append(_stored(resource, member, target, target_name))
    return stored


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
