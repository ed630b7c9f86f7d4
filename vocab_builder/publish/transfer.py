"""A release from any place into an empty folder, every byte checked, or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

from concept_core.errors import IntegrityError, MissingError, SonolexError
from concept_core.files import package_folder
from concept_core.releases.folder import SIGNATURE, SUMS, parse_sums, read_release
from concept_core.releases.index import read_index
from concept_core.releases.specifiers import release_roots
from concept_core.releases.versions import is_version, parse_version, select_versions
from vocab_builder.publish.store import (
    LARGEST_FILE,
    LARGEST_SUMS,
    MOST_BYTES,
    MOST_FILES,
    Address,
    Store,
    open_store,
)

LARGEST_SIGNATURE = 4096


def sha256(content: bytes) -> str:
    """Hex sha256 of bytes."""
    return hashlib.sha256(content).hexdigest()


def known_sums(release: Address) -> tuple[str, str] | None:
    """The sha256 that this machine knows a release's ``SHA256SUMS`` to have, and who says so.

    The index that this installation carries knows it first, then that of what was fetched.
    """
    for root in release_roots():
        entry = read_index(root).get((release.id, release.version))
        if entry is not None:
            carried = root == package_folder("vocabularies")
            return entry.sums_sha256, "this installation" if carried else "an earlier fetch"
    return None


def download(store: Store, release: Address, into: Path) -> tuple[str, ...]:
    """Bring a release into an empty folder, and its signature if it has one.

    Returns the names of the files checked; ``SHA256SUMS`` and the signature are not among them.

    Raises
    ------
    MissingError
        The place does not have the release, or does not answer.
    IntegrityError
        Something is not what was released; the message names every such file.
    DataError
        The files are as published, and no release that can be read.
    """
    place = f"{store.name}: {release.specifier}"
    sums = store.read(release, SUMS, LARGEST_SUMS)
    if sums is None:
        raise MissingError(f"{place} is not there (it has no {SUMS})")
    known = known_sums(release)
    if known is not None and sha256(sums) != known[0]:
        raise IntegrityError(
            f"{place} was replaced: its {SUMS} has sha256 {sha256(sums)}, {known[1]} knows"
            f" {known[0]}; nothing of it was kept"
        )
    expected = parse_sums(sums, f"{place}/{SUMS}")
    if len(expected) > MOST_FILES:
        raise IntegrityError(f"{place}: {len(expected)} files; no release has over {MOST_FILES}")
    (into / SUMS).write_bytes(sums)
    findings = _bring(store, release, expected, into)
    if findings:
        raise IntegrityError(
            f"{place} is not what was released; nothing of it was kept. " + "; ".join(findings)
        )
    signature = store.read(release, SIGNATURE, LARGEST_SIGNATURE)
    if signature is not None:
        (into / SIGNATURE).write_bytes(signature)
    _check_content(release, into, place)
    return tuple(sorted(expected))


def newest_at(store: Store, name: str, wanted: str) -> Address:
    """The newest release of an id at a place that a range admits; an exact version as it is.

    Raises
    ------
    MissingError
        The place has none.
    """
    if is_version(wanted):
        return Address(name, wanted)
    versions = store.versions(name)
    matching = select_versions(wanted, versions)
    if not matching:
        known = ", ".join(sorted(versions, key=parse_version)) or "none"
        raise MissingError(f"{store.name}: has no {name}@{wanted} (versions there: {known})")
    return Address(name, matching[-1])


def download_newest(place: str, specifier: str, into: Path) -> tuple[str, tuple[str, ...]]:
    """`download` of a specifier at a place, both as texts; returns its name and the files."""
    store = open_store(place)
    name, _, wanted = specifier.partition("@")
    release = newest_at(store, name, wanted)
    return f"{store.name}: {release.specifier}", download(store, release, into)


def _bring(store: Store, release: Address, expected: dict[str, str], into: Path) -> list[str]:
    """Write what is as listed; returns what is not."""
    names = store.names(release)
    extra = set() if names is None else set(names) - set(expected) - {SUMS, SIGNATURE}
    findings = [f"{name!r}: is not listed in {SUMS}" for name in sorted(extra)]
    left = MOST_BYTES
    for name, wanted in sorted(expected.items()):
        content = store.read(release, name, min(LARGEST_FILE, left))
        if content is None:
            findings.append(f"{name}: is missing")
            continue
        left -= len(content)
        if (found := sha256(content)) != wanted:
            findings.append(f"{name}: sha256 is {found}, {SUMS} says {wanted}")
            continue
        target = into / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        except OSError:
            if not target.is_dir() and target.parent.is_dir():
                raise
            findings.append(f"{name}: is both a file and a folder")
    return findings


def _check_content(release: Address, folder: Path, place: str) -> None:
    """The files are those of this very release, and it can be read."""
    try:
        vocabulary = read_release(folder)
    except SonolexError as error:
        # Where the files lie for now says nothing to anybody.
        raise type(error)(str(error).replace(str(folder), place)) from error
    if (vocabulary.id, vocabulary.version) != (release.id, release.version):
        raise IntegrityError(
            f"{place} holds {vocabulary.id}@{vocabulary.version}; nothing of it was kept"
        )
