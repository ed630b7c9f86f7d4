"""Read what a run of `embed_shards` has made: its rows, its sums, and all of it as one file."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from concept_core import stores
from concept_core.embedding.manifest import read_manifest
from concept_core.embedding.shards import SHARDS
from concept_core.encoders.base import EncoderSpec
from concept_core.encoders.row_files import Rows, check_target, read_rows, write_rows
from concept_core.errors import DataError, IntegrityError, LeftOutWarning
from concept_core.extras import require_extra
from concept_core.files import atomic_path, sha256_bytes
from concept_core.temporaries import temporary_folder
from concept_core.values import from_data


@dataclass(frozen=True, slots=True)
class Embeddings:
    """The output of a finished run.

    Attributes
    ----------
    address : str
    plan : dict
        What the rows depend on: inputs, encoder, rows of a shard.
    result : dict
        Rows, clips, failures, and the shards with their sums.
    """

    address: str
    plan: dict[str, Any] = field(repr=False)
    result: dict[str, Any] = field(repr=False)

    @property
    def spec(self) -> EncoderSpec:
        """That of the encoder that made the rows."""
        return from_data(self.plan["encoder"], EncoderSpec, f"{self.address}, encoder")

    def files(self) -> list[str]:
        """The addresses of the shards that have rows, in the order of the rows."""
        return [self._address(entry) for entry in self.result["shards"] if entry["rows"]]

    def verify(self) -> list[str]:
        """Recompute the sum of every shard; returns their names.

        Raises
        ------
        IntegrityError
            A shard that is not there or has changed, or one that the run could not make.
        """
        if incomplete := self._incomplete():
            raise IntegrityError(incomplete)
        for entry in self.result["shards"]:
            self._content(entry)
        return [entry["file"] for entry in self.result["shards"]]

    def warn_if_incomplete(self) -> None:
        """Give a ``LeftOutWarning`` where the run could not make all shards."""
        if incomplete := self._incomplete():
            warnings.warn(incomplete, LeftOutWarning, stacklevel=3)

    def shards(self) -> Iterator[Rows]:
        """The shards in the order of the rows, each read and checked when it is its turn.

        Raises
        ------
        IntegrityError
            A shard that is not there or has changed.
        """
        return (self.shard(entry) for entry in self.result["shards"] if entry["rows"])

    def shard(self, entry: dict[str, Any]) -> Rows:
        """The rows of one shard of the result; raises as `shards`."""
        content = self._content(entry)
        with temporary_folder(None, "shard") as folder:
            path = folder / entry["file"]
            path.write_bytes(content)
            found = read_rows(path).get("audio")
        dim = self.spec.dim
        if found is None or found.x.shape != (entry["rows"], dim):
            raise IntegrityError(
                f"{self._address(entry)}: has not the {entry['rows']} rows of {dim} numbers that"
                " the manifest says; run it again"
            )
        return found

    def _incomplete(self) -> str:
        """What is said of shards that the run could not make; empty where it made all."""
        if not self.result["missing"]:
            return ""
        first, *more = self.result["missing"]
        also = f" and {len(more)} more" if more else ""
        return f"{self.address}: {first}{also} could not be made; run sonolex embed again"

    def _address(self, entry: dict[str, Any]) -> str:
        return stores.join(self.address, SHARDS, entry["file"])

    def _content(self, entry: dict[str, Any]) -> bytes:
        where = self._address(entry)
        content = stores.read(where) if stores.exists(where) else b""
        if sha256_bytes(content) != entry["sha256"]:
            raise IntegrityError(
                f"{where}: missing, or not what the run wrote; run it again, which mends it"
            )
        return content


def open_embeddings(address: str | Path) -> Embeddings:
    """Open the output of a run.

    Raises
    ------
    AbsentFileError
        No such folder or address.
    DataError
        No run of this kind in it; one that is not finished; shards that no run wrote so.
    """
    where = str(address)
    manifest = read_manifest(where)
    if manifest["result"] is None:
        raise DataError(f"{where}: this run is not finished; start it again, and it goes on")
    first = 0
    for entry in manifest["result"]["shards"]:
        name = entry["file"]
        if name != Path(name).name or not name.startswith("embeddings-"):
            raise DataError(f"{where}: no run wrote a shard {name!r:.80}; run it again")
        if entry["first"] != first or entry["rows"] < 0:
            raise DataError(
                f"{where}: the shard {name!r:.80} has {entry['rows']} rows from {entry['first']}"
                f" on in the manifest, which no run wrote; run it again"
            )
        first += entry["rows"]
    if first != manifest["result"]["rows"]:
        raise DataError(
            f"{where}: {manifest['result']['rows']} rows in the manifest, {first} in its shards;"
            " run it again"
        )
    return Embeddings(where, manifest["plan"], manifest["result"])


def merge_shards(address: str | Path, out: str | Path) -> int:
    """Write all rows of an output as one file; returns how many there are.

    Parquet is written shard by shard; of other formats all rows are held in memory.

    Parameters
    ----------
    address : str or Path
        The output.
    out : str or Path
        A file as ``write_rows`` takes it.

    Raises
    ------
    UsageError, MissingError
        As ``check_target``.
    DataError, IntegrityError
        As `open_embeddings` and `Embeddings.shards`.
    """
    target = Path(out)
    check_target(target, ["audio"])
    found = open_embeddings(address)
    found.warn_if_incomplete()
    if target.suffix != ".parquet" or not found.files():
        parts = list(found.shards())
        x = np.concatenate([np.zeros((0, found.spec.dim), np.float32), *(one.x for one in parts)])
        ids = [name for one in parts for name in one.ids]
        write_rows(target, {"audio": Rows(ids, x)}, found.spec)
        return len(ids)
    parquet = require_extra("pyarrow.parquet")
    count = 0
    with temporary_folder(None, "merge") as scratch, atomic_path(target) as temporary:
        writer = None
        for rows in found.shards():
            part = scratch / "part.parquet"
            write_rows(part, {"audio": rows}, found.spec)
            table = parquet.read_table(part)
            writer = writer or parquet.ParquetWriter(temporary, table.schema)
            writer.write_table(table)
            count += len(rows.ids)
        assert writer is not None  # there are files
        writer.close()
    return count
