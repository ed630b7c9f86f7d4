"""A built folder made a release: the version rule, the licences, the folder, the index."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from concept_core.documents import parse_toml
from concept_core.errors import DataError, UsageError, refuse_secrets
from concept_core.files import sha256_file, sha256_text
from concept_core.releases.folder import SIGNATURE, SUMS, read_release, verify_release
from concept_core.releases.index import Listed, read_index, write_index
from concept_core.releases.specifiers import list_releases
from concept_core.releases.versions import parse_version, select_versions
from concept_core.temporaries import sweep
from vocab_builder.licences.terms import refuse_conflicts, terms_of
from vocab_builder.release.files import render_files, write_folder
from vocab_builder.release.permissive import permissive_part
from vocab_builder.release.release import RECIPE, Release
from vocab_builder.release.version_rule import (
    FIRST,
    NONE,
    Changes,
    check_ids,
    choose_version,
    compare,
)

LOCK_FILE = ".index.lock"


@dataclass(frozen=True, slots=True)
class Planned:
    """A release that may be made: the rule and the licences allow it.

    Attributes
    ----------
    release : Release
        With the version that it will have.
    changes : Changes
        Since the newest release of its id.
    folder : Path
        Where it goes.
    """

    release: Release
    changes: Changes
    folder: Path

    @property
    def specifier(self) -> str:
        """``id@version``."""
        return self.release.vocabulary.specifier

    def to_dict(self) -> dict[str, Any]:
        """What will be released, as JSON-ready values."""
        metadata = self.release.vocabulary.metadata
        keys = ("id", "version", "size", "content_hash", "licence")
        return {
            **{key: metadata[key] for key in keys},
            "unclear": list(terms_of(metadata["sources"]).unclear),
            "changes": self.changes.to_dict(),
        }


def plan_release(
    folder: Path,
    root: Path,
    *,
    version: str | None = None,
    permissive: bool = False,
    stopped: bool = False,
) -> Planned:
    """What ``folder`` would be released as; nothing is written.

    Parameters
    ----------
    folder : Path
        As ``sonolex build`` or ``sonolex import`` wrote it.
    root : Path
        Folder of releases.
    version : str, optional
        At least what the rule asks for; without it the higher of that and of the folder's own.
    permissive : bool
        Leave out what restricts (``licence_terms.permissive_part``).
    stopped : bool
        An earlier run was stopped: where the newest release is what that made of this folder, it
        is what is planned.

    Raises
    ------
    UsageError
        The version is too low, or not newer than what there is.
    DataError
        Nothing changed, the licences contradict each other, or an id is used again.
    IntegrityError
        The folder is not what was built.
    """
    if version is not None:
        parse_version(version)
    verify_release(folder)
    release = Release.load(folder)
    if permissive:
        release = permissive_part(release)
    vocabulary = release.vocabulary
    refuse_conflicts(vocabulary)
    terms = terms_of(vocabulary.metadata["sources"])
    if vocabulary.metadata["sources"]:
        # Folders built before licences had identifiers name them in words.
        release = release.with_concepts(vocabulary.concepts, licence=terms.expression)
    earlier = list_releases(root).get(vocabulary.id, [])
    check_ids((read_release(root / vocabulary.id / one) for one in earlier), vocabulary)
    planned = _plan(release, root, earlier, version)
    if planned.changes.bump != NONE:
        return planned
    if stopped and _is_written(made := _plan(release, root, earlier[:-1], version)):
        return made
    raise DataError(
        f"{folder}: nothing changed since {vocabulary.id}@{planned.changes.previous}; there is"
        " nothing to release"
    )


def _plan(release: Release, root: Path, earlier: list[str], version: str | None) -> Planned:
    """What the rule says of a release after these versions."""
    vocabulary = release.vocabulary
    changes = Changes(None, FIRST)
    if earlier:
        newest = root / vocabulary.id / earlier[-1]
        there = [path.name for path in newest.iterdir() if path.name not in (SUMS, SIGNATURE)]
        will_be = set(render_files(release, changes)) - {SUMS}
        changes = compare(Release.load(newest), release, (there, will_be))
    chosen = (
        earlier[-1]
        if changes.bump == NONE
        else choose_version(changes, vocabulary.version, version)
    )
    stamped = stamp(release, chosen, changes.previous)
    return Planned(stamped, changes, root / vocabulary.id / chosen)


def _is_written(planned: Planned) -> bool:
    """Whether the folder of a planned release is there, with this very content."""
    sums = planned.folder / SUMS
    texts = render_files(planned.release, planned.changes)
    return sums.is_file() and sums.read_bytes() == texts[SUMS].encode("utf-8")


def make_release(planned: Planned, root: Path) -> None:
    """Write the folder of a planned release, and list it in the index.

    What another process, or a run that was stopped, has made of the same plan stays.

    Raises
    ------
    DataError
        The version is there already, or another release came between.
    """
    vocabulary = planned.release.vocabulary
    with index_lock(root):
        newest = list_releases(root).get(vocabulary.id, [None])[-1]
        if not _is_written(planned):
            if newest != planned.changes.previous:
                raise DataError(
                    f"{planned.folder}: meanwhile the newest release became {vocabulary.id}"
                    f"@{newest}; run this again, so that the rule is asked about that"
                )
            write_folder(planned.folder, render_files(planned.release, planned.changes))
        update_index(root)


def repair_index(root: Path) -> bool:
    """``update_index``, alone with the folder; nothing where there is no folder yet.

    Returns
    -------
    bool
        Whether an earlier run was stopped: its release was not listed, or it left its lock.
    """
    if not root.is_dir():
        return False
    sweep(root)
    left = (root / LOCK_FILE).exists()
    with index_lock(root):
        return update_index(root) or left


def update_index(root: Path) -> bool:
    """List every release folder that the index lacks, each verified first; whether any did.

    A release that was written while its listing was not (the machine stopped) is listed by the
    next one. What is listed stays as it is, here or not: a part of the releases may be elsewhere.
    """
    index = read_index(root)
    fresh = [
        (name, version)
        for name, versions in list_releases(root).items()
        for version in versions
        if (name, version) not in index
    ]
    for name, version in fresh:
        index[name, version] = entry_of(root / name / version)
    if fresh:
        write_index(root, index.values())
    return bool(fresh)


def entry_of(folder: Path) -> Listed:
    """What the index says of a release folder, which is verified first."""
    verify_release(folder)
    vocabulary = read_release(folder)
    return Listed(
        id=vocabulary.id,
        version=vocabulary.version,
        content_hash=vocabulary.content_hash,
        sums_sha256=sha256_file(folder / SUMS),
        concepts=len(vocabulary),
        licence=str(vocabulary.metadata.get("licence", "not stated")),
    )


def deprecate(specifier: str, message: str, root: Path) -> list[str]:
    """Say of releases what to use instead; "" takes it back. Returns their specifiers.

    Parameters
    ----------
    specifier : str
        ``id@version``, ``id@range``, or ``id`` for all versions.
    message : str
        What to use instead; "" where the releases are in good standing again.
    root : Path
        The folder of releases, with its index.

    Raises
    ------
    UsageError
        The index lists no such release.
    """
    refuse_secrets(message, "the message")
    with index_lock(root):
        update_index(root)
        index = read_index(root)
        name, _, wanted = specifier.partition("@")
        versions = [version for listed, version in index if listed == name]
        chosen = select_versions(wanted, versions)
        if not chosen:
            known = ", ".join("@".join(key) for key in sorted(index)) or "none"
            raise UsageError(f"{root}: no release {specifier!r} (known: {known})")
        for version in chosen:
            index[name, version] = replace(index[name, version], deprecated=message)
        write_index(root, index.values())
    return [f"{name}@{version}" for version in chosen]


def stamp(release: Release, version: str, previous: str | None) -> Release:
    """This release as if its recipe had said this version, the next after ``previous``.

    The recipe's line changes, and with it the recipe's hash in the lock: building that recipe
    gives these concepts under this version.
    """
    vocabulary = release.vocabulary
    follows = {} if previous is None else {"previous": previous}
    stamped = release.with_concepts(vocabulary.concepts, version=version, **follows)
    if release.recipe is None or vocabulary.version == version:
        return stamped
    recipe = _with_version(release.recipe, release.recipe_tables(), version)
    lock = release.lock and replace(release.lock, recipe_sha256=sha256_text(recipe))
    return replace(stamped, recipe=recipe, lock=lock)


@contextlib.contextmanager
def index_lock(root: Path) -> Iterator[None]:
    """Of two that change a folder of releases, the second waits. Leaves no file behind."""
    import filelock

    root.mkdir(parents=True, exist_ok=True)
    path = root / LOCK_FILE
    with filelock.FileLock(path):
        try:
            yield
        finally:
            # Removed while it is held: who waits for it sees that it has no name, and starts anew.
            # Windows removes no open file; there it stays.
            with contextlib.suppress(PermissionError):
                path.unlink(missing_ok=True)


def _with_version(recipe: str, tables: dict[str, Any], version: str) -> str:
    """A recipe with another version, every other byte as it was."""
    wanted = {**tables, "vocabulary": {**tables.get("vocabulary", {}), "version": version}}
    for match in re.finditer(r"""(?m)^(\s*version\s*=\s*)(["'])[^"'\n]*\2""", recipe):
        start, end = match.span()
        changed = f'{recipe[:start]}{match[1]}"{version}"{recipe[end:]}'
        # Only one of several such lines may be the vocabulary's own; the parser knows which.
        with contextlib.suppress(DataError):
            if parse_toml(changed, RECIPE) == wanted:
                return changed
    raise DataError(
        f"{RECIPE}: found no line that gives the vocabulary's version; write it as"
        f' version = "{version}" in [vocabulary]'
    )
