"""Where the keys of many shards lie, in one sorted table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from concept_core.encoders.base import FloatArray
from concept_core.encoders.cache.shard import Keys, Shard, as_heads


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """A table of N keys in shards, which stay on disk but for keys and checksums.

    Attributes
    ----------
    shards : tuple of Shard
    heads : (N,) uint64, ascending
        The first eight bytes of each key, as a number.
    shard, place : (N,) int64
        Which shard it is in, and where there.
    """

    shards: tuple[Shard, ...] = field(repr=False)
    heads: NDArray[np.uint64] = field(repr=False)
    shard: NDArray[np.int64] = field(repr=False)
    place: NDArray[np.int64] = field(repr=False)

    @classmethod
    def of(cls, shards: Sequence[Shard]) -> Index:
        """The table of some shards."""
        heads = np.concatenate([np.empty(0, np.uint64), *(as_heads(one.keys) for one in shards)])
        lengths = [len(one) for one in shards]
        shard = np.repeat(np.arange(len(shards)), lengths)
        place = np.concatenate([np.empty(0, np.int64), *map(np.arange, lengths)])
        order = np.argsort(heads, kind="stable")
        return cls(tuple(shards), heads[order], shard[order], place[order])

    def fill(self, keys: Keys, rows: FloatArray, known: NDArray[np.bool_]) -> bool:
        """Write what is here of keys (n, 32) that are not known (n,) into rows (n, dim).

        A row that is damaged in one shard may be sound in another.

        Returns
        -------
        bool
            Whether a shard has gone since the table was made.
        """
        heads, gone = as_heads(keys), False
        at = np.searchsorted(self.heads, heads)
        todo = np.flatnonzero(~known)
        while len(todo := todo[at[todo] < len(self.heads)]):
            todo = todo[self.heads[at[todo]] == heads[todo]]
            # Shard by shard, and in each from front to back.
            todo = todo[np.lexsort((self.place[at[todo]], self.shard[at[todo]]))]
            starts = np.flatnonzero(np.diff(self.shard[at[todo]], prepend=-1))
            for part in np.split(todo, starts[1:]) if len(todo) else ():
                gone |= self._read(part, at[part], keys, rows, known)
            todo = todo[~known[todo]]
            at[todo] += 1
        return gone

    def _read(
        self,
        todo: NDArray[np.intp],
        at: NDArray[np.intp],
        keys: Keys,
        rows: FloatArray,
        known: NDArray[np.bool_],
    ) -> bool:
        """Rows of one shard; whether it has gone."""
        shard, places = self.shards[self.shard[at[0]]], self.place[at]
        same = (shard.keys[places] == keys[todo]).all(axis=1)
        try:
            found, sound = shard.read(places[same])
        except FileNotFoundError:
            return True
        except OSError:
            return False
        good = todo[same][sound]
        rows[good], known[good] = found[sound], True
        return False
