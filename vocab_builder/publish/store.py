"""What every place for releases can do, and how its text is read: ``s3://bucket/prefix``.

A place has each release as ``<id>/<version>/<file>``. A version is there for readers once its
``SHA256SUMS`` is, which is written last.
"""

from __future__ import annotations

import hashlib
import importlib
import re
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast
from urllib.parse import urlsplit

from concept_core.errors import DataError, IntegrityError, UsageError, hide_secrets
from concept_core.files import named_path
from concept_core.releases.versions import VOCABULARY_ID, is_version
from vocab_builder.formats.archives import ENDINGS

# No release is larger, nor than MOST_BYTES; a place that sends more is wrong, or hostile.
LARGEST_FILE = 256 << 20
LARGEST_SUMS = 1 << 20
FORMS = (
    "a folder, s3://BUCKET/PREFIX, hf:OWNER/NAME, git:REPOSITORY, https://HOST/PATH (to read), or"
    " an archive of a release (to read)"
)


@dataclass(frozen=True, slots=True)
class Address:
    """A release by id and exact version, wherever it is.

    Raises
    ------
    UsageError
        One of the two is not well-formed, and so could lead elsewhere in a path.
    """

    id: str
    version: str

    def __post_init__(self) -> None:
        if not VOCABULARY_ID.fullmatch(self.id) or not is_version(self.version):
            raise UsageError(
                f"{self.id!r}, version {self.version!r}, is no release: an id has small letters,"
                " digits and hyphens, a version is MAJOR.MINOR.PATCH"
            )

    @property
    def specifier(self) -> str:
        """``id@version``."""
        return f"{self.id}@{self.version}"

    @property
    def folder(self) -> str:
        """``id/version``, with which the names of its files begin."""
        return f"{self.id}/{self.version}"


class Store(Protocol):
    """A place that releases are read from.

    Methods raise MissingError where the place does not answer, IntegrityError where what it has
    cannot be a release.
    """

    @property
    def name(self) -> str:
        """For people, and free of secrets."""

    def versions(self, vocabulary: str) -> list[str]:
        """The versions of an id that are there for readers, in any order."""

    def names(self, release: Address) -> list[str] | None:
        """The names of all files of a release; None where the place cannot tell."""

    def read(self, release: Address, name: str, limit: int) -> bytes | None:
        """A file of a release, of at most ``limit`` bytes; None where there is none."""


class Upload(Protocol):
    """The writing of one release, which nobody sees before it is final."""

    def place(self, name: str) -> str:
        """Where a file will be, for people."""

    def find(self, name: str) -> bytes | None:
        """What is there of a file, from this try or an earlier one."""

    def write(self, name: str, content: bytes) -> None:
        """Put a file there; DataError if another's is there with other bytes."""

    def finalise(self, sums: bytes) -> bool:
        """Write ``SHA256SUMS`` if there is none yet; False if another was first."""


class CommitUpload:
    """The files of one release, kept here until one commit has them all."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def find(self, name: str) -> bytes | None:
        """What is ready for the commit."""
        return self.files.get(name)

    def write(self, name: str, content: bytes) -> None:
        """Keep the file for the commit."""
        self.files[name] = content


class Destination(Store, Protocol):
    """A place that releases are also published to."""

    def upload(self, release: Address, key: str) -> AbstractContextManager[Upload]:
        """Begin, or go on with what a try with the same ``key`` left."""

    def settle(self, release: Address) -> None:
        """What the place keeps besides, once a release is there; every run sees to it again."""


# How a text begins -> (module of this package, class); the rest is a path.
_KINDS = {
    "s3": ("s3", "S3Store"),
    "hf": ("hub", "HubStore"),
    "git": ("git", "GitStore"),
    "http": ("http", "HttpStore"),
    "https": ("http", "HttpStore"),
    "file": ("directory", "DirectoryStore"),
}


def open_store(text: str) -> Store:
    """The place that a text names; nothing is asked of it yet.

    Raises
    ------
    UsageError
        No such kind of place, or credentials within the text.
    """
    scheme, colon, _ = text.partition(":")
    if not text or (colon and "/" not in scheme and len(scheme) > 1 and scheme not in _KINDS):
        raise UsageError(f"{text!r} is no place for releases; expected {FORMS}")
    refuse_credentials(text)
    if scheme not in _KINDS or not colon:
        scheme = "file"
    path = named_path(text.removeprefix("file:")) if scheme == "file" else Path(text)
    module, kind = _KINDS[scheme]
    if scheme == "file" and path.name.endswith(ENDINGS) and path.is_file():
        module, kind = "archive", "ArchiveStore"
    loaded = importlib.import_module(f"vocab_builder.publish.{module}")
    return cast(Store, getattr(loaded, kind)(text.removeprefix("file:")))


def open_destination(text: str) -> Destination:
    """The place that a text names, if it can be written.

    Raises
    ------
    UsageError
        As `open_store`; or the place is for reading alone.
    """
    store = open_store(text)
    if not hasattr(store, "upload"):
        raise UsageError(f"{store.name}: releases are read from there, not published to it")
    return cast(Destination, store)


def split_place(text: str) -> tuple[str, str] | None:
    """``PLACE/NAME@VERSION`` as place and specifier; None for what names no place."""
    place, slash, specifier = text.rpartition("/")
    name, at, wanted = specifier.partition("@")
    if not slash or not at or not wanted or not VOCABULARY_ID.fullmatch(name):
        return None
    return place or "/", specifier


def refuse_credentials(text: str) -> None:
    """Raise UsageError, which does not repeat them, if an address carries credentials."""
    try:
        address = urlsplit(text.removeprefix("git:"))
        address.port  # noqa: B018  (looked at here, where it is an error of the person's)
    except ValueError:
        # Neither the text nor what Python has to say of it: a password may be in both.
        raise UsageError(
            f"the address is none: look at its brackets and its port; expected {FORMS}"
        ) from None
    web = address.scheme in ("http", "https", "s3")
    if hide_secrets(text) != text or (web and address.query):
        shown = hide_secrets(text).partition("?")[0]
        raise UsageError(
            f"{shown}: an address may carry no user, password or query: what is typed or"
            " configured gets logged. Put credentials where the tools of that place look for them"
            " (docs/publishing.md)"
        )


def bounded(blocks: Iterable[bytes], limit: int, where: str) -> bytes:
    """The blocks as one, or IntegrityError as soon as they are more than ``limit`` bytes."""
    content = bytearray()
    for block in blocks:
        content += block
        if len(content) > limit:
            raise too_large(limit, where)
    return bytes(content)


def too_large(limit: int, where: str) -> IntegrityError:
    """The error for a file that no release can have."""
    return IntegrityError(
        f"{where}: more than {limit} bytes, which no such file of a release has; nothing of it was"
        " kept"
    )


def sha256(content: bytes) -> str:
    """Hex sha256 of bytes."""
    return hashlib.sha256(content).hexdigest()


def taken(where: str, theirs: bytes, ours: bytes) -> DataError:
    """The error for an unfinished upload by somebody else: a file there, and ours."""
    return DataError(
        f"{where}: another publisher has begun this version with other content: sha256 there is"
        f" {sha256(theirs)}, of yours {sha256(ours)}. Settle whose it is; if that upload is a dead"
        " one, remove what it left and run this again"
    )


NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
"""Names of files that a place may list: those that ``SHA256SUMS`` can."""
