"""One file of kept embeddings: keys, rows, and a checksum for each row.

A shard is written once and never changed. Its name is the sha256 of its spec, header, keys and
checksums, and each checksum is that of one key and its row: what is read was written so, for this
spec, or it is not used. Only the rows that are asked for are read.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from concept_core.encoders.base import FloatArray
from concept_core.errors import IntegrityError
from concept_core.files import atomic_path

SUFFIX = ".safetensors"
KEY = 32
"""Bytes of a key: a sha256."""

_SUM = 16

Keys = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Shard:
    """A shard's index, verified; its rows stay in the file.

    Attributes
    ----------
    path : Path
    keys : (n, 32) uint8, ascending
    sums : (n, 16) uint8
        Checksum of each key and its row.
    start : int
        Where the rows begin in the file, bytes.
    dim : int
    """

    path: Path
    keys: Keys = field(repr=False)
    sums: Keys = field(repr=False)
    start: int
    dim: int

    def __len__(self) -> int:
        return len(self.keys)

    def read(self, places: NDArray[np.intp]) -> tuple[FloatArray, NDArray[np.bool_]]:
        """The rows (m, dim) at some places, and which of them (m,) are as they were written.

        Raises
        ------
        OSError
            The file is gone (merged into another), or cannot be read.
        """
        rows = np.zeros((len(places), self.dim), "<f4")
        if not rows.size:
            return rows, np.zeros(len(places), np.bool_)
        size = rows[0].nbytes
        ends = np.flatnonzero(np.diff(places) != 1) + 1
        blob = rows.data.cast("B")
        with open(self.path, "rb") as handle:
            # Neighbours are read at once.
            for first, last in zip([0, *ends.tolist()], [*ends.tolist(), len(places)], strict=True):
                where = self.start + int(places[first]) * size
                os.preadv(handle.fileno(), [blob[first * size : last * size]], where)
        keys, sums = self.keys[places].tobytes(), self.sums[places].tobytes()
        sound = [
            _checksum(keys[KEY * i : KEY * (i + 1)], blob[size * i : size * (i + 1)])
            == sums[_SUM * i : _SUM * (i + 1)]
            for i in range(len(places))
        ]
        return rows.astype(np.float32, copy=False), np.array(sound, np.bool_)


def write_shard(folder: Path, fingerprint: str, keys: Keys, rows: FloatArray) -> Path:
    """Write a shard, atomically; equal content gives the same file.

    Parameters
    ----------
    folder : Path
    fingerprint : str
        Of the spec that the rows are of.
    keys : (n, 32) uint8
        All different, in any order.
    rows : (n, dim) float32
    """
    from safetensors.numpy import save

    order = np.argsort(as_heads(keys), kind="stable")
    keys, rows = np.ascontiguousarray(keys[order]), np.ascontiguousarray(rows[order], "<f4")
    together = b"".join(
        _checksum(key.tobytes(), row.tobytes()) for key, row in zip(keys, rows, strict=True)
    )
    sums = np.frombuffer(together, np.uint8).reshape(len(keys), _SUM)
    blob = save({"keys": keys, "sums": sums, "rows": rows})
    header = blob[: 8 + int.from_bytes(blob[:8], "little")]
    path = folder / _name(fingerprint, header, keys, sums)
    with atomic_path(path) as temporary:
        temporary.write_bytes(blob)
    return path


def open_shard(path: Path, fingerprint: str, dim: int) -> Shard:
    """The verified index of a shard.

    Raises
    ------
    OSError
        It is gone (another process has merged it into another), or cannot be read.
    IntegrityError
        Its bytes are not those that its name vouches for, or it is another spec's.
    """
    with open(path, "rb") as handle:
        try:
            header, keys, sums, start = _index(handle.fileno(), dim)
        except (ValueError, LookupError, TypeError, OverflowError) as error:
            raise damaged(path) from error
    if _name(fingerprint, header, keys, sums) != path.name:
        raise damaged(path)
    return Shard(path, keys, sums, start, dim)


def damaged(path: Path) -> IntegrityError:
    """The error of a file that is not what was written."""
    return IntegrityError(
        f"{path}: its bytes are not those that were written; it is not used, and"
        " sonolex cache gc removes it"
    )


def as_keys(keys: list[bytes]) -> Keys:
    """Keys as an array (n, 32)."""
    return np.frombuffer(b"".join(keys), np.uint8).reshape(len(keys), KEY)


def as_heads(keys: Keys) -> NDArray[np.uint64]:
    """The first eight bytes of each key (n, 32), as numbers that sort as the bytes do."""
    return np.ascontiguousarray(keys[:, :8]).view(">u8")[:, 0].astype(np.uint64)


def _index(file: int, dim: int) -> tuple[bytes, Keys, Keys, int]:
    """Header, keys and checksums of an open safetensors file, and where its rows begin.

    Raises LookupError, OverflowError, TypeError or ValueError where it is none of ours.
    """
    length, size = int.from_bytes(os.pread(file, 8, 0), "little"), os.fstat(file).st_size
    if not 0 < length < size:
        raise ValueError("no header")
    header = os.pread(file, 8 + length, 0)
    told = json.loads(header[8:])
    n = told["keys"]["shape"][0]
    if size != len(header) + n * (KEY + _SUM + 4 * dim):
        raise ValueError("too short or too long")

    def start(name: str, width: int) -> int:
        begin, end = told[name]["data_offsets"]
        if end - begin != n * width or not 0 <= begin <= end <= size - len(header):
            raise ValueError("offsets that do not fit")
        return int(len(header) + begin)

    def part(name: str, width: int) -> Keys:
        blob = os.pread(file, n * width, start(name, width))
        return np.frombuffer(blob, np.uint8).reshape(n, width)

    return header, part("keys", KEY), part("sums", _SUM), start("rows", 4 * dim)


def _name(fingerprint: str, header: bytes, keys: Keys, sums: Keys) -> str:
    digest = hashlib.sha256(f"embeddings of {fingerprint}\0".encode())
    for part in (header, keys.tobytes(), sums.tobytes()):
        digest.update(part)
    return f"{digest.hexdigest()}{SUFFIX}"


def _checksum(key: bytes, row: bytes | memoryview) -> bytes:
    digest = hashlib.sha256(key)
    digest.update(row)
    return digest.digest()[:_SUM]
