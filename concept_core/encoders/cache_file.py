"""The SQLite file of kept embeddings: read, written, mended; listed, verified, cleaned up.

A row carries a checksum of its spec, its key and its bytes: what is read was written so, for this
spec, or it is not used. Any number of processes may read and write; one that is killed loses the
batch that it was about to keep.

The file has a rollback journal and no write-ahead log: that is as fast here, works in a home that
lies on a network or cannot be written, and lets a damaged file be replaced while others have it
open (SQLite does not write to a file that was replaced). A connection serves one action: none
outlives a fork or is used by two threads.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from concept_core.documents import parse_json
from concept_core.encoders.base import EncoderSpec
from concept_core.encoders.runtime import derived_folder, is_whole
from concept_core.errors import DataError, SonolexError, UsageError
from concept_core.files import atomic_path, canonical_json
from concept_core.resources import home
from concept_core.temporaries import in_use
from concept_core.values import Value, from_data

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS specs (id INTEGER PRIMARY KEY, fingerprint TEXT UNIQUE, spec TEXT)",
    "CREATE TABLE IF NOT EXISTS embeddings (id INTEGER PRIMARY KEY, spec INTEGER, key BLOB,"
    " sum BLOB, row BLOB, UNIQUE (spec, key))",
)
# Ten rows of 384 numbers; SQLite's own size would leave a quarter of each page empty.
_PAGE_BYTES = 16384
# Others hold the file for one batch, or while all of it is checked.
_WAIT_SECONDS = 60.0
_TRIES = 3
# Not a database, pages that contradict each other, tables that are not ours.
_DAMAGE = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR}
_Result = TypeVar("_Result")
_Row = tuple[EncoderSpec, bytes, bytes]  # and key, and the bytes of the row


def embeddings_path() -> Path:
    """The file of all kept embeddings."""
    return home() / "embeddings.sqlite"


def on_file(
    action: Callable[[sqlite3.Connection], _Result], otherwise: _Result, *, create: bool = False
) -> _Result:
    """What an action gives on the file of embeddings, which is mended where it is damaged.

    ``otherwise`` where there is no file, or it cannot be used: a cache only saves time.
    """
    for _ in range(_TRIES):
        try:
            if create:
                home().mkdir(parents=True, exist_ok=True)
            with _connected(embeddings_path(), create=create) as file:
                return action(file)
        except sqlite3.Error as error:
            if _is_damage(error):
                _mend()
            # Another process has replaced it.
            elif getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_READONLY_DBMOVED:
                break
        except OSError:
            break
    return otherwise


def insert(file: sqlite3.Connection, rows: Iterable[_Row]) -> None:
    """Add rows, inside a transaction; one that is there under the same key is replaced."""
    numbers: dict[EncoderSpec, tuple[int, str]] = {}
    for spec, key, row in rows:
        if spec not in numbers:
            numbers[spec] = _number(file, spec), spec.fingerprint
        number, fingerprint = numbers[spec]
        file.execute(
            "INSERT OR REPLACE INTO embeddings (spec, key, sum, row) VALUES (?, ?, ?, ?)",
            (number, key, checksum(fingerprint, key, row), row),
        )


def checksum(fingerprint: str, key: object, row: object) -> bytes | None:
    """Of a spec, a key and a row; None where damage has made them something else than bytes."""
    if not isinstance(key, bytes) or not isinstance(row, bytes):
        return None
    digest = hashlib.sha256(fingerprint.encode())
    digest.update(key)
    digest.update(row)
    return digest.digest()[:16]


@contextlib.contextmanager
def _connected(path: Path, *, create: bool = False) -> Iterator[sqlite3.Connection]:
    address = f"{path.as_uri()}?mode={'rwc' if create else 'rw'}"
    with contextlib.closing(
        sqlite3.connect(address, timeout=_WAIT_SECONDS, isolation_level=None, uri=True)
    ) as file:
        yield file


def begin(file: sqlite3.Connection) -> None:
    """Start to write: nobody else does from here on, and the tables are there."""
    file.execute(f"PRAGMA page_size = {_PAGE_BYTES}")  # of a file that is not there yet
    file.execute("PRAGMA synchronous = NORMAL")
    file.execute("BEGIN IMMEDIATE")
    for statement in _SCHEMA:
        file.execute(statement)


def _number(file: sqlite3.Connection, spec: EncoderSpec) -> int:
    """The number of a spec in a file; it is given one there if it has none."""
    file.execute(
        "INSERT INTO specs (fingerprint, spec) VALUES (?, ?) ON CONFLICT (fingerprint)"
        " DO UPDATE SET spec = excluded.spec WHERE spec IS NOT excluded.spec",
        (spec.fingerprint, canonical_json(spec.to_dict())),
    )
    query = "SELECT id FROM specs WHERE fingerprint = ?"
    return int(file.execute(query, (spec.fingerprint,)).fetchone()[0])


def _specs(file: sqlite3.Connection) -> dict[int, tuple[EncoderSpec, str]]:
    """Specs and their fingerprints by number, without those that are not as they were written."""
    specs = {}
    for number, fingerprint, text in file.execute("SELECT id, fingerprint, spec FROM specs"):
        # Whatever a damaged file has there.
        with contextlib.suppress(ValueError, TypeError, SonolexError):
            spec = from_data(parse_json(str(text), "spec"), EncoderSpec, "spec")
            if spec.fingerprint == fingerprint:
                specs[number] = spec, fingerprint
    return specs


def _rows(file: sqlite3.Connection) -> Iterator[_Row | None]:
    """Each row of a file, however damaged; None for one that is not as it was written.

    A row at a time, so that writers need not wait.
    """
    numbers: set[int] = set()
    # By the index and from both ends of the table: a damaged page is in the way of few rows.
    for walk in ("INDEXED BY sqlite_autoindex_embeddings_1", "ORDER BY id", "ORDER BY id DESC"):
        with _past_damage():
            numbers.update(one for (one,) in file.execute(f"SELECT id FROM embeddings {walk}"))
    specs: dict[int, tuple[EncoderSpec, str]] = {}
    with _past_damage():
        specs = _specs(file)
    query = "SELECT spec, key, sum, row FROM embeddings WHERE id = ?"
    for number in sorted(numbers):
        read: Any = [(None, None, None, None)]
        with _past_damage():
            # Nothing, where another process has removed it meanwhile.
            read = file.execute(query, (number,)).fetchall()
        for place, key, stamp, row in read:
            spec, fingerprint = specs.get(place, (None, ""))
            sound = stamp == checksum(fingerprint, key, row) is not None
            yield (spec, key, row) if spec is not None and sound else None


def _mend() -> None:
    """Replace a damaged file by what is sound of it; it stays where nothing can be written."""
    path = embeddings_path()
    with (
        contextlib.suppress(OSError, NotImplementedError, sqlite3.Error),
        _mending(),
        _connected(path) as old,
    ):
        # Nobody can write to what is no database; to all else, nobody does from here on.
        with _past_damage():
            old.execute("BEGIN EXCLUSIVE")
        with atomic_path(path) as temporary:
            with _connected(temporary) as new:
                begin(new)
                insert(new, (row for row in _rows(old) if row is not None))
                new.execute("COMMIT")
            path.with_name(f"{path.name}-journal").unlink(missing_ok=True)


@contextlib.contextmanager
def _mending() -> Iterator[None]:
    """Hold the lock of those who replace the file, or clean up after them."""
    import filelock

    path = home() / "locks" / "embeddings.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(path, timeout=_WAIT_SECONDS):
        yield


@contextlib.contextmanager
def _past_damage() -> Iterator[None]:
    """Go on where a part of the file cannot be read."""
    try:
        yield
    except sqlite3.Error as error:
        if not _is_damage(error):
            raise


def _is_damage(error: sqlite3.Error) -> bool:
    # The lower byte is the kind; what Python itself raises of values has no code.
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _DAMAGE


@dataclass(frozen=True, slots=True)
class KeptEmbeddings:
    """What is kept of one spec: how many embeddings, and their bytes."""

    fingerprint: str
    spec: EncoderSpec
    embeddings: int
    bytes: int


@dataclass(frozen=True, slots=True)
class KeptFiles(Value):
    """Derived files of one kind: how many, and their bytes."""

    kind: str
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Verified(Value):
    """How many embeddings and derived files are as they were written, and which files are not."""

    sound: int
    damaged: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Collected(Value):
    """What a clean-up did.

    Attributes
    ----------
    freed : int
        Bytes.
    damaged : tuple of Path
        Files that were removed, or replaced by what was sound of them.
    outdated : tuple of Path
        Folders that were removed: what an earlier version kept in another way.
    """

    freed: int
    damaged: tuple[Path, ...] = ()
    outdated: tuple[Path, ...] = ()


def list_embeddings() -> list[KeptEmbeddings]:
    """What is kept of each spec, by name of the encoder."""

    def read(file: sqlite3.Connection) -> list[KeptEmbeddings]:
        counts = dict(file.execute("SELECT spec, count(*) FROM embeddings GROUP BY spec"))
        return [
            KeptEmbeddings(stamp, spec, counts[one], counts[one] * (4 * spec.dim + 48))
            for one, (spec, stamp) in _specs(file).items()
            if one in counts
        ]

    nothing: list[KeptEmbeddings] = []
    return sorted(on_file(read, nothing), key=lambda kept: (kept.spec.name, kept.fingerprint))


def list_derived() -> list[KeptFiles]:
    """The derived files by kind: their names without hashes."""
    sizes: dict[str, list[int]] = {}
    for path in _derived_files():
        kind = re.sub(r"(-[0-9a-f]{16,64})+$", "", path.name)
        with contextlib.suppress(FileNotFoundError):
            sizes.setdefault(kind, []).append(path.stat().st_size)
    return [KeptFiles(kind, len(each), sum(each)) for kind, each in sorted(sizes.items())]


def verify() -> Verified:
    """Read all that is kept against its checksums.

    Raises
    ------
    DataError
        The file of embeddings cannot be read now, such as where another process holds it.
    """
    sound, whole = _sound_embeddings()
    damaged = [] if whole else [embeddings_path()]
    for path in _derived_files():
        with contextlib.suppress(FileNotFoundError):
            if is_whole(path):
                sound += 1
            else:
                damaged.append(path)
    return Verified(sound, tuple(damaged))


def collect() -> Collected:
    """Remove what is damaged, what killed processes left, and what an earlier version kept.

    Of a damaged file of embeddings, the rows that are as they were written are kept.
    """
    before, damaged = kept_bytes(), verify().damaged
    if embeddings_path() in damaged:
        _mend()
    on_file(_shrink, None)
    for path in set(damaged) - {embeddings_path()}:
        path.unlink(missing_ok=True)
    left = [*derived_folder().glob(".*"), *home().glob(f".{embeddings_path().name}.*")]
    for path in left:
        if not in_use(path):
            path.unlink(missing_ok=True)
    outdated = _remove_outdated()
    return Collected(before - kept_bytes(), damaged, outdated)


def remove_spec(fingerprint: str) -> Collected:
    """Forget what is kept of the spec whose fingerprint begins so.

    Raises
    ------
    UsageError
        There is none, or there are several.
    """
    known = [kept.fingerprint for kept in list_embeddings()]
    meant = [name for name in known if fingerprint and name.startswith(fingerprint)]
    if len(meant) != 1:
        listed = ", ".join(name[:12] for name in meant or known) or "none"
        many = "several specs begin" if meant else "no spec begins"
        raise UsageError(f"fingerprint {fingerprint!r}: {many} so (kept: {listed})")
    before = kept_bytes()
    _delete("WHERE spec = (SELECT id FROM specs WHERE fingerprint = ?)", *meant)
    return Collected(before - kept_bytes())


def remove_all() -> Collected:
    """Forget all embeddings and derived files."""
    before = kept_bytes()
    _delete()
    for path in _derived_files():
        path.unlink(missing_ok=True)
    outdated = _remove_outdated()
    return Collected(before - kept_bytes(), outdated=outdated)


def kept_bytes() -> int:
    """Bytes of all embeddings and derived files."""
    total = 0
    for path in (embeddings_path(), *derived_folder().glob("*"), *_outdated_folder().rglob("*")):
        with contextlib.suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total


def _sound_embeddings() -> tuple[int, bool]:
    """How many rows are as they were written, and whether nothing is damaged."""
    if not embeddings_path().is_file():
        return 0, True
    rows: list[bool] = []
    try:
        with _connected(embeddings_path()) as file:
            whole = file.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
            rows += [row is not None for row in _rows(file)]
    except sqlite3.Error as error:
        if not _is_damage(error):
            raise DataError(f"{embeddings_path()}: cannot be read now ({error})") from error
        whole = False
    return sum(rows), whole and all(rows)


def _delete(where: str = "", *values: str) -> None:
    on_file(lambda file: file.execute(f"DELETE FROM embeddings {where}", values), None)
    on_file(_shrink, None)


def _shrink(file: sqlite3.Connection) -> None:
    """Give back the space of what was removed."""
    if file.execute("PRAGMA freelist_count").fetchone()[0]:
        file.execute("VACUUM")


def _derived_files() -> list[Path]:
    return sorted(path for path in derived_folder().glob("[!.]*") if path.is_file())


def _outdated_folder() -> Path:
    """Where embeddings lay before they had a file: a folder of shards for each spec."""
    return home() / "embeddings"


def _remove_outdated() -> tuple[Path, ...]:
    if not (folder := _outdated_folder()).is_dir():
        return ()
    shutil.rmtree(folder, ignore_errors=True)
    return (folder,)
