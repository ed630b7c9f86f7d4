"""What lies in the cache folder beside fetched resources: listed, verified, cleaned up.

Embeddings, one store an encoder spec, and derived files. All of it can be made again, and all of
this may run while other processes read and write.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from concept_core.encoders.base import EncoderSpec
from concept_core.encoders.cache.shard import open_shard, write_shard
from concept_core.encoders.cache.store import SPEC, Store, is_shard, locked, read_spec, root
from concept_core.encoders.runtime import derived_folder, is_whole
from concept_core.errors import IntegrityError, UsageError


@dataclass(frozen=True, slots=True)
class KeptEmbeddings:
    """One store.

    Attributes
    ----------
    spec : EncoderSpec
    folder : Path
    embeddings, shards, size : int
        Rows in sound shards, files, bytes of all files.
    """

    spec: EncoderSpec
    folder: Path
    embeddings: int
    shards: int
    size: int


@dataclass(frozen=True, slots=True)
class KeptFiles:
    """Derived files of one kind: how many, and their bytes."""

    kind: str
    files: int
    size: int


@dataclass(frozen=True, slots=True)
class Collected:
    """What a clean-up did: bytes that it freed, and the damaged files that it removed."""

    freed: int
    damaged: tuple[Path, ...]


def stores() -> list[Store]:
    """Every store of the cache, by fingerprint; folders whose record is damaged are left out."""
    specs = [_spec(folder) for folder in _folders()]
    return [Store(spec) for spec in specs if spec is not None]


def find_stores(fingerprint: str) -> list[Store]:
    """The store whose fingerprint begins so.

    Raises
    ------
    UsageError
        There is none, or there are several.
    """
    known = stores()
    found = [store for store in known if fingerprint and store.folder.name.startswith(fingerprint)]
    if len(found) != 1:
        listed = ", ".join(store.folder.name[:12] for store in found or known) or "none"
        many = "several stores begin" if found else "no store begins"
        raise UsageError(f"fingerprint {fingerprint!r}: {many} so (there: {listed})")
    return found


def list_embeddings() -> list[KeptEmbeddings]:
    """The stores and their sizes, by name of the encoder."""
    found = []
    for store in stores():
        shards = store.shards()
        rows, size = sum(map(len, shards)), _bytes(store.folder)
        found.append(KeptEmbeddings(store.spec, store.folder, rows, len(shards), size))
    return sorted(found, key=lambda kept: (kept.spec.name, kept.folder.name))


def list_derived() -> list[KeptFiles]:
    """The derived files by kind: their names without hashes."""
    sizes: dict[str, list[int]] = {}
    for path in _files(derived_folder()):
        kind = re.sub(r"(-[0-9a-f]{16,64})+$", "", path.name)
        with contextlib.suppress(FileNotFoundError):
            sizes.setdefault(kind, []).append(path.stat().st_size)
    return [KeptFiles(kind, len(found), sum(found)) for kind, found in sorted(sizes.items())]


def verify() -> tuple[int, list[Path]]:
    """Read every kept byte: how many files are as they were written, and those that are not."""
    sound, broken = 0, []
    for path, good in (*_judged_stores(), *_judged_derived()):
        sound += good
        if not good:
            broken.append(path)
    return sound, broken


def collect() -> Collected:
    """Remove damaged files and what killed writers left, and merge small shards.

    Of a damaged shard, the rows that are as they were written are kept.
    """
    before, broken = kept_bytes(), []
    for path, good in _judged_derived():
        if not good:
            path.unlink(missing_ok=True)
            broken.append(path)
    for path in derived_folder().glob(".*"):
        path.unlink(missing_ok=True)
    for folder in _folders():
        with locked(folder.name):
            if _spec(folder) is None:
                # What it is of cannot be told: it goes as a whole.
                if _files(folder):
                    broken.append(folder / SPEC)
                shutil.rmtree(folder, ignore_errors=True)
    for store in stores():
        broken += _collect(store)
    return Collected(before - kept_bytes(), tuple(broken))


def remove(chosen: Sequence[Store]) -> Collected:
    """Forget whole stores."""
    before = kept_bytes()
    for store in chosen:
        with locked(store.folder.name), contextlib.suppress(FileNotFoundError):
            shutil.rmtree(store.folder)
    return Collected(before - kept_bytes(), ())


def remove_all() -> Collected:
    """Forget all embeddings and derived files."""
    before = kept_bytes()
    for folder in _folders():
        with locked(folder.name):
            shutil.rmtree(folder, ignore_errors=True)
    for path in _files(derived_folder()):
        path.unlink(missing_ok=True)
    return Collected(before - kept_bytes(), ())


def kept_bytes() -> int:
    """Bytes of all embeddings and derived files."""
    return sum(map(_bytes, [*_folders(), derived_folder()]))


def _collect(store: Store) -> list[Path]:
    """Clean up one store, a shard at a time, so that writers need not wait long; what was bad."""
    broken = []
    for path in _shard_paths(store.folder):
        with locked(store.folder.name):
            if _repair(path, store.spec):
                broken.append(path)
    with locked(store.folder.name):
        # Who holds the lock is the only writer: the others' temporary files are nobody's.
        for path in store.folder.glob(".*"):
            path.unlink(missing_ok=True)
        store.merge(least=2)
    return broken


def _repair(path: Path, spec: EncoderSpec) -> bool:
    """Replace a damaged shard by what is sound of it; whether it was damaged."""
    try:
        shard = open_shard(path, spec.fingerprint, spec.dim)
        rows, sound = shard.read(np.arange(len(shard)))
    except FileNotFoundError:
        return False
    except (IntegrityError, OSError):
        path.unlink(missing_ok=True)
        return True
    if sound.all():
        return False
    if sound.any():
        write_shard(path.parent, spec.fingerprint, shard.keys[sound], rows[sound])
    path.unlink(missing_ok=True)
    return True


def _judged_stores() -> Iterator[tuple[Path, bool]]:
    for folder in _folders():
        spec = _spec(folder)
        # One who was killed before the first file was whole has left nothing that is damaged.
        if _files(folder):
            yield folder / SPEC, spec is not None
        if spec is None:
            continue
        for path in _shard_paths(folder):
            with contextlib.suppress(FileNotFoundError):  # merged into another
                yield path, _is_sound(path, spec)


def _is_sound(path: Path, spec: EncoderSpec) -> bool:
    try:
        shard = open_shard(path, spec.fingerprint, spec.dim)
        return bool(shard.read(np.arange(len(shard)))[1].all())
    except FileNotFoundError:
        raise
    except (IntegrityError, OSError):
        return False


def _judged_derived() -> Iterator[tuple[Path, bool]]:
    for path in _files(derived_folder()):
        with contextlib.suppress(FileNotFoundError):
            yield path, is_whole(path)


def _spec(folder: Path) -> EncoderSpec | None:
    """The spec of a store's folder; None where it cannot be told."""
    try:
        spec = read_spec(folder)
    except IntegrityError:
        return None
    return spec if spec is not None and spec.fingerprint == folder.name else None


def _folders() -> list[Path]:
    return sorted(path for path in root().glob("*") if path.is_dir())


def _shard_paths(folder: Path) -> list[Path]:
    return [path for path in _files(folder) if is_shard(path.name)]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.is_file() and path.name[0] != ".")


def _bytes(folder: Path) -> int:
    sizes = 0
    for path in folder.glob("*"):
        with contextlib.suppress(FileNotFoundError):
            sizes += path.stat().st_size
    return sizes
