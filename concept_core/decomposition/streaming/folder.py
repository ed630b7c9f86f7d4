"""Read what a streamed run has made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from concept_core import stores
from concept_core.decomposition.streaming.plan import LABELS, read_manifest
from concept_core.decomposition.streaming.shards import Shard, read_shard
from concept_core.documents import read_text
from concept_core.errors import DataError, IntegrityError
from concept_core.files import sha256_file

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, slots=True)
class Stream:
    """The folder of a finished run.

    Attributes
    ----------
    folder : str or Path
    plan : dict
        What the answers depend on: inputs, dictionary, mode, penalty, solver, version.
    result : dict
        Rows, mean l0 and cosine, the largest gap, rows above the tolerance, and the shards.
    labels : tuple of str
        One a concept, or empty where none were given.
    """

    folder: str | Path
    plan: dict[str, Any] = field(repr=False)
    result: dict[str, Any] = field(repr=False)
    labels: tuple[str, ...] = field(repr=False)

    def shards(self) -> Iterator[Shard]:
        """The shards in the order of the rows, each read when it is its turn.

        Raises
        ------
        IntegrityError
            A shard whose checksum does not hold.
        """
        return map(self.shard, range(len(self.result["shards"])))

    def shard(self, place: int) -> Shard:
        """One shard, by its place.

        Raises
        ------
        IntegrityError
            Its checksum does not hold.
        """
        entry = self.result["shards"][place]
        where = stores.join(self.folder, entry["file"])
        shard = self._whole(where, entry["sha256"]) if stores.exists(where) else None
        if shard is None:
            raise IntegrityError(
                f"{where}: missing, or not what the run wrote; run it again, which mends it"
            )
        if shard.weights.shape[1] != self.plan["dictionary"]["k"]:
            raise IntegrityError(f"{where}: of another dictionary; run it again")
        return shard

    @staticmethod
    def _whole(where: str, sha256: str) -> Shard | None:
        """A shard, if it has this sum."""
        with stores.local_copy(where) as path:
            return read_shard(path) if sha256_file(path) == sha256 else None

    def verify(self) -> list[str]:
        """Recompute the sum of every shard; returns their names. Raises as `shards`."""
        return [
            entry["file"] for entry, _ in zip(self.result["shards"], self.shards(), strict=True)
        ]

    def weights(self) -> csr_array[np.float32, tuple[int, int]]:
        """All rows as one sparse matrix (n, K) float32, in memory."""
        from scipy.sparse import csr_array, vstack

        parts = [shard.weights for shard in self.shards()]
        empty = csr_array((0, self.plan["dictionary"]["k"]), dtype=np.float32)
        whole: csr_array[np.float32, tuple[int, int]] = vstack([empty, *parts], format="csr")
        return whole


def open_stream(folder: str | Path) -> Stream:
    """Open the folder of a streamed run.

    Raises
    ------
    AbsentFileError
        No such folder or address.
    DataError
        No run of this kind in it; one that is not finished; shards or labels that no run wrote so.
    """
    manifest = read_manifest(folder)
    if manifest["result"] is None:
        raise DataError(f"{folder}: this run is not finished; start it again, and it goes on")
    path = stores.join(folder, LABELS)
    text = ""
    if stores.exists(path):
        with stores.local_copy(path) as copy:
            text = read_text(copy)
    # Not splitlines: a label may hold what else counts as the end of a line.
    labels = text.removesuffix("\n").split("\n") if text else []
    size = manifest["plan"]["dictionary"]["k"]
    if labels and len(labels) != size:
        raise DataError(f"{path}: {len(labels)} labels of {size} concepts; run it again")
    inputs = range(len(manifest["plan"]["inputs"]))
    for entry in manifest["result"]["shards"]:
        name = entry["file"]
        if entry["input"] not in inputs or name != Path(name).name or not name:
            raise DataError(f"{folder}: no run wrote a shard {name!r:.80}; run it again")
    return Stream(folder, manifest["plan"], manifest["result"], tuple(labels))
