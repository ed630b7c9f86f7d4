"""Files: opened if they are files, read within bounds, written atomically; checksums, JSON.

Also where the package's own data lie.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
import tomllib
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from concept_core.errors import DataError, UsageError
from concept_core.temporaries import rename_together, temporary_file

LONGEST_LINE = 1 << 20
LARGEST_DOCUMENT = 256 << 20
"""Bytes; no recipe, card, index or metadata is larger. What is may be meant to fill the memory."""
_LONGEST_PATH = 4095
_BLOCK = 1 << 20


def check_file(path: str | Path) -> None:
    """See that a path names a file, for libraries that open it themselves.

    A pipe, a socket or a device may never end, or never begin. What is not there, and a folder,
    are left to whoever opens it.

    Raises
    ------
    DataError
        It is none.
    """
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        _check_mode(path, Path(path).stat().st_mode)


def open_file(
    path: str | Path,
    mode: str = "r",
    *,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
) -> IO[Any]:
    """``open`` for reading, of files alone: no pipe, socket or device is waited for.

    Raises
    ------
    DataError
        It is none.
    OSError
        As ``open``.
    """
    return open(path, mode, encoding=encoding, errors=errors, newline=newline, opener=_opener)


def read_bytes(path: str | Path, limit: int = LARGEST_DOCUMENT) -> bytes:
    """The bytes of a file that is read whole.

    Raises
    ------
    DataError
        No file, or one of more than ``limit`` bytes.
    OSError
        As ``open``.
    """
    with open_file(path, "rb") as handle:
        # A file with holes may state a size that no disk has.
        if os.fstat(handle.fileno()).st_size <= limit:
            content: bytes = handle.read(limit + 1)
            if len(content) <= limit:
                return content
    raise DataError(f"{path}: larger than {limit >> 20} MiB; no such file is read whole")


def read_text(path: str | Path) -> str:
    """The text of a UTF-8 file that is read whole, its line ends as "\\n".

    Raises
    ------
    DataError
        As `read_bytes`.
    UnicodeDecodeError
        It is not UTF-8.
    OSError
        As ``open``.
    """
    return read_bytes(path).decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


def _opener(path: str, flags: int) -> int:
    """Open without waiting: a pipe that nobody writes to would wait for ever."""
    _check_mode(path, Path(path).stat().st_mode)
    flags |= getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    handle = os.open(path, flags)
    try:
        _check_mode(path, os.fstat(handle).st_mode)
    except DataError:
        os.close(handle)
        raise
    return handle


def _check_mode(path: str | Path, mode: int) -> None:
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        kind = next((name for test, name in _KINDS if test(mode)), "not a file")
        raise DataError(
            f"{path}: {kind}; only files are read. Write what comes from there to a file first"
        )


_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def sha256_file(path: str | Path) -> str:
    """Hex sha256 of a file's bytes, read in blocks of 1 MiB."""
    digest = hashlib.sha256()
    with open_file(path, "rb") as handle:
        while block := handle.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def sha256_bytes(content: bytes) -> str:
    """Hex sha256 of bytes."""
    return hashlib.sha256(content).hexdigest()


def sha256_text(text: str) -> str:
    """Hex sha256 of a text's UTF-8 bytes."""
    return sha256_bytes(text.encode("utf-8"))


def canonical_json(value: Any) -> str:
    """JSON with sorted keys, no spaces and no NaN: equal values give equal bytes."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def pretty_json(value: Any) -> str:
    """JSON for people and terminals: sorted keys, two spaces, a final newline.

    Invisible characters (controls, direction marks) are written as escapes, so that no label can
    command the terminal that shows it; so are surrogates, which no encoding can write.
    """
    text = json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
    return re.sub(r"[^\x20-\x7e\n]", _escape_invisible, text) + "\n"


def _escape_invisible(match: re.Match[str]) -> str:
    character = match[0]
    if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return character
    return json.dumps(character)[1:-1]


def named_path(text: str | Path) -> Path:
    """The path that a person or a file names, ``~`` as the home that it stands for.

    Asked where such a text comes in, so that nothing later stumbles over what no path can be.

    Raises
    ------
    UsageError
        A name that no file can have: too long, with a NUL, or of characters that no file's name
        has; or the home of a user that there is not.
    """
    path = Path(text)
    try:
        coded = os.fsencode(path)
    except UnicodeEncodeError:
        coded = b"\0"
    if b"\0" in coded or len(coded) > _LONGEST_PATH or max(map(len, coded.split(b"/"))) > 255:
        raise UsageError(f"{str(text)[:80]!r}: no file can have such a name; correct the path")
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise UsageError(f"{text}: there is no such user; write the whole path") from error


@contextlib.contextmanager
def atomic_path(target: str | Path) -> Iterator[Path]:
    """Give a temporary path beside ``target``; on success fsync it and rename it into place.

    On an error the temporary file is removed and ``target`` stays as it was; of a process that is
    killed, the next that writes to the folder removes it.
    """
    target = Path(target)
    with temporary_file(target) as temporary:
        yield temporary
        _finish(temporary)
        os.replace(temporary, target)


@contextlib.contextmanager
def atomic_together(*targets: Path) -> Iterator[tuple[Path, ...]]:
    """`atomic_path` of files that belong together, in one folder: all are replaced, or none.

    A process that is killed while it renames them leaves a note, and the next that writes there,
    or reads them with `settle`, ends the renaming.
    """
    with contextlib.ExitStack() as stack:
        written = tuple(stack.enter_context(temporary_file(target)) for target in targets)
        yield written
        for temporary in written:
            _finish(temporary)
        if len({target.parent for target in targets}) == 1 < len(targets):
            rename_together(dict(zip(written, targets, strict=True)))
        else:
            for temporary, target in zip(written, targets, strict=True):
                os.replace(temporary, target)


def _finish(temporary: Path) -> None:
    with open(temporary, "rb") as written:
        os.fsync(written.fileno())
    follow_umask(temporary, 0o666)


def follow_umask(path: Path, mode: int) -> None:
    """Give what ``tempfile`` made for its owner alone the mode that the user's umask leaves."""
    umask = os.umask(0)
    os.umask(umask)
    path.chmod(mode & ~umask)


def write_text(target: str | Path, text: str) -> None:
    """Write UTF-8 text atomically, with the newlines that the text has."""
    with atomic_path(target) as temporary:
        temporary.write_bytes(text.encode("utf-8"))


def bounded_lines(handle: IO[str], where: str | Path, limit: int = LONGEST_LINE) -> Iterator[str]:
    """The lines of an open text file, ends kept, with never more than one in memory.

    Raises
    ------
    DataError
        A line has more than ``limit`` characters: no file of ours has such a line, and a
        machine's memory has an end.
    """
    number = 0
    while line := handle.readline(limit + 1):
        number += 1
        if len(line) > limit:
            raise DataError(
                f"{where}:{number}: a line of more than {limit} characters; this is no file that"
                " Sonolex reads: take a fresh copy, or split the line"
            )
        yield line


def package_folder(name: str) -> Path:
    """The folder ``data`` or ``vocabularies`` that belongs to this installation.

    A wheel carries both inside ``concept_core``; a checkout has them at its top level.
    """
    here = Path(__file__).resolve().parent
    inside = here / name
    return inside if inside.is_dir() else here.parent / name


def package_table(name: str) -> dict[str, Any]:
    """A TOML table of this installation's folder ``data``: ``forms.toml``."""
    return tomllib.loads((package_folder("data") / name).read_text(encoding="utf-8"))
