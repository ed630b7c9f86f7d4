"""One file of kept embeddings: keys and rows, named by the sha256 of its own bytes.

A shard is written once and never changed. Its name vouches for it: what does not hash to its
name is not used.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from concept_core.encoders.base import FloatArray
from concept_core.errors import IntegrityError
from concept_core.files import atomic_path

SUFFIX = ".safetensors"
KEY = 32
"""Bytes of a key: a sha256."""


@dataclass(frozen=True, slots=True, eq=False)
class Shard:
    """What a whole shard holds.

    Attributes
    ----------
    keys : tuple of n bytes
    rows : (n, dim) float32
    """

    keys: tuple[bytes, ...] = field(repr=False)
    rows: FloatArray = field(repr=False)


def write_shard(folder: Path, keys: list[bytes], rows: FloatArray) -> Path:
    """Write a shard, atomically; equal content gives the same file."""
    from safetensors.numpy import save

    together = np.frombuffer(b"".join(keys), np.uint8).reshape(len(keys), KEY)
    blob = save({"keys": together, "rows": np.ascontiguousarray(rows, np.float32)})
    path = folder / f"{hashlib.sha256(blob).hexdigest()}{SUFFIX}"
    with atomic_path(path) as temporary:
        temporary.write_bytes(blob)
    return path


def read_keys(path: Path) -> tuple[bytes, ...]:
    """The keys of a shard, without its rows and not yet verified; none if it is damaged."""
    try:
        with open(path, "rb") as handle:
            length = int.from_bytes(handle.read(8), "little")
            start, end = json.loads(handle.read(length))["keys"]["data_offsets"]
            handle.seek(8 + length + start)
            blob = handle.read(end - start)
    except (ValueError, KeyError, TypeError, OverflowError, MemoryError):
        return ()
    return _split(blob)


def read_shard(path: Path) -> Shard:
    """A whole shard, verified.

    Raises
    ------
    FileNotFoundError
        It is gone: another process has merged it into another.
    IntegrityError
        Its bytes are not those that its name vouches for.
    """
    from safetensors.numpy import load

    blob = path.read_bytes()
    if hashlib.sha256(blob).hexdigest() != path.name.removesuffix(SUFFIX):
        raise IntegrityError(
            f"{path}: its bytes are not those that were written; it is not used, and"
            " sonolex cache gc removes it"
        )
    arrays = load(blob)
    return Shard(_split(arrays["keys"].tobytes()), arrays["rows"])


def _split(blob: bytes) -> tuple[bytes, ...]:
    return tuple(blob[start : start + KEY] for start in range(0, len(blob) - KEY + 1, KEY))
