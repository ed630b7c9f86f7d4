"""The shards of a streamed decomposition as words: a table of clip, concept and prominence.

Shard by shard, so that memory does not grow with the number of clips.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from concept_core.decomposition.streaming import Stream, open_stream
from concept_core.engine import Engine, Lost
from concept_core.engine.local import LocalEngine
from concept_core.errors import DataError, UsageError
from concept_core.extras import check_extra, require_extra
from concept_core.files import atomic_path
from concept_core.releases.csv_cells import guard
from concept_core.values import Value
from concept_core.vocabulary import check_top

if TYPE_CHECKING:
    from concept_core.decomposition.streaming.shards import Shard

HEAD = ("clip", "concept", "prominence")
Row = tuple[str, str, float]


@dataclass(frozen=True, slots=True)
class WeightsTable(Value):
    """A table that was written.

    Attributes
    ----------
    file : str
    clips : int
        All rows of the shards.
    rows : int
        Of the table: one a clip and concept.
    without_concept : int
        Clips that have none, and so no row.
    """

    file: str
    clips: int
    rows: int
    without_concept: int


def weight_rows(folder: str | Path, *, top: int | None = None) -> Iterator[list[Row]]:
    """What ``decompose`` wrote as words, a list of rows a shard.

    Parameters
    ----------
    folder : str or Path
        Of a finished streamed run.
    top : int, optional
        Only this many of each clip's concepts, the most prominent, 1 or more; all by default.

    Returns
    -------
    iterator of lists of (clip, concept, prominence)
        Clips in their order; of each the most prominent concept first, equals in the order of the
        vocabulary. Clips are called by their ids, where the run had any, else by file and row:
        ``x.npy:17``.

    Raises
    ------
    UsageError
        A ``top`` below 1.
    DataError
        No such run (``AbsentFileError`` where there is nothing of that name), one that is not
        finished, or one without labels.
    IntegrityError
        A shard whose checksum does not hold.
    """
    check_top(top)
    stream = _open(folder)
    return (
        _shard_rows(stream, place, stream.shard(place), top)
        for place in range(len(stream.result["shards"]))
    )


def write_weights(
    folder: str | Path, out: str | Path, *, top: int | None = None, engine: Engine | None = None
) -> WeightsTable:
    """Write the table of `weight_rows` as csv or parquet, atomically.

    In csv a text that a spreadsheet would take for a formula has an apostrophe before it.

    Parameters
    ----------
    folder, top
        As `weight_rows`.
    out : str or Path
        ``.csv``, or ``.parquet`` with the columns clip, concept (text) and prominence (float32).
    engine : Engine, optional
        What makes the rows of each shard; by default this process.

    Raises
    ------
    UsageError
        Another ending; a ``top`` below 1.
    MissingError
        ``.parquet``, and no pyarrow.
    DataError, IntegrityError
        As `weight_rows`.
    """
    path = Path(out)
    if path.suffix not in _WRITERS:
        raise UsageError(f"{path}: the table is written as {' or '.join(_WRITERS)}")
    if path.suffix == ".parquet":
        check_extra("pyarrow")
    form, write = _WRITERS[path.suffix]
    clips = found = empty = 0

    def counted() -> Iterator[Any]:
        nonlocal clips, found, empty
        for one in _tables(folder, top, form, engine):
            clips, found, empty = clips + one.clips, found + one.rows, empty + one.without_concept
            yield one.part

    with atomic_path(path) as temporary:
        write(temporary, counted())
    return WeightsTable(str(path), clips, found, empty)


def csv_text(
    folder: str | Path, *, top: int | None = None, engine: Engine | None = None
) -> Iterator[str]:
    """The same table as csv, its head first, then the rows of a shard at a time."""
    return chain([_csv([HEAD])], (one.part for one in _tables(folder, top, "csv", engine)))


def json_text(
    folder: str | Path, *, top: int | None = None, engine: Engine | None = None
) -> Iterator[str]:
    """The same table as one JSON list of objects, the rows of a shard at a time."""
    tables = _tables(folder, top, "json", engine)

    def text() -> Iterator[str]:
        before = "["
        for one in tables:
            for line in one.part:
                yield f"{before}\n{line}"
                before = ","
        yield "[]\n" if before == "[" else "\n]\n"

    return text()


@dataclass(frozen=True, slots=True)
class ShardTable:
    """The rows of one shard in the form that is written, and how many there are.

    Attributes
    ----------
    clips, rows, without_concept : int
        As in ``WeightsTable``.
    part : object
        A text of csv; a list of JSON objects, each a line; or the columns for parquet.
    """

    clips: int
    rows: int
    without_concept: int
    part: Any


@dataclass(frozen=True, slots=True)
class ShardTables:
    """Makes the tables of shards, by their places; see ``ShardTable``."""

    folder: str
    top: int | None
    form: str

    def start(self) -> Callable[[int], ShardTable]:
        """Open the run."""
        stream = _open(self.folder)

        def table(place: int) -> ShardTable:
            shard = stream.shard(place)
            rows = _shard_rows(stream, place, shard, self.top)
            lengths = np.diff(shard.weights.indptr)
            empty = int(sum(lengths == 0))
            return ShardTable(len(lengths), len(rows), empty, _FORMS[self.form](rows))

        return table


def _tables(
    folder: str | Path, top: int | None, form: str, engine: Engine | None
) -> Iterator[ShardTable]:
    """The tables of all shards, in order; the run is opened at once."""
    check_top(top)
    shards = _open(folder).result["shards"]
    tables = ShardTables(str(folder), top, form)

    def made() -> Iterator[ShardTable]:
        for came in (engine or LocalEngine()).map(tables, range(len(shards))):
            if isinstance(came, Lost):
                name = shards[came.place]["file"]
                raise DataError(
                    f"{folder}: the rows of {name} could not be made: {came.reason}; run it again"
                )
            yield came.result

    return made()


def _open(folder: str | Path) -> Stream:
    stream = open_stream(folder)
    if not stream.labels:
        raise DataError(
            f"{folder}: has no labels: it was decomposed over plain atoms; decompose over a"
            " vocabulary, which sonolex decompose does"
        )
    return stream


def _shard_rows(stream: Stream, place: int, shard: Shard, top: int | None) -> list[Row]:
    if shard.ids is not None:
        clips = shard.ids.tolist()
    else:
        entry = stream.result["shards"][place]
        name, first = stream.plan["inputs"][entry["input"]]["name"], entry["first"]
        clips = [f"{name}:{first + row}" for row in range(shard.weights.shape[0])]
    return list(_rows(shard, clips, stream.labels, top))


def _rows(
    shard: Shard, clips: list[str], labels: tuple[str, ...], top: int | None
) -> Iterator[Row]:
    weights = shard.weights
    for place, clip in enumerate(clips):
        of_clip = slice(weights.indptr[place], weights.indptr[place + 1])
        columns, values = weights.indices[of_clip], weights.data[of_clip]
        # By weight, then by column: shards need not have theirs in order.
        for one in np.lexsort((columns, -values))[:top]:
            yield clip, labels[columns[one]], float(values[one])


def _csv(rows: Iterable[Iterable[object]]) -> str:
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerows([guard(f"{one:.6g}" if isinstance(one, float) else one) for one in row]
                     for row in rows)  # fmt: skip
    return lines.getvalue()


def _json_lines(rows: list[Row]) -> list[str]:
    return [json.dumps(dict(zip(HEAD, row, strict=True))) for row in rows]


def _columns(rows: list[Row]) -> list[Sequence[Any]]:
    clips, concepts, prominences = zip(*rows, strict=True) if rows else ((), (), ())
    # Names of files that are not UTF-8 are told as they can be.
    shown = [one.encode("utf-8", "backslashreplace").decode() for one in clips]
    return [shown, concepts, prominences]


_FORMS: dict[str, Callable[[list[Row]], Any]] = {
    "csv": _csv,
    "json": _json_lines,
    "columns": _columns,
}


def _write_csv(path: Path, parts: Iterator[str]) -> None:
    with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="") as handle:
        handle.write(_csv([HEAD]))
        handle.writelines(parts)


def _write_parquet(path: Path, parts: Iterator[list[Sequence[Any]]]) -> None:
    arrow, parquet = require_extra("pyarrow"), require_extra("pyarrow.parquet")
    kinds = (arrow.string(), arrow.string(), arrow.float32())
    schema = arrow.schema(list(zip(HEAD, kinds, strict=True)))
    with parquet.ParquetWriter(path, schema) as writer:
        for columns in parts:
            arrays = [arrow.array(one, kind) for one, kind in zip(columns, kinds, strict=True)]
            writer.write_table(arrow.table(arrays, schema=schema))


_WRITERS: dict[str, tuple[str, Callable[[Path, Iterator[Any]], None]]] = {
    ".csv": ("csv", _write_csv),
    ".parquet": ("columns", _write_parquet),
}
