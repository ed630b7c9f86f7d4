"""Resources, and the catalog of them: what ``data/sources.toml`` says, as values.

A resource has one or more parts (what is downloaded: a wheel, a file, an archive, an NLTK
package) and each part gives members (the files that end up in the cache).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from concept_core.documents import read_toml
from concept_core.errors import DataError
from concept_core.files import package_folder
from concept_core.spelling import unknown_name
from concept_core.values import from_data


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a resource, or, with ``*`` in its last segment, all that match.

    Attributes
    ----------
    name : str
        Where it lies in the resource's folder, with forward slashes.
    path : str or None
        Where it lies in the archive that carries it; None if the download is the file.
    sha256 : str or None
        Hex checksum of the file, None where it is not pinned.
    required : bool
        Whether a user's own folder must have it.
    also : tuple of str
        Other relative names under which ``--from`` accepts it.
    """

    name: str
    path: str | None = None
    sha256: str | None = None
    required: bool = True
    also: tuple[str, ...] = ()

    @property
    def pattern(self) -> bool:
        """Whether the name stands for every file that matches it."""
        return "*" in self.name


@dataclass(frozen=True, slots=True)
class Part:
    """One download of a resource.

    Attributes
    ----------
    origin : str
        A pinned requirement (wheel), an address (url), the index's address (nltk).
    sha256 : str or None
        Hex checksum of the download, None where it is not pinned.
    size : int or None
        Bytes of the download, None where unknown.
    package : str or None
        Folder and id of an NLTK package, as in ``corpora/wordnet``.
    members : tuple of Member
        The files that it gives.
    """

    origin: str
    sha256: str | None = None
    size: int | None = None
    package: str | None = None
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class Resource:
    """A named external thing that Sonolex can fetch.

    Attributes
    ----------
    name : str
        What ``sonolex fetch`` calls it.
    kind : str
        ``wheel``, ``url`` or ``nltk``.
    version : str
        A version, or the full id of a commit.
    citation : str
        Whom to cite.
    description : str
        One line.
    parts : tuple of Part
        Its downloads.
    licence : str or None
        None if whoever publishes it states none.
    note : str
        What a user should know before it comes; may be empty.
    """

    name: str
    kind: str
    version: str
    citation: str
    description: str
    parts: tuple[Part, ...]
    licence: str | None = None
    note: str = ""

    @property
    def title(self) -> str:
        """Name and version, a commit's id cut short."""
        commit = re.fullmatch(r"[0-9a-f]{40}", self.version)
        return f"{self.name} {self.version[:7] if commit else self.version}"

    @property
    def members(self) -> tuple[Member, ...]:
        """The members of all parts, in order."""
        return tuple(member for part in self.parts for member in part.members)

    @property
    def origins(self) -> tuple[str, ...]:
        """Where each part comes from, in words for a person."""
        return tuple(_origin_in_words(self.kind, part) for part in self.parts)

    @property
    def size(self) -> int | None:
        """Bytes to download, None if a part's size is unknown."""
        sizes = [part.size for part in self.parts if part.size is not None]
        return sum(sizes) if len(sizes) == len(self.parts) else None


def _origin_in_words(kind: str, part: Part) -> str:
    if kind == "wheel":
        return f"Python package index, wheel {part.origin}"
    if kind == "nltk":
        return f"NLTK data, package {part.package}, {part.origin}"
    return part.origin


KINDS = ("wheel", "url", "nltk")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def load_catalog(path: str | Path | None = None) -> dict[str, Resource]:
    """Read a catalog of resources.

    Parameters
    ----------
    path : str or Path, optional
        A TOML file as ``data/sources.toml`` is; None takes the one of this installation.

    Returns
    -------
    dict of str to Resource
        Resources by name, in the file's order.

    Raises
    ------
    UsageError
        An unknown key.
    DataError
        Not TOML, a missing key, a wrong kind, checksum or member name.
    """
    if path is None:
        return dict(_own_catalog())
    return _read(Path(path))


def find_resource(name: str, catalog: Mapping[str, Resource] | None = None) -> Resource:
    """The resource of that name.

    Raises
    ------
    UsageError
        There is none; the message names the nearest and all that there are.
    """
    known = _own_catalog() if catalog is None else catalog
    if name not in known:
        raise unknown_name("resource", name, known)
    return known[name]


@functools.cache
def _own_catalog() -> dict[str, Resource]:
    return _read(package_folder("data") / "sources.toml")


def _read(path: Path) -> dict[str, Resource]:
    try:
        tables = read_toml(path)
    except (FileNotFoundError, DataError) as error:
        raise DataError(f"cannot read the catalog of resources {path}: {error}") from error
    return {name: _resource(name, table, f"{path}, [{name}]") for name, table in tables.items()}


def _resource(name: str, table: Any, where: str) -> Resource:
    given = table.pop("parts", None) if isinstance(table, dict) else None
    if given is None:
        raise DataError(f"{where}: the key 'parts' is missing")
    resource = from_data({**table, "name": name, "parts": ()}, Resource, where)
    if resource.kind not in KINDS:
        raise DataError(f"{where}: kind {resource.kind!r} is none of {', '.join(KINDS)}")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        raise DataError(f"{where}: a resource's name is lower case letters, digits and hyphens")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]*", resource.version):
        raise DataError(f"{where}: version {resource.version!r} cannot name a folder")
    parts = tuple(
        _part(part, resource.kind, f"{where}, part {i}")
        for i, part in enumerate(from_data(given, list[dict[str, Any]], f"{where}, parts"), 1)
    )
    names = [member.name for part in parts for member in part.members]
    if len(set(names)) < len(names):
        raise DataError(f"{where}: two members have one name")
    return replace(resource, parts=parts)


def _part(table: dict[str, Any], kind: str, where: str) -> Part:
    listed = from_data(table.pop("members", []), list[Any], f"{where}, members")
    members = tuple(_member(entry, where) for entry in listed)
    part = from_data(table, Part, where)
    _check_sha256(part.sha256, where)
    if (kind == "nltk") != bool(part.package):
        raise DataError(f"{where}: `package` is for kind nltk, and needed there")
    if kind == "wheel" and "==" not in part.origin:
        raise DataError(f"{where}: origin {part.origin!r} pins no version (name==version)")
    if (kind == "nltk") == bool(members):
        raise DataError(f"{where}: kinds wheel and url name their members, nltk has none")
    return replace(part, members=members)


def _member(table: Any, where: str) -> Member:
    member = from_data(table, Member, where)
    _check_sha256(member.sha256, f"{where}, member {member.name!r}")
    for name in (member.name, *member.also):
        _check_relative(name, where)
    return member


def _check_sha256(value: str | None, where: str) -> None:
    if value is not None and not _SHA256.fullmatch(value):
        raise DataError(f"{where}: {value!r} is no sha256 (64 lower case hex digits)")


def _check_relative(name: str, where: str) -> None:
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or "\\" in name or not pure.parts:
        raise DataError(f"{where}: member name {name!r} leaves the resource's folder")
