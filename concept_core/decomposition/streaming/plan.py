"""What a streamed run is about, so that it can go on where it stopped and never mixes two."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

import numpy as np

from concept_core import stores
from concept_core._version import __version__
from concept_core.decomposition.dictionary import Dictionary
from concept_core.documents import parse_json
from concept_core.embedding.resuming import check_empty, check_output, check_same_run
from concept_core.embedding.rows import ShardRows
from concept_core.encoders.base import FloatArray
from concept_core.errors import DataError
from concept_core.files import pretty_json, sha256_file
from concept_core.rows.source import RowSource
from concept_core.solvers.base import Solver
from concept_core.temporaries import sweep
from concept_core.values import from_data

MANIFEST = "stream.json"
LABELS = "labels.txt"


class _Input(TypedDict):
    name: str


class _Size(TypedDict):
    k: int


class _Plan(TypedDict):
    inputs: list[_Input]
    dictionary: _Size


class _Shard(TypedDict):
    file: str
    sha256: str
    input: int
    first: int


class _Result(TypedDict):
    shards: list[_Shard]


class _Manifest(TypedDict):
    """What is read of a manifest; of what else it has no type is asked."""

    plan: _Plan
    result: _Result | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A shard to be: ``rows`` rows of an input from ``first`` on, and its file's name."""

    file: str
    input: int
    first: int
    rows: int


@dataclass(frozen=True, slots=True, eq=False)
class TakenOff:
    """What is taken off rows of length 1.

    Attributes
    ----------
    mean : (d,) float32
    directions : (r, d) float32 or None
        As in ``OwnMeans``.
    rows : int
        Of how many rows it is the mean; 0 where it is of others, or zero.
    """

    mean: FloatArray
    directions: FloatArray | None
    rows: int

    def to_dict(self) -> dict[str, Any]:
        """For the manifest."""
        return {"mean_of": self.rows, "sha256": hashlib.sha256(self.mean.tobytes()).hexdigest()}


def cut(inputs: Sequence[RowSource], rows: int) -> list[Piece]:
    """Shards of at most ``rows`` rows; none has rows of two files."""
    pieces: list[Piece] = []
    for number, source in enumerate(inputs):
        n = source.shape[0]
        for first in range(0, n, rows):
            name = f"shard-{len(pieces):05d}.npz"
            pieces.append(Piece(name, number, first, min(rows, n - first)))
    return pieces


def describe(
    inputs: Sequence[RowSource],
    dictionary: Dictionary,
    solver: Solver,
    shard_rows: int,
    off: TakenOff | None = None,
) -> dict[str, Any]:
    """Everything that an answer depends on: inputs and dictionary by hash, solver, version."""
    atoms = dictionary.rows
    origin = {"vocabulary": dictionary.vocabulary, "encoder": dictionary.encoder}
    return {
        "sonolex": __version__,
        "inputs": [_input(source) for source in inputs],
        "dictionary": {
            "k": len(atoms),
            "dim": atoms.shape[1],
            "sha256": hashlib.sha256(np.ascontiguousarray(atoms).data).hexdigest(),
            **(origin if dictionary.vocabulary else {}),
        },
        "mode": solver.mode,
        "value": solver.value,
        "solver": repr(solver),
        "shard_rows": shard_rows,
        "scaled": bool(dictionary.vocabulary),
        "centring": None if off is None else off.to_dict(),
    }


def _input(source: RowSource) -> dict[str, Any]:
    """An input, with the file of its ids where that is another."""
    ids = source.ids_path
    shards = source.file if isinstance(source.file, ShardRows) else None
    return {
        "name": source.path.name,
        "array": source.rows.name,
        "kind": source.kind,
        "rows": source.shape[0],
        "sha256": sha256_file(source.path) if shards is None else shards.sha256(),
        "ids": None if source.id_array is None else source.id_array.name,
        **({} if ids is None else {"ids_sha256": sha256_file(ids)}),
    }


def begin(folder: str | Path, plan: Mapping[str, Any], labels: Sequence[str]) -> dict[str, str]:
    """Write the plan into an empty folder, or see that the folder has the same.

    Returns
    -------
    dict of str to str
        The sha256 of every shard that earlier runs recorded, by file.

    Raises
    ------
    DataError
        The folder has another run, and what differs; or files of something else.
    """
    if stores.exists(stores.join(folder, MANIFEST)):
        found = read_manifest(folder)
        other, recorded = found["plan"], _recorded(found)
        check_same_run(folder, plan, other)
        _sweep(folder)
        _write_labels(folder, labels)
        return recorded
    _sweep(folder)
    check_empty(folder, MANIFEST)
    # First of all, so that whoever is killed from here on can go on.
    record(folder, plan, {})
    _write_labels(folder, labels)
    return {}


def record(folder: str | Path, plan: Mapping[str, Any], done: Mapping[str, str]) -> None:
    """Write the plan of a run that is not finished, with the sha256 of its shards by file."""
    _write(folder, MANIFEST, pretty_json({"plan": plan, "result": None, "done": done}))


def _write_labels(folder: str | Path, labels: Sequence[str]) -> None:
    """The labels, where there are any and the file has not got them."""
    where, content = stores.join(folder, LABELS), "".join(f"{label}\n" for label in labels)
    if content and not (stores.exists(where) and stores.read(where) == content.encode("utf-8")):
        _write(folder, LABELS, content)


def _write(folder: str | Path, name: str, text: str) -> None:
    stores.write(stores.join(folder, name), text.encode("utf-8"))


def _sweep(folder: str | Path) -> None:
    """Take away what killed runs left; in a store nothing is half-written."""
    if not stores.is_address(folder):
        sweep(Path(folder))


def finish(folder: str | Path, plan: Mapping[str, Any], result: Mapping[str, Any]) -> None:
    """Write the plan with what came out."""
    _write(folder, MANIFEST, pretty_json({"plan": plan, "result": result}))


def _recorded(manifest: Mapping[str, Any]) -> dict[str, str]:
    """The sums of a manifest, finished or not; none of what is no sum."""
    try:
        if manifest["result"] is not None:
            return {entry["file"]: entry["sha256"] for entry in manifest["result"]["shards"]}
        return dict(manifest.get("done", {}))
    except (KeyError, TypeError, ValueError):
        return {}


def read_manifest(folder: str | Path) -> dict[str, Any]:
    """The manifest of a run, finished (``result``) or not.

    Raises
    ------
    DataError
        There is none (``AbsentFileError`` where there is no such folder or address), or it is
        broken.
    """
    where = stores.join(folder, MANIFEST)
    check_output(folder, MANIFEST, "give what sonolex decompose --out wrote")
    try:
        found = parse_json(stores.read(where), where)
        from_data(found, _Manifest, where)
    except DataError as error:
        raise DataError(
            f"{error}; the manifest is broken: remove the folder and run again"
        ) from error
    return dict(found)
