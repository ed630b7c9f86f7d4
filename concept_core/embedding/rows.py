"""The shards of a run as one file of rows, for what reads such files block by block."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from concept_core import stores
from concept_core.embedding.folder import Embeddings, open_embeddings
from concept_core.embedding.manifest import MANIFEST
from concept_core.encoders.row_files import Rows
from concept_core.files import sha256_bytes
from concept_core.rows.arrays import NUMBERS, TEXT, ArrayInfo, Values
from concept_core.rows.naming import AUDIO
from concept_core.rows.source import RowSource

_ROWS, _IDS = "embedding", "id"
_KEPT = 16_384
"""Rows of shards that are kept: ids are read in the same blocks as the rows, just after them."""


@dataclass(frozen=True, slots=True)
class ShardRows:
    """See ``ArrayFile``: the arrays ``embedding`` and ``id`` over all shards."""

    found: Embeddings
    what: str = field(default="array", init=False)
    _kept: OrderedDict[int, Rows] = field(default_factory=OrderedDict, init=False, repr=False)

    @property
    def path(self) -> Path:
        """Where the output is, as messages call it."""
        return Path(self.found.address)

    @property
    def address(self) -> str:
        """Where the output is."""
        return self.found.address

    @property
    def arrays(self) -> tuple[ArrayInfo, ...]:
        """See the protocol."""
        n, dim = self.found.result["rows"], self.found.spec.dim
        rows = ArrayInfo(_ROWS, (n, dim), NUMBERS, "float32")
        return rows, ArrayInfo(_IDS, (n,), TEXT, "text")

    def note(self, name: str) -> str | None:
        """See the protocol; there is none."""
        return None

    def blocks(self, name: str, start: int, rows: int) -> Iterator[Values]:
        """See the protocol.

        Raises
        ------
        IntegrityError
            A shard that is not there, or has changed.
        """
        waiting: list[Values] = []
        count = 0
        for place, entry in enumerate(self.found.result["shards"]):
            if entry["first"] + entry["rows"] <= start or not entry["rows"]:
                continue
            shard = self._shard(place, entry)
            array = shard.x if name == _ROWS else np.array(list(shard.ids), object)
            waiting.append(array[max(0, start - entry["first"]) :])
            count += len(waiting[-1])
            while count >= rows:
                together = np.concatenate(waiting)
                yield together[:rows]
                waiting, count = [together[rows:]], count - rows
        if count:
            yield np.concatenate(waiting)

    def sha256(self) -> str:
        """Of the manifest, which has the sums of all shards."""
        return sha256_bytes(stores.read(stores.join(self.address, MANIFEST)))

    def _shard(self, place: int, entry: dict[str, Any]) -> Rows:
        if place not in self._kept:
            self._kept[place] = self.found.shard(entry)
            while len(self._kept) > 1 and sum(len(one.ids) for one in self._kept.values()) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept[place]


def open_shards(address: str | Path) -> RowSource:
    """The rows of a finished run, from a folder or a store; raises as `open_embeddings`."""
    found = open_embeddings(address)
    found.warn_if_incomplete()
    file = ShardRows(found)
    rows, ids = file.arrays
    return RowSource(file, AUDIO, rows, ids)
