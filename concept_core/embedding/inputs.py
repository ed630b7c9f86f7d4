"""Which clips there are: sounds, folders, lists, tables and tars, of this machine or of a store."""

from __future__ import annotations

import glob
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import groupby
from pathlib import Path

from concept_core import stores
from concept_core.audio import AUDIO_SUFFIXES
from concept_core.datasets.listing import UNREAD_SUFFIXES
from concept_core.embedding.tables import (
    LISTS,
    TABLES,
    ListedClip,
    is_utf8,
    read_clip_list,
    written_id,
)
from concept_core.errors import AbsentFileError, DataError, UsageError
from concept_core.files import sha256_file

TAR = ".tar"
_BRACES = re.compile(r"\{(\d{1,9})\.\.(\d{1,9})\}")
_MOST = 1_000_000
"""What braces may stand for together: of archives no collection has more."""
_PATTERN = re.compile(r"[*?[]")
_COMPRESSED = re.compile(r"(?i)\.(tgz|tbz2?|txz|tar\.(gz|bz2|xz|zst))$")
_SOUNDS = "sounds"


@dataclass(frozen=True, slots=True)
class ClipInput:
    """One input, not read yet.

    Attributes
    ----------
    kind : str
        ``tar``, ``folder``, ``list`` or ``sounds``.
    name : str
        As the manifest calls it: the last part of its path.
    address : str
    size : int
        Bytes of the tar or list.
    sha256 : str
        Of a list; empty for others, which are told by sizes, or by what lies in them.
    column : str
        That of a table which was asked for by name.
    clips : callable or None
        Gives the clips of all that is no tar, again each time.
    """

    kind: str
    name: str
    address: str
    size: int = 0
    sha256: str = ""
    column: str = ""
    clips: Callable[[], Iterator[ListedClip]] | None = field(default=None, repr=False)


@dataclass(slots=True)
class Digest:
    """A sum over the ids and sizes of clips, by which the same list is known."""

    count: int = 0
    size: int = 0
    _sum: hashlib._Hash = field(default_factory=hashlib.sha256)

    def add(self, clip: ListedClip) -> None:
        """Take a clip into account."""
        self.count += 1
        self.size += max(0, clip.size)
        self._sum.update(f"{clip.id}\0{clip.size}\n".encode("utf-8", "surrogateescape"))

    @property
    def sha256(self) -> str:
        """The sum over what was added."""
        return self._sum.hexdigest()


def find_clips(
    inputs: Sequence[str], *, column: str | None = None, id_column: str | None = None
) -> list[ClipInput]:
    """What each input is; sounds that are named one by one are one input together.

    Parameters
    ----------
    inputs : sequence of str
        Sounds; folders of them, or of tars; lists (``.txt``, a path a line) and tables (``.csv``,
        ``.tsv``, ``.parquet``); tars. Each a path, or the address of a store; ``*`` and ``?``
        stand for any letters, ``{000..123}`` for numbers.
    column, id_column : str, optional
        As `read_clip_list` takes them.

    Raises
    ------
    UsageError
        No inputs; braces that stand for too many.
    DataError
        What is not there, a folder without sounds or tars, or another kind of file.
    """
    if not inputs:
        raise UsageError("nothing to embed: name sounds, a folder, a table or tars")
    names = [name for one in inputs for name in _expanded(one)]
    kinds = [(_is_sound(name), name) for name in names]
    found: list[ClipInput] = []
    for sounds, several in groupby(kinds, key=lambda one: one[0]):
        part = [name for _, name in several]
        if sounds:
            found.append(_of_sounds(part))
        else:
            found += [one for name in part for one in _of_name(name, column, id_column)]
    return found


def _expanded(text: str) -> list[str]:
    """The paths and addresses that a pattern stands for, sorted; or the text itself.

    A file of that very name comes first: a name may have such letters in it.
    """
    if not _PATTERN.search(text) and not _BRACES.search(text):
        return [text]
    if not stores.is_address(text) and Path(text).exists():
        return [text]
    found: list[str] = []
    for one in _unbraced(text):
        found += _matching(one) if _PATTERN.search(one) else [one]
    return found


def _unbraced(text: str) -> Iterator[str]:
    """``a{08..10}`` as a08, a09 and a10; by hand, since no library bounds what it makes."""
    match = _BRACES.search(text)
    if match is None:
        yield text
        return
    first, last = int(match[1]), int(match[2])
    count = 1
    for one in _BRACES.finditer(text):
        count *= max(0, int(one[2]) - int(one[1]) + 1)
    if not 0 < count <= _MOST:
        raise UsageError(f"{text}: stands for {count} names; give 1 to {_MOST}")
    # As in a shell, numbers are as long as they are written.
    width = max(map(len, match.groups())) if "0" in (match[1][:1], match[2][:1]) else 0
    for number in range(first, last + 1):
        yield from _unbraced(f"{text[: match.start()]}{number:0{width}d}{text[match.end() :]}")


def _matching(pattern: str) -> list[str]:
    if not stores.is_address(pattern):
        found = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207  (absolute too)
    else:
        fixed = _PATTERN.split(pattern)[0].rpartition("/")[0]
        # As in a folder, no letter stands for a slash.
        depth = pattern.count("/")
        found = [
            one.address
            for one in stores.list_files(fixed)
            if one.address.count("/") == depth and fnmatchcase(one.address, pattern)
        ]
    if not found:
        raise DataError(f"{pattern}: stands for no file; correct the pattern")
    return found


def _suffix(name: str) -> str:
    base = stores.base_name(name)
    return f".{base.rpartition('.')[2].lower()}" if "." in base else ""


def _is_sound(name: str) -> bool:
    ending = _suffix(name)
    return (ending in AUDIO_SUFFIXES or ending in UNREAD_SUFFIXES) and not (
        not stores.is_address(name) and Path(name).is_dir()
    )


def _of_sounds(names: Sequence[str]) -> ClipInput:
    """Sounds by name; those that are not there are found to be so when their turn comes."""
    unique = list(dict.fromkeys(names))

    def clips() -> Iterator[ListedClip]:
        return (ListedClip(written_id(name), name) for name in unique)

    return ClipInput(_SOUNDS, _SOUNDS, "", clips=clips)


def _of_name(name: str, column: str | None, id_column: str | None) -> list[ClipInput]:
    ending = _suffix(name)
    if not stores.is_address(name) and Path(name).is_dir():
        return _of_folder(name)
    if ending == TAR:
        return [ClipInput("tar", _shown(name), name, stores.size(name))]
    if ending in LISTS or ending in TABLES:
        with stores.local_copy(name) as path:
            size, sum_of = path.stat().st_size, sha256_file(path)

        def clips() -> Iterator[ListedClip]:
            return read_clip_list(name, column, id_column)

        written = _as_text(clips)
        return [ClipInput("list", _shown(name), name, size, sum_of, column or "", written)]
    if stores.is_address(name):
        return _of_folder(name)
    if not Path(name).exists():
        raise AbsentFileError(f"{name}: there is no such file or folder; correct the path")
    if _COMPRESSED.search(name):
        raise DataError(f"{name}: a compressed tar; unpack it to a tar first")
    known = ", ".join((*AUDIO_SUFFIXES[:4], *LISTS, *TABLES, TAR))
    raise DataError(f"{name}: expected a sound, a folder, or a file ending in {known}")


def _of_folder(address: str) -> list[ClipInput]:
    """The sounds at any depth below a folder; of one without sounds the tars."""
    files = stores.list_files(address)
    sounds = [one for one in files if _is_sound(one.address)]
    if not sounds:
        tars = [one for one in files if _suffix(one.address) == TAR]
        if not tars:
            raise DataError(f"{address}: no sounds and no tars there; correct the path")
        return [ClipInput("tar", _shown(one.address), one.address, one.size) for one in tars]
    start = len(address.rstrip("/")) + 1

    def clips() -> Iterator[ListedClip]:
        return (
            ListedClip(written_id(one.address[start:]), one.address, one.size) for one in sounds
        )

    return [ClipInput("folder", _shown(address), address, clips=clips)]


def _as_text(clips: Callable[[], Iterator[ListedClip]]) -> Callable[[], Iterator[ListedClip]]:
    """The same clips with ids that can be written."""

    def written() -> Iterator[ListedClip]:
        for clip in clips():
            good = is_utf8(clip.id)
            yield clip if good else ListedClip(written_id(clip.id), clip.address, clip.size)

    return written


def _shown(name: str) -> str:
    """A path by its last part, so that a folder that is moved is the same; an address whole."""
    if stores.is_address(name):
        return name
    return written_id(stores.base_name(str(Path(name).absolute())))
