"""Decompose files of embeddings shard by shard: bounded memory, and no shard solved twice."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from concept_core import stores
from concept_core.decomposition.dictionary import Dictionary, as_dictionary
from concept_core.decomposition.streaming.inputs import find_inputs, open_rows
from concept_core.decomposition.streaming.plan import (
    Piece,
    TakenOff,
    begin,
    cut,
    describe,
    finish,
    record,
)
from concept_core.decomposition.streaming.reading import stamp
from concept_core.decomposition.streaming.shards import whole_shard
from concept_core.decomposition.streaming.workers import (
    RowFiles,
    RowSummer,
    ShardSolver,
    ShardSums,
)
from concept_core.encoders.own_means import FEWEST
from concept_core.engine import Engine, Lost
from concept_core.engine.local import LocalEngine
from concept_core.errors import DataError
from concept_core.rows.source import RowSource

READ = 8_192
"""Rows read and solved together: 67 MB of float64 at 1,024 dimensions."""

SHARD = 8 * READ
"""Rows of a shard."""


@dataclass(frozen=True, slots=True)
class StreamSummary:
    """What a streamed run has made.

    Attributes
    ----------
    folder : str
    rows, shards : int
    resumed : int
        Shards that an earlier run had made.
    l0_mean, cosine_mean : float
        Over all rows; NaN for no rows.
    gap_max : float
        The largest relative duality gap; NaN in l0 mode and for no rows.
    unconverged : int
        Rows whose gap is above the tolerance.
    """

    folder: str
    rows: int
    shards: int
    resumed: int
    l0_mean: float
    cosine_mean: float
    gap_max: float
    unconverged: int

    def to_dict(self) -> dict[str, str | int | float | None]:
        """For JSON: None instead of NaN."""
        return {
            name: None if isinstance(value, float) and math.isnan(value) else value
            for name, value in asdict(self).items()
        }


def decompose_stream(
    inputs: str | Path | Sequence[str | Path],
    atoms: ArrayLike | Dictionary,
    out: str | Path,
    *,
    l1: float | None = None,
    l0: int | None = None,
    device: str = "auto",
    solver: str = "auto",
    key: str | None = None,
    engine: Engine | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> StreamSummary:
    """Decompose all rows of files, as `decompose` does, into a folder of sparse shards.

    A run that was stopped goes on where it was when it is started again with the same inputs,
    dictionary and penalty; the folder is then the same, byte for byte. Of two runs into one
    folder, the second waits for the first.

    Parameters
    ----------
    inputs : path or sequence of paths
        npz, npy, safetensors, parquet or HDF5 files of (n, d) floats, or folders of them; of a
        file with sounds and texts the sounds; or what ``embed_shards`` has written, a folder or
        an address. Ids, where there are any, go into the shards.
    atoms : Dictionary or (K, d)
        As for `decompose`; a dictionary's labels are written beside the shards, one a line. Over
        those of a vocabulary, which an encoder made, rows are scaled to length 1; where that is
        centred by what is at hand, the mean of all rows is taken off, for which they are read
        twice.
    out : path or address
        A new or empty folder, or that of the same run; also of a store: ``s3://bucket/prefix``.
    l1, l0, device, solver
        As for `decompose`.
    key : str, optional
        The array, tensor, dataset or column that holds the rows, where a file has several.
    engine : Engine, optional
        What solves the shards; by default this process. The folder is the same with any.
    progress : callable, optional
        Called with the rows that are done and all rows.

    Raises
    ------
    UsageError, MissingError
        As `decompose`; MissingError for parquet without pyarrow, HDF5 without h5py.
    DataError
        A broken input, or a row that is not finite or, over a vocabulary, zero, named by file, row
        and id; a folder that holds another run; an input
        that changes meanwhile; shards that could not be made, after all others were.
    """
    paths = [inputs] if isinstance(inputs, (str, Path)) else inputs
    found = find_inputs(paths)
    sources = [open_rows(path, key) for path in found]
    dictionary = as_dictionary(atoms)
    _same_dimension(sources, dictionary.rows.shape[1])
    chosen = dictionary.pick(l1=l1, l0=l0, solver=solver, device=device)
    folder, engine = str(out), engine or LocalEngine()
    stamps = tuple(stamp(source) for source in sources)
    pieces = cut(sources, SHARD)
    files = RowFiles(tuple(found), key, scaled=bool(dictionary.vocabulary), read=READ)
    off = _means(files, pieces, dictionary, engine)
    plan = describe(sources, dictionary, chosen, SHARD, off)
    worker = ShardSolver(files, stamps, dictionary.bare(), chosen, off, folder)
    with stores.hold(folder):
        recorded = begin(folder, plan, dictionary.labels if dictionary.vocabulary else ())
        made = _whole(folder, pieces, len(dictionary), recorded)
        resumed = len(made)
        _make(worker, pieces, made, engine, plan, progress)
        tally = _Tally()
        for piece in pieces:
            tally.add(piece, made[piece])
        finish(folder, plan, tally.result())
    return tally.summary(folder, resumed)


def _whole(
    folder: str, pieces: Sequence[Piece], k: int, recorded: Mapping[str, str]
) -> dict[Piece, ShardSums]:
    """The sums of those shards that an earlier run has made."""
    found = {}
    for piece in pieces:
        shard = whole_shard(
            stores.join(folder, piece.file), piece.rows, k, recorded.get(piece.file)
        )
        if shard is not None:
            found[piece] = ShardSums.of(shard, recorded[piece.file])
    return found


def _make(
    worker: ShardSolver,
    pieces: Sequence[Piece],
    made: dict[Piece, ShardSums],
    engine: Engine,
    plan: Mapping[str, Any],
    progress: Callable[[int, int], None] | None,
) -> None:
    """Make the shards that are missing, and record each as soon as it is there."""
    missing = [piece for piece in pieces if piece not in made]
    total, done = sum(piece.rows for piece in pieces), sum(piece.rows for piece in made)
    lost: list[tuple[Piece, Lost]] = []
    if progress is not None and made:
        progress(done, total)
    for came in engine.map(worker, missing, ordered=False):
        piece = missing[came.place]
        if isinstance(came, Lost):
            lost.append((piece, came))
            continue
        made[piece] = came.result
        done += piece.rows
        sums = {one.file: made[one].sha256 for one in pieces if one in made}
        record(worker.folder, plan, sums)
        if progress is not None:
            progress(done, total)
    if lost:
        piece, first = lost[0]
        raise DataError(
            f"{worker.folder}: {len(lost)} of {len(pieces)} shards could not be made"
            f" ({piece.file}, tried {first.tries} times: {first.reason}); the others are kept: run"
            " the same command again, which makes these alone"
        )


def _means(
    files: RowFiles, pieces: Sequence[Piece], dictionary: Dictionary, engine: Engine
) -> TakenOff | None:
    """What is taken off the rows where the encoder is centred by what is at hand: their mean.

    Of fewer than ``FEWEST`` rows it is what the encoder knows of sounds, or nothing.
    """
    own = dictionary.own_means
    if own is None:
        return None
    total, count = np.zeros(own.encoder.dim), sum(piece.rows for piece in pieces)
    for came in engine.map(RowSummer(files), pieces):
        if isinstance(came, Lost):
            path = files.paths[pieces[came.place].input]
            raise DataError(f"{path}: its rows could not be summed: {came.reason}; run it again")
        # Block by block, whoever summed them: floating-point sums depend on their order.
        for block in came.result:
            total += block
    if count < FEWEST:
        return TakenOff(own.of_sounds, own.directions, 0)
    return TakenOff((total / count).astype(np.float32), own.directions, count)


class _Tally:
    """Sums over shards."""

    def __init__(self) -> None:
        self.rows = 0
        self._weights, self._cosine = 0, 0.0
        self._gap, self._unconverged = math.nan, 0
        self._shards: list[dict[str, str | int]] = []

    def add(self, piece: Piece, sums: ShardSums) -> None:
        self.rows += sums.rows
        self._weights += sums.weights
        self._cosine += sums.cosine
        self._gap = float(np.fmax(self._gap, sums.gap))
        self._unconverged += sums.unconverged
        self._shards.append({**asdict(piece), "sha256": sums.sha256})

    def result(self) -> dict[str, object]:
        """For the manifest: nothing of this run that another would not have."""
        found = self.summary("", 0).to_dict()
        del found["folder"], found["resumed"]
        return {**found, "shards": self._shards}

    def summary(self, folder: str, resumed: int) -> StreamSummary:
        return StreamSummary(
            folder=folder,
            rows=self.rows,
            shards=len(self._shards),
            resumed=resumed,
            l0_mean=self._weights / self.rows if self.rows else math.nan,
            cosine_mean=self._cosine / self.rows if self.rows else math.nan,
            gap_max=self._gap,
            unconverged=self._unconverged,
        )


def _same_dimension(sources: Sequence[RowSource], dim: int) -> None:
    for source in sources:
        if source.shape[0] and source.shape[1] != dim:
            raise DataError(
                f"{source.path} has {source.shape[1]} columns, the atoms {dim}; both must come"
                " from one encoder"
            )
