"""The kept embeddings of one encoder spec: a folder of shards that only grows.

Writers add whole files under one lock, so that any number of processes may keep embeddings at
once, and one that is killed loses at most the batch that it was about to keep. Readers need no
lock. The first value kept of a text or sound is its value for good: an encoder may give another
one that differs in its last bits beside other texts.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from concept_core.encoders.base import EncoderSpec, FloatArray, differences
from concept_core.encoders.cache.index import Index
from concept_core.encoders.cache.shard import (
    SUFFIX,
    Keys,
    Shard,
    as_keys,
    open_shard,
    write_shard,
)
from concept_core.errors import DataError, IntegrityError
from concept_core.files import pretty_json, write_text
from concept_core.resources import home

SPEC = "spec.json"

# Shards grow to this size by being merged, and once there are so many smaller ones.
_FULL_BYTES = 32 << 20
_MANY = 64
# Others hold the lock for one batch, now and then for a merge.
_WAIT_SECONDS = 60.0
# How often shards may be merged away under a reader before it takes the rest as not kept.
_TRIES = 4


class Store:
    """Embeddings by key, for one spec.

    Parameters
    ----------
    spec : EncoderSpec

    Raises
    ------
    DataError
        The spec's folder holds the embeddings of another spec; the message says what differs.
    IntegrityError
        The folder's record of its spec is damaged.
    """

    def __init__(self, spec: EncoderSpec) -> None:
        self.spec = spec
        self.folder = root() / spec.fingerprint
        self._shards: dict[str, Shard] = {}
        self._index = Index.of(())
        self._damaged: set[str] = set()
        kept = read_spec(self.folder)
        if kept is not None and kept != spec:
            raise DataError(
                f"{self.folder} holds embeddings of another encoder spec"
                f" ({differences(kept, spec)}); the two never mix: move that folder away"
            )

    def get(self, keys: Sequence[bytes]) -> tuple[FloatArray, NDArray[np.bool_]]:
        """The rows (n, dim) of n keys, and which of them (n,) are kept; the others are zero."""
        rows = np.zeros((len(keys), self.spec.dim), np.float32)
        known = np.zeros(len(keys), np.bool_)
        wanted = as_keys(list(keys))
        for _ in range(_TRIES):
            self.shards()
            if not self._index.fill(wanted, rows, known):
                break
        return rows, known

    def keep(self, keys: Sequence[bytes], rows: FloatArray) -> FloatArray:
        """Keep rows (n, dim) under n different keys; returns them as they are kept.

        Another process may have kept some of them since they were asked for: then its rows are
        returned. Where nothing can be written, nothing is kept and the rows are those given.
        """
        if not len(keys):
            return rows
        # NotImplementedError: where files cannot be locked.
        with contextlib.suppress(OSError, NotImplementedError), locked(self.spec.fingerprint):
            before, known = self.get(keys)
            new = rows[~known]
            rows = np.where(known[:, None], before, rows)
            if len(new):
                self._write(as_keys(list(keys))[~known], new)
                self.merge(_MANY)
        return rows

    def shards(self) -> tuple[Shard, ...]:
        """The sound shards, by name, as they are on disk now."""
        try:
            names = {path.name for path in self.folder.iterdir() if is_shard(path.name)}
        except OSError:
            names = set()
        shards = {name: shard for name, shard in self._shards.items() if name in names}
        for name in sorted(names - self._shards.keys() - self._damaged):
            try:
                path = self.folder / name
                shards[name] = open_shard(path, self.spec.fingerprint, self.spec.dim)
            except IntegrityError:
                self._damaged.add(name)
            except OSError:
                continue  # merged away meanwhile
        if shards.keys() != self._shards.keys():
            self._index = Index.of([shards[name] for name in sorted(shards)])
        self._shards = shards
        return self._index.shards

    def merge(self, least: int) -> None:
        """Merge the shards that are far from full, if there are so many; under the lock only."""
        small = [shard for shard in self.shards() if len(shard) <= self._full() // 2]
        if len(small) < least:
            return
        group: list[tuple[Shard, FloatArray]] = []
        for shard in small:
            with contextlib.suppress(OSError):
                rows, sound = shard.read(np.arange(len(shard)))
                # A damaged one stays for `cache verify` to name.
                if sound.all():
                    group.append((shard, rows))
            if sum(len(one) for one, _ in group) >= self._full():
                self._join(group)
                group = []
        self._join(group)

    def _write(self, keys: Keys, rows: FloatArray) -> None:
        if not (self.folder / SPEC).is_file():
            write_text(self.folder / SPEC, pretty_json(self.spec.to_dict()))
        write_shard(self.folder, self.spec.fingerprint, keys, rows)

    def _join(self, group: Sequence[tuple[Shard, FloatArray]]) -> None:
        """One shard instead of several sound ones."""
        if len(group) < 2:
            return
        keys = np.concatenate([shard.keys for shard, _ in group])
        rows = np.concatenate([rows for _, rows in group])
        _, first = np.unique(keys, axis=0, return_index=True)
        path = write_shard(self.folder, self.spec.fingerprint, keys[first], rows[first])
        # Only now that all of them lie elsewhere.
        for shard, _ in group:
            if shard.path != path:
                shard.path.unlink(missing_ok=True)

    def _full(self) -> int:
        return max(2, _FULL_BYTES // (4 * self.spec.dim))


@contextlib.contextmanager
def locked(fingerprint: str) -> Iterator[None]:
    """Hold a store's lock: nobody else writes, merges or removes."""
    import filelock

    # Not in the store's folder, which may be removed.
    path = home() / "locks" / f"embeddings-{fingerprint}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(path, timeout=_WAIT_SECONDS):
        yield


def root() -> Path:
    """The folder of all kept embeddings, one folder a spec."""
    return home() / "embeddings"


def is_shard(name: str) -> bool:
    """Whether a file of a store's folder is named as shards are."""
    return name.endswith(SUFFIX) and not name.startswith(".")


def read_spec(folder: Path) -> EncoderSpec | None:
    """The spec that a store's folder is of; None where there is none yet.

    Raises
    ------
    IntegrityError
        The file is there and is not a spec.
    """
    path = folder / SPEC
    if not path.is_file():
        return None
    try:
        return EncoderSpec(**json.loads(path.read_text("utf-8")))
    except (ValueError, TypeError) as error:
        raise IntegrityError(
            f"{path}: not an encoder spec ({error}); run: sonolex cache gc"
        ) from error
