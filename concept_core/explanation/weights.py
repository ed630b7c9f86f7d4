"""The shards of a streamed decomposition as words: a table of clip, concept and prominence.

Shard by shard, so that memory does not grow with the number of clips.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from concept_core.decomposition.streaming import Stream, open_stream
from concept_core.errors import DataError, UsageError
from concept_core.extras import check_extra, require_extra
from concept_core.files import atomic_path
from concept_core.releases.csv_cells import guard
from concept_core.values import Value

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
        Only the most prominent concepts of each clip; all by default.

    Yields
    ------
    list of (clip, concept, prominence)
        Clips in their order; of each the most prominent concept first, equals in the order of the
        vocabulary. Clips are called by their ids, where the run had any, else by file and row:
        ``x.npy:17``.

    Raises
    ------
    DataError
        No such run, one that is not finished, or one without labels.
    IntegrityError
        A shard whose checksum does not hold.
    """
    for _, rows in _by_shard(_open(folder), top):
        yield rows


def write_weights(folder: str | Path, out: str | Path, *, top: int | None = None) -> WeightsTable:
    """Write the table of `weight_rows` as csv or parquet, atomically.

    In csv a text that a spreadsheet would take for a formula has an apostrophe before it.

    Parameters
    ----------
    folder, top
        As `weight_rows`.
    out : str or Path
        ``.csv``, or ``.parquet`` with the columns clip, concept (text) and prominence (float32).

    Raises
    ------
    UsageError
        Another ending.
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
    stream = _open(folder)
    clips = found = empty = 0

    def counted() -> Iterator[list[Row]]:
        nonlocal clips, found, empty
        for shard, rows in _by_shard(stream, top):
            lengths = np.diff(shard.weights.indptr)
            clips, found, empty = clips + len(lengths), found + len(rows), empty + sum(lengths == 0)
            yield rows

    with atomic_path(path) as temporary:
        _WRITERS[path.suffix](temporary, counted())
    return WeightsTable(str(path), clips, found, int(empty))


def csv_text(folder: str | Path, *, top: int | None = None) -> Iterator[str]:
    """The same table as csv, its head first, then the rows of a shard at a time."""
    stream = _open(folder)
    yield _csv([HEAD])
    for _, rows in _by_shard(stream, top):
        yield _csv(rows)


def json_text(folder: str | Path, *, top: int | None = None) -> Iterator[str]:
    """The same table as one JSON list of objects, the rows of a shard at a time."""
    stream = _open(folder)
    before = "["
    for _, rows in _by_shard(stream, top):
        for row in rows:
            yield f"{before}\n{json.dumps(dict(zip(HEAD, row, strict=True)))}"
            before = ","
    yield "[]\n" if before == "[" else "\n]\n"


def _open(folder: str | Path) -> Stream:
    stream = open_stream(folder)
    if not stream.labels:
        raise DataError(
            f"{folder}: has no labels: it was decomposed over plain atoms; decompose over a"
            " vocabulary, which sonolex decompose does"
        )
    return stream


def _by_shard(stream: Stream, top: int | None) -> Iterator[tuple[Shard, list[Row]]]:
    inputs = stream.plan["inputs"]
    for entry, shard in zip(stream.result["shards"], stream.shards(), strict=True):
        if shard.ids is not None:
            clips = shard.ids.tolist()
        else:
            name, first = inputs[entry["input"]]["name"], entry["first"]
            clips = [f"{name}:{first + place}" for place in range(shard.weights.shape[0])]
        yield shard, list(_rows(shard, clips, stream.labels, top))


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


def _write_csv(path: Path, parts: Iterator[list[Row]]) -> None:
    # Names of files that are not UTF-8 are told as they can be.
    with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="") as handle:
        handle.write(_csv([HEAD]))
        for rows in parts:
            handle.write(_csv(rows))


def _write_parquet(path: Path, parts: Iterator[list[Row]]) -> None:
    arrow, parquet = require_extra("pyarrow"), require_extra("pyarrow.parquet")
    kinds = (arrow.string(), arrow.string(), arrow.float32())
    schema = arrow.schema(list(zip(HEAD, kinds, strict=True)))
    with parquet.ParquetWriter(path, schema) as writer:
        for rows in parts:
            columns = list(zip(*rows, strict=True)) or [(), (), ()]
            shown = [one.encode("utf-8", "backslashreplace").decode() for one in columns[0]]
            arrays = [arrow.array(one, kind) for one, kind in
                      zip((shown, *columns[1:]), kinds, strict=True)]  # fmt: skip
            writer.write_table(arrow.table(arrays, schema=schema))


_WRITERS: dict[str, Callable[[Path, Iterator[list[Row]]], None]] = {
    ".csv": _write_csv,
    ".parquet": _write_parquet,
}
