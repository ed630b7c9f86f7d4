"""One shard of a streamed decomposition: an npz that `scipy.sparse.load_npz` reads as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from concept_core.decomposition.decomposing import Decomposition
from concept_core.errors import IntegrityError
from concept_core.files import atomic_path
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
    path: Path, parts: Sequence[Decomposition], ids: Sequence[str] | None = None
) -> None:
    """Write consecutive decompositions as one shard, atomically; equal answers give equal bytes."""
    from scipy.sparse import vstack

    named: dict[str, Any] = {} if ids is None else {"ids": np.array(list(ids), np.str_)}
    weights = vstack([part.weights for part in parts], format="csr")
    with atomic_path(path) as temporary, open(temporary, "wb") as handle:
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
        It is not whole.
    """
    from scipy.sparse import csr_array

    try:
        with np.load(path, allow_pickle=False) as arrays:
            weights = csr_array(
                (arrays["data"], arrays["indices"], arrays["indptr"]),
                shape=tuple(arrays["shape"].tolist()),
            )
            weights.check_format(full_check=True)
            rest = [arrays[name] for name in ("gap", "cosine", "residual", "status")]
            rest.append(arrays.get("ids"))
            if {one.shape for one in rest if one is not None} != {weights.shape[:1]}:
                raise ValueError("its arrays are not of equally many rows")
    except BROKEN as error:
        raise IntegrityError(
            f"{path}: not a whole shard ({error}); run the stream again, which writes it anew"
        ) from error
    return Shard(weights, *rest)


def whole_shard(path: Path, rows: int, k: int) -> Shard | None:
    """A shard of an earlier run, if it is there with as many rows over as many concepts."""
    if not path.is_file():
        return None
    try:
        shard = read_shard(path)
    except IntegrityError:
        return None
    return shard if shard.weights.shape == (rows, k) else None
