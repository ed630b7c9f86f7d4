"""What the workers of a run do: sum rows for their mean, and solve shards where they lie."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from concept_core import stores
from concept_core.decomposition.decomposing import Decomposition, judge
from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.streaming.inputs import open_rows
from concept_core.decomposition.streaming.plan import Piece, TakenOff
from concept_core.decomposition.streaming.reading import RowReader, Stamp, check_stamp
from concept_core.decomposition.streaming.shards import Shard, read_shard, write_shard
from concept_core.encoders.centring import taken_off
from concept_core.encoders.remainders import warn_of_remainders
from concept_core.files import sha256_file
from concept_core.rows.source import RowSource
from concept_core.solvers.base import Rows, Solver


@dataclass(frozen=True, slots=True)
class RowFiles:
    """The inputs of a run, as a worker opens them for itself.

    Attributes
    ----------
    paths : tuple of Path or str
    key : str or None
        As for `open_rows`.
    scaled : bool
        Rows are scaled to length 1.
    read : int
        Rows read together.
    """

    paths: tuple[Path | str, ...]
    key: str | None
    scaled: bool
    read: int

    def open(self) -> tuple[list[RowSource], RowReader]:
        """The inputs, and what reads them."""
        sources = [open_rows(path, self.key) for path in self.paths]
        return sources, RowReader(sources, scaled=self.scaled, read=self.read)


@dataclass(frozen=True, slots=True)
class ShardSums:
    """What a shard adds to the sums of its run.

    Attributes
    ----------
    sha256 : str
        Of its file.
    rows, weights : int
        Weights that are not zero.
    cosine : float
        Sum over its rows.
    gap : float
        The largest; NaN for none.
    unconverged : int
    """

    sha256: str
    rows: int
    weights: int
    cosine: float
    gap: float
    unconverged: int

    @classmethod
    def of(cls, shard: Shard, sha256: str) -> ShardSums:
        """The sums over a shard."""
        return cls(
            sha256,
            rows=shard.weights.shape[0],
            weights=int(shard.weights.nnz),
            cosine=float(shard.cosine.sum()),
            gap=float(np.fmax.reduce(shard.gap, initial=math.nan)),
            unconverged=int((shard.status == "not-converged").sum()),
        )


@dataclass(frozen=True, slots=True)
class RowSummer:
    """Sums the rows of pieces: a sum a block, so that they are added in one order by whomever."""

    files: RowFiles

    def start(self) -> Callable[[Piece], list[NDArray[np.float64]]]:
        """Open the inputs."""
        _, reader = self.files.open()

        def summed(piece: Piece) -> list[NDArray[np.float64]]:
            return [block.sum(axis=0, dtype=np.float64) for block in reader.of(piece, [])]

        return summed


@dataclass(frozen=True, slots=True, eq=False)
class ShardSolver:
    """Solves pieces and writes their shards.

    Attributes
    ----------
    files : RowFiles
    stamps : tuple of Stamp
        Of each input; one that has changed is an error.
    dictionary : Dictionary
        Without its encoder.
    solver : Solver
    off : TakenOff or None
    folder : str
        Path or address where the shards are written.
    """

    files: RowFiles
    stamps: tuple[Stamp, ...]
    dictionary: Dictionary = field(repr=False)
    solver: Solver
    off: TakenOff | None
    folder: str

    def start(self) -> Callable[[Piece], ShardSums]:
        """Open the inputs; what the solver prepares is kept from the first shard on."""
        sources, reader = self.files.open()

        def made(piece: Piece) -> ShardSums:
            source, path = sources[piece.input], stores.join(self.folder, piece.file)
            ids: list[str] = []
            parts = list(self._solved(reader.of(piece, ids)))
            check_stamp(source, self.stamps[piece.input])
            write_shard(path, parts, None if source.id_array is None else ids)
            with stores.local_copy(path) as written:
                return ShardSums.of(read_shard(written), sha256_file(written))

        return made

    def _solved(self, blocks: Iterator[Rows]) -> Iterator[Decomposition]:
        off, dictionary = self.off, self.dictionary
        for raw in blocks:
            block: Rows = raw if off is None else taken_off(raw, off.mean, off.directions)
            warn_of_remainders(block, dictionary.remainder, dictionary.encoder_name)
            yield judge(dictionary.solve(block, self.solver), block, dictionary, self.solver)
