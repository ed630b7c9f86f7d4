"""Decompose files of embeddings shard by shard: bounded memory, and no shard solved twice."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice, repeat
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from concept_core.decomposition.decomposing import Decomposition, judge
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
from concept_core.decomposition.streaming.shards import Shard, read_shard, whole_shard, write_shard
from concept_core.encoders.base import unit
from concept_core.encoders.centring import taken_off
from concept_core.encoders.own_means import FEWEST
from concept_core.encoders.remainders import warn_of_remainders
from concept_core.errors import DataError
from concept_core.files import sha256_file
from concept_core.rows.source import RowSource
from concept_core.solvers.base import Rows, Solver
from concept_core.solvers.validate import check_rows
from concept_core.temporaries import folder_lock

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
        file with sounds and texts the sounds. Ids, where there are any, go into the shards.
    atoms : Dictionary or (K, d)
        As for `decompose`; a dictionary's labels are written beside the shards, one a line. Over
        those of a vocabulary, which an encoder made, rows are scaled to length 1; where that is
        centred by what is at hand, the mean of all rows is taken off, for which they are read
        twice.
    out : path
        A new or empty folder, or that of the same run.
    l1, l0, device, solver
        As for `decompose`.
    key : str, optional
        The array, tensor, dataset or column that holds the rows, where a file has several.
    progress : callable, optional
        Called with the rows that are done and all rows.

    Raises
    ------
    UsageError, MissingError
        As `decompose`; MissingError for parquet without pyarrow, HDF5 without h5py.
    DataError
        A broken input, or a row that is not finite or, over a vocabulary, zero, named by file, row
        and id; a folder that holds another run; an input
        that changes meanwhile.
    """
    paths = [inputs] if isinstance(inputs, (str, Path)) else inputs
    sources = [open_rows(path, key) for path in find_inputs(paths)]
    dictionary = as_dictionary(atoms)
    _same_dimension(sources, dictionary.rows.shape[1])
    chosen = dictionary.pick(l1=l1, l0=l0, solver=solver, device=device)
    folder = Path(out)
    stamps = [_stamp(source) for source in sources]
    pieces, resumed = cut(sources, SHARD), 0
    rows = _Rows(sources, scaled=bool(dictionary.vocabulary))
    off = _means(rows, pieces, dictionary)
    plan = describe(sources, dictionary, chosen, SHARD, off)
    total = sum(piece.rows for piece in pieces)
    tally = _Tally()
    folder.mkdir(parents=True, exist_ok=True)
    with folder_lock(folder):
        sums = begin(folder, plan, dictionary.labels if dictionary.vocabulary else ())
        for piece in pieces:
            path = folder / piece.file
            shard = whole_shard(path, piece.rows, len(dictionary), sums.get(piece.file))
            resumed += shard is not None
            if shard is None:
                ids: list[str] = []
                parts = _solve(rows.of(piece, ids), off, dictionary, chosen)
                _check_stamp(sources[piece.input], stamps[piece.input])
                write_shard(path, parts, None if sources[piece.input].id_array is None else ids)
                shard, sums[piece.file] = read_shard(path), sha256_file(path)
                record(folder, plan, sums)
            tally.add(piece, shard, sums[piece.file])
            if progress is not None:
                progress(tally.rows, total)
        finish(folder, plan, tally.result())
    return tally.summary(str(folder), resumed)


class _Rows:
    """The rows of one piece after the other, checked; a file is read on where it stands."""

    def __init__(self, sources: Sequence[RowSource], *, scaled: bool) -> None:
        self._sources = sources
        self._scaled = scaled
        self._next = (-1, -1)
        self._blocks: Iterator[tuple[Rows, list[str]]] = iter(())

    def of(self, piece: Piece, ids: list[str]) -> Iterator[Rows]:
        """The rows; their ids, where there are any, are added to ``ids``."""
        source = self._sources[piece.input]
        if self._next != (piece.input, piece.first):
            ids_of: Iterator[list[str]] = repeat([])
            if source.id_array is not None:
                ids_of = source.ids(piece.first, READ)
            self._blocks = zip(source.blocks(piece.first, READ), ids_of, strict=False)
        at = piece.first
        for block, names in islice(self._blocks, math.ceil(piece.rows / READ)):
            yield self._checked(block, names, source, at)
            ids += names
            at += len(block)
        if at != piece.first + piece.rows:
            raise DataError(f"{source.path}: ends at row {at} of {source.shape[0]}")
        self._next = (piece.input, at)

    def _checked(self, block: Rows, names: Sequence[str], source: RowSource, at: int) -> Rows:
        """Finite rows of the right length; scaled to length 1 where that is asked for."""
        rows = _finite(block, names, source, at)
        if not self._scaled:
            return check_rows(rows, source.shape[1], str(source.path), at)
        zero = ~rows.any(axis=1)
        if zero.any():
            row = int(np.argmax(zero))
            raise DataError(
                f"{_where(source, at + row, names, row)} is zero, which is no embedding; leave it"
                " out, or make it again"
            )
        return unit(rows)


def _finite(block: Rows, names: Sequence[str], source: RowSource, at: int) -> Rows:
    good = np.isfinite(block)
    if not good.all():
        row, column = np.argwhere(~good)[0]
        raise DataError(
            f"{_where(source, at + row, names, row)} holds {block[row, column]} in column {column};"
            " embeddings must be finite"
        )
    return block


def _where(source: RowSource, row: int, names: Sequence[str], place: int) -> str:
    return f"{source.path}: row {row}" + (f" ({names[place]!r})" if names else "")


def _means(rows: _Rows, pieces: Sequence[Piece], dictionary: Dictionary) -> TakenOff | None:
    """What is taken off the rows where the encoder is centred by what is at hand: their mean.

    Of fewer than ``FEWEST`` rows it is what the encoder knows of sounds, or nothing.
    """
    own = dictionary.own_means
    if own is None:
        return None
    total, count = np.zeros(own.encoder.dim), 0
    for piece in pieces:
        for block in rows.of(piece, []):
            total += block.sum(axis=0, dtype=np.float64)
            count += len(block)
    if count < FEWEST:
        return TakenOff(own.of_sounds, own.directions, 0)
    return TakenOff((total / count).astype(np.float32), own.directions, count)


def _solve(
    blocks: Iterator[Rows], off: TakenOff | None, dictionary: Dictionary, solver: Solver
) -> list[Decomposition]:
    parts = []
    for raw in blocks:
        block: Rows = raw if off is None else taken_off(raw, off.mean, off.directions)
        warn_of_remainders(block, dictionary.remainder, dictionary.encoder_name)
        parts.append(judge(dictionary.solve(block, solver), block, dictionary, solver))
    return parts


class _Tally:
    """Sums over shards."""

    def __init__(self) -> None:
        self.rows = 0
        self._weights, self._cosine = 0, 0.0
        self._gap, self._unconverged = math.nan, 0
        self._shards: list[dict[str, str | int]] = []

    def add(self, piece: Piece, shard: Shard, digest: str) -> None:
        self.rows += piece.rows
        self._weights += int(shard.weights.nnz)
        self._cosine += float(shard.cosine.sum())
        self._gap = float(np.fmax(self._gap, np.fmax.reduce(shard.gap, initial=math.nan)))
        self._unconverged += int((shard.status == "not-converged").sum())
        self._shards.append({**asdict(piece), "sha256": digest})

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


def _check_stamp(source: RowSource, before: list[tuple[int, int]]) -> None:
    if _stamp(source) != before:
        raise DataError(f"{source.path} has changed while it was read")


def _stamp(source: RowSource) -> list[tuple[int, int]]:
    found = [path.stat() for path in (source.path, source.ids_path) if path is not None]
    return [(one.st_size, one.st_mtime_ns) for one in found]
