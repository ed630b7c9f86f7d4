"""One shard of a streamed decomposition: an npz that `scipy.sparse.load_npz` reads as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from concept_core import stores
from concept_core.decomposition.decomposing import Decomposition
from concept_core.errors import IntegrityError
from concept_core.files import sha256_file
from concept_core.rows.arrays import BROKEN

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Float32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Shard:
    """The answers for some consecutive rows of one file.

    Attributes
    ----------
    weights : (n, K) csr_array of float32, indices int32
    gap, cosine, residual : (n,) float64
        As in `Decomposition`.
    status : (n,) str
        As in `Decomposition`.
    ids : (n,) str or None
        What each row is of, where the file says so.
    """

    weights: csr_array[np.float32, tuple[int, int]] = field(repr=False)
    gap: NDArray[np.float64] = field(repr=False)
    cosine: NDArray[np.float64] = field(repr=False)
    residual: NDArray[np.float64] = field(repr=False)
    status: NDArray[np.str_] = field(repr=False)
    ids: NDArray[np.str_] | None = field(default=None, repr=False)


def write_shard(
    where: str | Path, parts: Sequence[Decomposition], ids: Sequence[str] | None = None
) -> None:
    """Write consecutive decompositions as one shard, whole, to a path or an address.

    Equal answers give equal bytes.
    """
    from scipy.sparse import vstack

    named: dict[str, Any] = {} if ids is None else {"ids": np.array(list(ids), np.str_)}
    weights = vstack([part.weights for part in parts], format="csr")
    with stores.local_target(where) as temporary, open(temporary, "wb") as handle:
        # numpy dates what it puts into the archive 1980: nothing of the clock is in the file.
        np.savez(
            handle,
            format=np.array(b"csr"),
            shape=np.array(weights.shape, np.int64),
            data=weights.data.astype(np.float32),
            indices=weights.indices.astype(np.int32),
            indptr=weights.indptr.astype(np.int64),
            _is_array=np.array(True),
            gap=np.concatenate([part.gap for part in parts]),
            cosine=np.concatenate([part.cosine for part in parts]),
            residual=np.concatenate([part.residual for part in parts]),
            status=np.concatenate([part.status for part in parts]),
            **named,
        )


def read_shard(path: Path) -> Shard:
    """Read a shard.

    Raises
    ------
    IntegrityError
        It is not whole, or contradicts itself: an index that points beyond the concepts, parts
        that are of another number of rows.
    """
    from scipy.sparse import csr_array

    try:
        with np.load(path, allow_pickle=False) as arrays:
            parts = [arrays[name] for name in ("data", "indices", "indptr")]
            rest = [arrays[name] for name in ("gap", "cosine", "residual", "status")]
            rest.append(arrays.get("ids"))
            _check_arrays(parts, rest)
            weights = csr_array(tuple(parts), shape=tuple(arrays["shape"].tolist()))
            # scipy's compiled code reads and writes wherever an index points.
            weights.check_format(full_check=True)
    except BROKEN as error:
        raise IntegrityError(
            f"{path}: not a whole shard ({error}); run the stream again, which writes it anew"
        ) from error
    return Shard(weights, *rest)


def _check_arrays(parts: Sequence[NDArray[Any]], rest: Sequence[NDArray[Any] | None]) -> None:
    """See that every array is of its type, and that those of rows are of one number."""
    names = ("data", "indices", "indptr", "gap", "cosine", "residual", "status", "ids")
    for name, array, kind in zip(names, (*parts, *rest), "fiifffUU", strict=True):
        if array is None:
            continue
        if array.dtype.kind != kind or array.ndim != 1:
            raise ValueError(f"{name} is of type {array.dtype} and shape {array.shape}")
        if name not in ("data", "indices") and len(array) != len(parts[2]) - (name != "indptr"):
            raise ValueError(f"{name} is of {len(array)} rows, the weights of {len(parts[2]) - 1}")


def whole_shard(where: str | Path, rows: int, k: int, sha256: str | None) -> Shard | None:
    """A shard of an earlier run, if it is what that recorded: this sum, rows and concepts."""
    if sha256 is None or not stores.exists(where):
        return None
    try:
        with stores.local_copy(where) as path:
            if sha256_file(path) != sha256:
                return None
            shard = read_shard(path)
    except IntegrityError:
        return None
    return shard if shard.weights.shape == (rows, k) else None
