"""Is a release, here or as it is published, what was released? Every byte is checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from concept_core import stores
from concept_core.decomposition.streaming import open_stream
from concept_core.decomposition.streaming.plan import MANIFEST as STREAM
from concept_core.embedding import open_embeddings
from concept_core.embedding.manifest import is_output
from concept_core.errors import IntegrityError, MissingError, SonolexError, UsageError
from concept_core.files import package_folder
from concept_core.releases.folder import (
    DESCRIPTION_SUMS,
    SIGNATURE,
    SUMS,
    parse_description_sums,
    parse_sums,
    read_release,
    verify_release,
)
from concept_core.releases.index import read_index
from concept_core.releases.specifiers import find_release, release_roots
from concept_core.releases.versions import is_version, parse_version, select_versions
from concept_core.temporaries import temporary_folder
from vocab_builder.formats.archives import MOST_BYTES, MOST_FILES
from vocab_builder.formats.descriptions import check_descriptions
from vocab_builder.publish.signatures import check_signature
from vocab_builder.publish.store import (
    LARGEST_FILE,
    LARGEST_SUMS,
    Address,
    Store,
    open_store,
    sha256,
    split_place,
)

_LARGEST_SIGNATURE = 4096


@dataclass(frozen=True, slots=True)
class Verified:
    """A release whose checksums hold.

    Attributes
    ----------
    where : str
        Its folder, or its place and specifier.
    files : tuple of str
        Those that were compared.
    signed_by : str or None
        Id of the key of its signature; None where nobody asked for one.
    described_by : str
        The version that its descriptions for other tools state to be made by, where that is
        another one: they have their own sums, and were not compared. "" otherwise.
    """

    where: str
    files: tuple[str, ...]
    signed_by: str | None
    described_by: str


def verify(spec: str, key: Path | None = None) -> Verified:
    """Recompute every checksum of a release, and make its descriptions anew to compare them.

    Parameters
    ----------
    spec : str
        A specifier or folder of this machine, or ``PLACE/NAME@VERSION`` of a published release;
        or what ``embed`` or ``decompose`` has made of many rows, whose shards are compared.
    key : Path, optional
        minisign's public key, which must have signed it.

    Raises
    ------
    IntegrityError
        A file is not what was released, a description not what is made of it, or the signature is
        missing or another.
    UsageError, MissingError
        There is no such release or place; a key, and shards, which nobody signs.
    """
    shards = _shards(spec)
    if shards is not None:
        if key is not None:
            raise UsageError(f"{spec}: shards are not signed; leave out --key")
        return Verified(spec, tuple(shards), None, "")
    with temporary_folder(None, "release") as scratch:
        place = None if Path(spec).exists() else split_place(spec)
        if place is None:
            folder = find_release(spec)
            where, files = str(folder), tuple(verify_release(folder))
        else:
            folder, store = scratch, open_store(place[0])
            release = newest_at(store, *place[1].split("@"))
            where, files = f"{store.name}: {release.specifier}", download(store, release, folder)
        signed_by = None if key is None else check_signature(folder, key, where)
        return Verified(where, files, signed_by, check_descriptions(folder, where))


def _shards(spec: str) -> list[str] | None:
    """The shards of a run, all compared; None of what is no output of one."""
    # A published release is s3://BUCKET/NAME@VERSION.
    is_place = "@" not in spec if "://" in spec else Path(spec).is_dir()
    if not is_place or spec.partition("://")[0] not in ("s3", "gs", "memory", spec):
        return None
    if is_output(spec):
        return open_embeddings(spec).verify()
    return open_stream(spec).verify() if stores.exists(stores.join(spec, STREAM)) else None


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
    """Bring a release into an empty folder, with its descriptions and signature if it has them.

    Returns the names of the released files, which were checked as the descriptions were;
    ``SHA256SUMS`` and the signature are not among them.

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
    released = parse_sums(sums, f"{place}/{SUMS}")
    if len(released) > MOST_FILES:
        raise IntegrityError(f"{place}: {len(released)} files; no release has over {MOST_FILES}")
    (into / SUMS).write_bytes(sums)
    described = _described(store, release, place, released, into)
    findings = _bring(store, release, released | described, into)
    if findings:
        raise IntegrityError(
            f"{place} is not what was released; nothing of it was kept. " + "; ".join(findings)
        )
    signature = store.read(release, SIGNATURE, _LARGEST_SIGNATURE)
    if signature is not None:
        (into / SIGNATURE).write_bytes(signature)
    _check_content(release, into, place)
    return tuple(sorted(released))


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


def _described(
    store: Store, release: Address, place: str, released: dict[str, str], into: Path
) -> dict[str, str]:
    """The sums of the descriptions, which are written too; none where the place has none."""
    content = store.read(release, DESCRIPTION_SUMS, LARGEST_SUMS)
    if content is None:
        return {}
    described = parse_description_sums(content, f"{place}/{DESCRIPTION_SUMS}", released)
    (into / DESCRIPTION_SUMS).write_bytes(content)
    return described


def _bring(store: Store, release: Address, expected: dict[str, str], into: Path) -> list[str]:
    """Write what is as listed; returns what is not."""
    names = store.names(release)
    extra = set(names or ()) - set(expected) - {SUMS, SIGNATURE, DESCRIPTION_SUMS}
    findings = [f"{name!r}: is not listed in {SUMS}" for name in sorted(extra)]
    left = MOST_BYTES
    for name, wanted in sorted(expected.items()):
        content = store.read(release, name, min(LARGEST_FILE, left))
        if content is None:
            findings.append(f"{name}: is missing")
            continue
        left -= len(content)
        if (digest := sha256(content)) != wanted:
            findings.append(f"{name}: sha256 is {digest}, {SUMS} says {wanted}")
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
