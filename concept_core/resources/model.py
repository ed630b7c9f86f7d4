"""What a resource is: its downloads, and the files that they give.

A resource has one or more parts (what is downloaded: a wheel, a file, an archive, an NLTK
package) and each part gives members (the files that end up in the cache).
"""

from __future__ import annotations

import re
from dataclasses import dataclass


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
    licence : str or None
        None if whoever publishes it states none.
    citation : str
        Whom to cite.
    description : str
        One line.
    note : str
        What a user should know before it comes; may be empty.
    parts : tuple of Part
        Its downloads.
    """

    name: str
    kind: str
    version: str
    licence: str | None
    citation: str
    description: str
    note: str
    parts: tuple[Part, ...]

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
