"""Temporary files and folders that say in their names which process they are of.

What a process leaves that was killed is known by that, and removed by the next that writes to the
same folder; what a living process has is never touched. Files that belong together are renamed
together: a note of what is to be renamed lies beside them meanwhile, and whoever finds the note of
a dead process does the rest of it.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import json
import os
import platform
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

FULL = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your quota there is used up",
    errno.EFBIG: "the file grows larger than its file system or a limit of this process allows",
}
"""What a write is refused with where there is no room, in words."""

_NAME = re.compile(
    r"\..*\.sonolex-(?P<machine>[0-9a-f]{8})-(?P<pid>\d+)-(?P<start>\d+)-\w+", re.DOTALL
)
_NOTE = ".renames"
# On Windows, asking for a process by signal 0 would end it.
_POSIX = os.name == "posix"
# Of another machine nobody here knows which processes live.
_OLD_SECONDS = 86_400
_PROBE_BYTES = 1 << 20


@contextlib.contextmanager
def temporary_file(target: Path) -> Iterator[Path]:
    """An empty file beside ``target``, which is made into it or removed.

    Raises
    ------
    OSError
        With the number of ``FULL`` and the name of ``target``, where a write failed because there
        is no room, whatever the library that wrote made of that.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    sweep(target.parent)
    with _names_full_disk(target):
        handle, name = tempfile.mkstemp(prefix=_prefix(target.name), dir=target.parent)
    os.close(handle)
    try:
        with _names_full_disk(target, Path(name)):
            yield Path(name)
    finally:
        _remove(Path(name))


@contextlib.contextmanager
def temporary_folder(parent: Path | None, name: str) -> Iterator[Path]:
    """An empty folder in ``parent`` (None: where this system has temporary files), for ``name``.

    It is renamed by the caller, or removed.

    Raises
    ------
    OSError
        As `temporary_file`.
    """
    place = Path(tempfile.gettempdir()) if parent is None else parent
    place.mkdir(parents=True, exist_ok=True)
    sweep(place)
    with _names_full_disk(place / name):
        folder = Path(tempfile.mkdtemp(prefix=_prefix(name), dir=place))
    try:
        with _names_full_disk(place / name, folder):
            yield folder
    finally:
        _remove(folder)


def rename_together(renames: Mapping[Path, Path]) -> None:
    """Rename temporary files to targets of one folder: all of them, or none.

    The note is the moment that decides. Killed before it, all is as it was; after it, the next
    that reads or writes there with `settle` ends the renaming.
    """
    folder = next(iter(renames.values())).parent
    pairs = {one.name: target.name for one, target in renames.items()}
    handle, draft = tempfile.mkstemp(prefix=_prefix("note"), dir=folder)
    try:
        with _names_full_disk(folder, Path(draft)), open(handle, "w", encoding="utf-8") as out:
            json.dump(pairs, out)
            out.flush()
            os.fsync(out.fileno())
        with _locked(folder) as alone:
            _settle(folder, alone=alone)
            note = Path(f"{draft}{_NOTE}")
            try:
                os.replace(draft, note)
                _rename(note)
            except BaseException:
                # Ctrl-C in the middle: what is decided is done before the files are taken away.
                if note.exists():
                    _rename(note)
                raise
    finally:
        Path(draft).unlink(missing_ok=True)


def settle(folder: Path) -> None:
    """End what a killed process began to rename in a folder; call it before pairs are read.

    Raises
    ------
    OSError
        There is such a thing, and this user may not write there.
    """
    if any(name.endswith(_NOTE) for name in _ours(folder)):
        with _locked(folder) as alone:
            _settle(folder, alone=alone)


def sweep(folder: Path) -> None:
    """Remove what killed processes left in a folder; what cannot be removed stays."""
    with contextlib.suppress(OSError):
        settle(folder)
    for name in _ours(folder):
        path = folder / name
        # A note that could not be settled still needs its files.
        if name.endswith(_NOTE) or in_use(path):
            continue
        with contextlib.suppress(OSError):
            if hasattr(os, "geteuid") and path.lstat().st_uid != os.geteuid():
                continue
            if not _noted(path):
                _remove_once(path)


def in_use(path: Path) -> bool:
    """Whether a file or folder is a temporary one whose process may still be at work."""
    match = _NAME.match(path.name)
    if match is None:
        return False
    if match["machine"] != _machine() or not _POSIX:
        return not _is_old(path)
    pid = int(match["pid"])
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # of another user
    # A number is given again; the moment of the start is not.
    started: str = match["start"]
    return _start(pid) == started


@contextlib.contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Of two processes that hold a folder, the second waits; no file is left behind.

    Where the file system locks no folders (some that lie on a network), nobody waits.
    """
    with _locked(folder):
        yield


def full_disk(error: OSError) -> str | None:
    """What an error says in words where it is of ``FULL``; None for all else."""
    return FULL.get(error.errno or 0)


def _prefix(name: str) -> str:
    # A file's name has at most 255 bytes, and a character up to four.
    return f".{name[:30]}.sonolex-{_machine()}-{os.getpid()}-{_start(os.getpid())}-"


@functools.cache
def _machine() -> str:
    """Eight digits for this machine since it was started, and for this container."""
    parts = [platform.node()]
    with contextlib.suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii"))
        parts.append(str(Path("/proc/self/ns/pid").stat().st_ino))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]


def _start(pid: int) -> str:
    """When a process was started, in the system's ticks; "0" where the system does not tell."""
    try:
        # The name, in brackets, may hold anything.
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return "0"
    return "0" if fields[0] in (b"Z", b"X") else fields[19].decode()


def _remove(path: Path) -> None:
    """Remove a file or folder that may be gone, also where a signal comes in the middle of it."""
    try:
        _remove_once(path)
    except BaseException:
        _remove_once(path)
        raise


def _remove_once(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _is_old(path: Path) -> bool:
    try:
        inside: Iterable[Path] = path.rglob("*") if path.is_dir() else ()
        newest = max(one.lstat().st_mtime for one in (path, *inside))
    except OSError:
        return False
    return time.time() - newest > _OLD_SECONDS


def _ours(folder: Path) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if _NAME.match(name)]  # noqa: PTH208
    except OSError:
        return []


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Hold a folder; gives whether it is held."""
    try:
        import fcntl
    except ImportError:
        # Windows: nobody waits, as where a file system locks no folders.
        yield False
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        held = True
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError:
            held = False
        yield held
    finally:
        os.close(handle)


def _settle(folder: Path, *, alone: bool) -> None:
    for name in _ours(folder):
        # Who renames holds the folder: a note that is seen by the one who holds it is of the dead.
        if name.endswith(_NOTE) and (alone or not in_use(folder / name)):
            _rename(folder / name)


def _rename(note: Path) -> None:
    """Do what a note says, of which a part may be done; then remove it."""
    for temporary, target in _read_note(note).items():
        with contextlib.suppress(FileNotFoundError):
            os.replace(note.with_name(temporary), note.with_name(target))
    note.unlink(missing_ok=True)


def _read_note(note: Path) -> dict[str, str]:
    """Temporary names to targets, all in the note's own folder; nothing of what is no note."""
    try:
        found = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    names = found.items() if isinstance(found, dict) else ()
    return {
        one: target
        for one, target in names
        if _NAME.fullmatch(one)
        and isinstance(target, str)
        and target == Path(target).name
        and target not in ("", "..")
    }


def _noted(path: Path) -> bool:
    """Whether a note that is still there is about a file."""
    notes = (name for name in _ours(path.parent) if name.endswith(_NOTE))
    return any(path.name in _read_note(path.with_name(name)) for name in notes)


@contextlib.contextmanager
def _names_full_disk(target: Path, written: Path | None = None) -> Iterator[None]:
    """Say of what failed for want of room that it did, and which target it was for.

    numpy, HDF5 and SQLite give no number, or another one: then a write of a megabyte to what was
    ``written`` is tried.
    """
    try:
        yield
    except (OSError, RuntimeError) as error:
        number = error.errno if isinstance(error, OSError) else None
        if number in (None, errno.EIO) and written is not None:
            number = _refused(written)
        if number not in FULL:
            raise
        named = getattr(error, "filename", None)
        if named is not None and not str(named).startswith(str(written)):
            raise  # of a file elsewhere
        raise OSError(number, os.strerror(number), str(target)) from error


def _refused(place: Path) -> int | None:
    """The number of ``FULL`` that a write is refused with, into a file or a folder; or None."""
    path = place / ".probe" if place.is_dir() else place
    try:
        with open(path, "ab") as out:
            out.write(bytes(_PROBE_BYTES))
    except OSError as error:
        return error.errno
    return None
