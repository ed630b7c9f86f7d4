"""Where fetched resources lie, how a folder is replaced whole, and what is recorded beside it.

``<home>/resources/<name>/<version>/`` holds the members and ``resource.json``;
``<home>/nltk_data/`` holds what NLTK reads. A folder appears by one rename, so a reader finds
all of it or none of it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from concept_core.documents import read_json
from concept_core.errors import DataError, MissingError
from concept_core.files import follow_umask, named_path, pretty_json, sha256_file, write_text
from concept_core.resources.catalog import Member, Resource
from concept_core.temporaries import temporary_folder

RECORD = "resource.json"
# A download of ESC-50 over a slow line takes the better part of an hour.
_WAIT_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Stored:
    """One file that is about to be in a resource's folder, or is.

    Attributes
    ----------
    name : str
        Its relative name there, with forward slashes.
    sha256 : str
        Hex checksum of its bytes.
    own : bool
        Whether the user brought it and no pinned checksum vouches for it.
    """

    name: str
    sha256: str
    own: bool = False


def home() -> Path:
    """The one cache folder: ``SONOLEX_HOME``, or the user's cache folder of this system."""
    if chosen := os.environ.get("SONOLEX_HOME"):
        return named_path(chosen).absolute()
    import platformdirs

    return Path(platformdirs.user_cache_path("sonolex", appauthor=False))


def folder_of(resource: Resource) -> Path:
    """The folder of a resource's present version, whether or not it is there."""
    return home() / "resources" / resource.name / resource.version


def files_of(folder: Path, member: Member) -> list[Path]:
    """The files that are there for a member, sorted: none, one, or all that match a pattern."""
    return sorted(path for path in folder.glob(member.name) if path.is_file())


def read_record(resource: Resource) -> dict[str, Any] | None:
    """What ``resource.json`` says, or None where there is none that can be read."""
    try:
        record: dict[str, Any] = read_json(folder_of(resource) / RECORD)
        record["files"] = [Stored(**entry) for entry in record["files"]]
        record["own"] = bool(record["own"])
    except (FileNotFoundError, DataError, KeyError, TypeError):
        return None
    return record


def is_complete(resource: Resource) -> bool:
    """Whether the folder holds its record and every required member."""
    folder = folder_of(resource)
    return read_record(resource) is not None and all(
        files_of(folder, member) for member in resource.members if member.required
    )


def damaged_files(resource: Resource) -> list[str]:
    """Names of recorded files that are gone or whose bytes are no longer as recorded."""
    record, folder = read_record(resource), folder_of(resource)
    if record is None:
        return []
    return [
        stored.name
        for stored in record["files"]
        if not (folder / stored.name).is_file()
        or sha256_file(folder / stored.name) != stored.sha256
    ]


def write_record(resource: Resource, folder: Path, files: list[Stored], origins: list[str]) -> None:
    """Write ``resource.json`` into a folder: where it came from, what it is, under which terms."""
    own = any(stored.own for stored in files)
    record = {
        "name": resource.name,
        "version": resource.version,
        "kind": resource.kind,
        "origins": origins,
        "own": own,
        "licence": resource.licence,
        "citation": resource.citation,
        "files": [
            {"name": stored.name, "sha256": stored.sha256, "own": stored.own} for stored in files
        ],
    }
    write_text(folder / RECORD, pretty_json(record))


@contextlib.contextmanager
def locked(resource: Resource, say: Callable[[str], None]) -> Iterator[None]:
    """Hold a resource's lock: of two processes that fetch it, one works and one waits."""
    import filelock

    path = home() / "locks" / f"{resource.name}.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(path)
        try:
            lock.acquire(timeout=0.1)
        except filelock.Timeout:
            say(f"  another process is fetching {resource.name}; waiting for it")
            lock.acquire(timeout=_WAIT_SECONDS)
    except filelock.Timeout as error:
        raise MissingError(
            f"{resource.name}: another process has held {path} for {_WAIT_SECONDS} s. "
            f"End it, then run: sonolex fetch {resource.name}"
        ) from error
    except OSError as error:
        raise DataError(
            f"cannot use the cache folder {home()}: {error}. "
            "Set SONOLEX_HOME to a folder that can be written."
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def staged(resource: Resource) -> Iterator[Path]:
    """Give an empty folder beside the resource's own; on success it takes its place.

    On an error the new folder is removed and what was there stays. Call it under `locked`.
    """
    final = folder_of(resource)
    final.parent.mkdir(parents=True, exist_ok=True)
    for left in (*final.parent.glob(".new-*"), *final.parent.glob(".old-*")):
        shutil.rmtree(left, ignore_errors=True)  # of a killed process of an earlier version
    with temporary_folder(final.parent, "new") as stage:
        yield stage
        follow_umask(stage, 0o777)
        swap_in(stage, final)


def swap_in(stage: Path, final: Path) -> None:
    """Rename a file or folder into place; on an error, what was there comes back."""
    if not final.exists():
        stage.rename(final)
        return
    with temporary_folder(final.parent, "old") as aside:
        try:
            final.rename(aside / final.name)
            stage.rename(final)
        finally:
            if not final.exists():
                (aside / final.name).rename(final)
