"""The kept embeddings of one encoder spec: a folder of shards that only grows.

Writers add whole files under names of their own, so that any number of processes may write at
once, and one that is killed loses at most the batch that it was writing.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from concept_core.embedding_cache.shard import SUFFIX, Shard, read_keys, read_shard, write_shard
from concept_core.encoders.base import EncoderSpec, FloatArray, differences
from concept_core.errors import DataError, IntegrityError
from concept_core.files import pretty_json, write_text
from concept_core.resources import home

_SPEC = "spec.json"
_MERGED = 65_536
# A temporary file this old belongs to a process that is no more.
_STALE_SECONDS = 3600.0


class Store:
    """Embeddings by key, for one spec.

    Parameters
    ----------
    spec : EncoderSpec
    folder : Path, optional
        Where; the folder of this spec in the cache unless told.

    Raises
    ------
    DataError
        The folder holds the embeddings of another spec; the message says what differs.
    """

    def __init__(self, spec: EncoderSpec, folder: Path | None = None) -> None:
        self.spec = spec
        self.folder = root() / spec.fingerprint if folder is None else folder
        self._places: dict[bytes, tuple[str, int]] = {}
        self._names: set[str] = set()
        self._open: dict[str, Shard] = {}
        kept = read_spec(self.folder)
        if kept is not None and kept != spec:
            raise DataError(
                f"{self.folder} holds embeddings of another encoder spec"
                f" ({differences(kept, spec)}); the two never mix: move that folder away"
            )

    def get(self, keys: Sequence[bytes]) -> dict[bytes, FloatArray]:
        """The rows (dim,) that are kept for some of the keys; damaged shards give none."""
        self._refresh()
        found: dict[bytes, FloatArray] = {}
        for key in keys:
            row = self._row(key)
            if row is not None:
                found[key] = row
        return found

    def put(self, keys: Sequence[bytes], rows: FloatArray) -> None:
        """Keep rows (n, dim) under their keys; where nothing can be written, nothing is kept."""
        if not len(keys):
            return
        with contextlib.suppress(OSError):
            if not (self.folder / _SPEC).is_file():
                write_text(self.folder / _SPEC, pretty_json(self.spec.to_dict()))
            write_shard(self.folder, list(keys), rows)

    def paths(self) -> list[Path]:
        """The shards, by name."""
        return sorted(self.folder.glob(f"*{SUFFIX}"))

    def size(self) -> tuple[int, int]:
        """Distinct keys, and bytes of all shards."""
        self._refresh()
        return len(self._places), sum(path.stat().st_size for path in self.paths())

    def problems(self) -> list[str]:
        """What is wrong with what is kept: bytes, shapes, values; empty if nothing."""
        found: list[str] = []
        known: dict[bytes, FloatArray] = {}
        for path in self.paths():
            try:
                shard = read_shard(path)
            except IntegrityError as error:
                found.append(str(error))
                continue
            except FileNotFoundError:
                continue
            lengths = np.linalg.norm(shard.rows, axis=-1)
            if shard.rows.shape != (len(shard.keys), self.spec.dim):
                found.append(f"{path}: {shard.rows.shape} rows for {len(shard.keys)} keys")
            elif not np.allclose(lengths, 1, atol=1e-4):
                found.append(f"{path}: row {int(np.argmax(np.abs(lengths - 1)))} is no unit row")
            else:
                found += _conflicts(path, shard, known)
        return found

    def collect(self) -> int:
        """Remove damaged shards and what killed writers left, and merge the rest; bytes freed."""
        before = _bytes(self.folder)
        now = time.time()
        for left in self.folder.glob(".*"):
            if now - left.stat().st_mtime > _STALE_SECONDS:
                left.unlink(missing_ok=True)
        sound: list[tuple[Path, Shard]] = []
        for path in self.paths():
            try:
                sound.append((path, read_shard(path)))
            except IntegrityError:
                path.unlink(missing_ok=True)
        if len(sound) > 1:
            self._merge(sound)
        return before - _bytes(self.folder)

    def remove(self) -> int:
        """Forget all that is kept for this spec; bytes freed."""
        freed = _bytes(self.folder)
        shutil.rmtree(self.folder)
        return freed

    def _merge(self, sound: Sequence[tuple[Path, Shard]]) -> None:
        rows: dict[bytes, FloatArray] = {}
        for _, shard in sound:
            for key, row in zip(shard.keys, shard.rows, strict=True):
                rows.setdefault(key, row)
        keys = sorted(rows)
        written = {
            write_shard(self.folder, part, np.stack([rows[key] for key in part]))
            for part in (keys[start : start + _MERGED] for start in range(0, len(keys), _MERGED))
        }
        # Only now that all of them lie elsewhere.
        for path, _ in sound:
            if path not in written:
                path.unlink(missing_ok=True)

    def _refresh(self) -> None:
        """Learn the keys of shards that came since, and forget those of shards that went."""
        try:
            names = {entry for entry in os.listdir(self.folder) if entry.endswith(SUFFIX)}
        except FileNotFoundError:
            names = set()
        if self._names - names:
            self._places.clear()
            self._names.clear()
            self._open.clear()
        for name in sorted(names - self._names):
            if name.startswith("."):
                continue
            with contextlib.suppress(OSError):
                for place, key in enumerate(read_keys(self.folder / name)):
                    self._places.setdefault(key, (name, place))
        self._names = names

    def _row(self, key: bytes) -> FloatArray | None:
        place = self._places.get(key)
        if place is None:
            return None
        name, index = place
        if name not in self._open:
            try:
                self._open[name] = read_shard(self.folder / name)
            except (IntegrityError, OSError):
                # Damaged or merged away: as if it had never been kept.
                self._open[name] = Shard((), np.zeros((0, self.spec.dim), np.float32))
        shard = self._open[name]
        known = index < len(shard.keys) and shard.keys[index] == key
        row: FloatArray | None = shard.rows[index] if known else None
        return row


def root() -> Path:
    """The folder of all kept embeddings, one folder a spec."""
    return home() / "embeddings"


def stores() -> Iterator[Store]:
    """Every store of the cache, by the name of its folder."""
    for folder in sorted(root().glob("*")):
        spec = read_spec(folder)
        if spec is not None:
            yield Store(spec, folder)


def read_spec(folder: Path) -> EncoderSpec | None:
    """The spec that a store's folder is of; None where there is none yet.

    Raises
    ------
    DataError
        The file is there and is not a spec.
    """
    path = folder / _SPEC
    if not path.is_file():
        return None
    try:
        return EncoderSpec(**json.loads(path.read_text("utf-8")))
    except (ValueError, TypeError) as error:
        raise DataError(
            f"{path}: not an encoder spec ({error}); remove {folder}, it is a cache"
        ) from error


def _conflicts(path: Path, shard: Shard, known: dict[bytes, FloatArray]) -> list[str]:
    """Keys that another shard has with other values than rounding explains."""
    for key, row in zip(shard.keys, shard.rows, strict=True):
        other = known.setdefault(key, row)
        if not np.allclose(row, other, atol=1e-4):
            return [f"{path}: another shard has another embedding for {key.hex()[:16]}"]
    return []


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*") if path.is_file())
