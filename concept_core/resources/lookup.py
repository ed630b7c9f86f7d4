"""Where a fetched resource lies, what its bytes hash to, and whether it is there at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from concept_core.files import canonical_json, sha256_file, sha256_text
from concept_core.resources import nltk_data
from concept_core.resources.cache import RECORD, folder_of, home, is_complete, read_record
from concept_core.resources.catalog import find_resource
from concept_core.resources.model import Resource
from concept_core.resources.network import not_here
from concept_core.spelling import unknown_name


@dataclass(frozen=True, slots=True)
class Status:
    """Whether a resource is on this machine.

    Attributes
    ----------
    resource : Resource
        The catalog's entry.
    path : Path or None
        Its folder, or the file or folder that NLTK reads; None if it is not there.
    own : bool
        Whether the user brought it.
    """

    resource: Resource
    path: Path | None
    own: bool


def status(name: str, catalog: Mapping[str, Resource] | None = None) -> Status:
    """Whether a resource is there, without opening its files.

    Raises
    ------
    UsageError
        No such resource.
    """
    resource = find_resource(name, catalog)
    if resource.kind == "nltk":
        path = nltk_data.find(resource)
    else:
        path = folder_of(resource) if is_complete(resource) else None
    record = read_record(resource)
    ours = path is not None and path.is_relative_to(home())
    return Status(resource, path, own=ours and bool(record and record["own"]))


def resource_path(
    name: str, member: str | None = None, catalog: Mapping[str, Resource] | None = None
) -> Path:
    """The path of a fetched resource.

    Parameters
    ----------
    name : str
        A name of the catalog.
    member : str, optional
        A file of it, as the catalog names it; None gives the resource's folder
        (kind nltk: the zip or folder that NLTK reads).
    catalog : mapping of str to Resource, optional
        Resources by name; None takes those of this installation.

    Raises
    ------
    UsageError
        No such resource, or it declares no such member.
    MissingError
        It has not been fetched; the message names origin and command.
    """
    found = status(name, catalog)
    resource = found.resource
    names = [m.name for m in resource.members if not m.pattern]
    if member is not None and member not in names:
        raise unknown_name(f"member of {name}", member, names)
    if found.path is None:
        raise not_here(resource)
    if member is None:
        return found.path
    if not (found.path / member).is_file():
        raise not_here(resource, f"with its file {member}")
    return found.path / member


def input_hash(
    name: str, member: str | None = None, catalog: Mapping[str, Resource] | None = None
) -> str:
    """Hex sha256 of what is there now, read anew: what a lock file records as an input.

    For a folder it is the sha256 of the canonical JSON of its files' names and checksums.

    Raises
    ------
    UsageError, MissingError
        As `resource_path`.
    """
    path = resource_path(name, member, catalog)
    if path.is_file():
        return sha256_file(path)
    files = sorted(p for p in path.rglob("*") if p.is_file() and p.name != RECORD)
    return sha256_text(
        canonical_json({p.relative_to(path).as_posix(): sha256_file(p) for p in files})
    )
