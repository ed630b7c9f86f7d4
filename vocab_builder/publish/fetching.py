"""Fetch a release by name into the cache, where ``load_vocabulary`` finds it.

Places are asked in order, and the first good answer wins.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from concept_core.documents import read_toml
from concept_core.errors import DataError, IntegrityError, MissingError, SonolexError, UsageError
from concept_core.files import follow_umask, package_folder
from concept_core.releases.folder import verify_release
from concept_core.releases.specifiers import fetched_folder, list_releases, release_roots
from concept_core.releases.versions import is_version, select_versions
from concept_core.resources import home
from concept_core.resources.cache import swap_in
from concept_core.spelling import check_names
from concept_core.temporaries import sweep, temporary_folder
from vocab_builder.formats.descriptions import check_descriptions
from vocab_builder.publish.directory import DirectoryStore
from vocab_builder.publish.store import Address, Store, open_store
from vocab_builder.publish.verifying import download, newest_at
from vocab_builder.release.making import index_lock

VARIABLE = "SONOLEX_MIRRORS"
MIRRORS = "mirrors.toml"
Say = Callable[[str], None]


def fetch_vocabulary(
    specifier: str,
    *,
    place: str | None = None,
    offline: bool = False,
    say: Say = lambda line: None,
) -> Path:
    """Make sure that a release is on this machine, and say where.

    An exact version that is here and whole is not asked for again. Of a range, the newest that
    the first answering place has is taken; offline, the newest that is here.

    Parameters
    ----------
    specifier : str
        ``id@version``, ``id@range``, or ``id`` for the newest.
    place : str, optional
        Where it is published; by default the mirrors are asked in order, as `load_mirrors` finds
        them.
    offline : bool
        Ask no place.
    say : callable
        Called with each line for the user.

    Raises
    ------
    MissingError
        No place has it or answers; the message has each one's reason.
    IntegrityError
        No place has it whole, and one had it damaged or replaced.
    UsageError
        The specifier is none, or no mirrors are known.
    """
    name, _, wanted = specifier.partition("@")
    select_versions(wanted, [])  # a range that is none is said first
    Address(name, "0.0.0")
    if (is_version(wanted) or offline) and (here := _newest_here(name, wanted, say)):
        return here
    if offline:
        raise MissingError(
            f"{specifier} is not on this machine, and --offline forbids to fetch it; run: sonolex"
            f" fetch vocabulary:{specifier}"
        )
    failures: list[SonolexError] = []
    for store in load_mirrors() if place is None else [open_store(place)]:
        try:
            return _fetch_from(store, name, wanted, say)
        except (MissingError, IntegrityError, DataError) as error:
            say(f"  {error}")
            failures.append(error)
    worst = next((e for e in failures if isinstance(e, IntegrityError)), None)
    raise (IntegrityError if worst else MissingError)(
        f"{specifier} could not be fetched: " + "; ".join(str(error) for error in failures)
    )


def _fetch_from(store: Store, name: str, wanted: str, say: Say) -> Path:
    release = newest_at(store, name, wanted)
    if not is_version(wanted) and (here := _newest_here(name, release.version, say)):
        return here
    say(f"{release.specifier} from {store.name}")
    root = fetched_folder()
    final = root / release.folder
    with temporary_folder(final.parent, "new") as stage:
        files = download(store, release, stage)
        if maker := check_descriptions(stage, f"{store.name}: {release.specifier}"):
            say(f"  its descriptions were made by {maker} and are not vouched for")
        follow_umask(stage, 0o777)
        with index_lock(root):
            swap_in(stage, final)
        DirectoryStore(str(root)).settle(release)
    say(f"  {len(files)} files verified; now in {final}")
    return final


def _newest_here(name: str, wanted: str, say: Say) -> Path | None:
    """The newest matching release of this machine, if it is whole."""
    places = {
        version: root / name / version
        for root in reversed(release_roots())
        for version in list_releases(root).get(name, [])
    }
    matching = select_versions(wanted, places)
    if not matching:
        return None
    folder = places[matching[-1]]
    try:
        verify_release(folder)
    except (IntegrityError, DataError) as error:
        if not folder.is_relative_to(fetched_folder()):
            raise
        say(f"{error}; it is fetched anew")
        return None
    if folder.is_relative_to(fetched_folder()):
        # Whoever fetched it may have been killed before this.
        sweep(folder.parent)
        DirectoryStore(str(fetched_folder())).settle(Address(name, matching[-1]))
    say(f"{name}@{matching[-1]} is there: {folder}")
    return folder


def load_mirrors() -> list[Store]:
    """The mirrors of the first that names any: the environment, the user, this installation.

    ``SONOLEX_MIRRORS`` has them with commas; ``mirrors.toml``, in the cache folder or beside the
    carried vocabularies, as ``mirrors = ["s3://bucket/prefix", "https://host/path"]``.

    Raises
    ------
    UsageError
        There are none, or one is no place for releases.
    DataError
        A file of mirrors is broken.
    """
    given = os.environ.get(VARIABLE, "")
    if texts := [text.strip() for text in given.split(",") if text.strip()]:
        return [open_store(text) for text in texts]
    files = [home() / MIRRORS, package_folder("vocabularies") / MIRRORS]
    for path in files:
        if texts := _read(path):
            return [open_store(text) for text in texts]
    raise UsageError(
        "no mirrors are known; name a place with --from, or set"
        f" {VARIABLE}, or write {files[0]} with a line such as"
        ' mirrors = ["https://host/vocabularies"]'
    )


def _read(path: Path) -> list[str]:
    if not path.is_file():
        return []
    table = read_toml(path)
    check_names("key", table, ["mirrors"], str(path))
    mirrors = table.get("mirrors", [])
    if not isinstance(mirrors, list) or not all(isinstance(one, str) for one in mirrors):
        raise DataError(f"{path}: mirrors must be a list of texts")
    return mirrors
