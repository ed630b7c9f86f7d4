"""Files of embeddings with their ids: what ``precomputed`` reads, and what ``embed`` writes.

Each holds rows of sounds, of texts, or both; ``docs/encoders.md`` describes them.
"""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from concept_core.documents import parse_json
from concept_core.encoders.base import EncoderSpec, FloatArray
from concept_core.errors import AbsentFileError, AssumptionWarning, DataError, UsageError
from concept_core.extras import check_extra, require_extra
from concept_core.files import atomic_together, canonical_json
from concept_core.rows.arrays import listed
from concept_core.rows.naming import EXPECTED, KINDS
from concept_core.rows.source import READABLE, RowSource, open_file, open_sources
from concept_core.values import from_data

_Tables = Mapping[str, "Rows"]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Embeddings and what each is of: ids (n), x (n, dim)."""

    ids: Sequence[str]
    x: FloatArray = field(repr=False)


def check_target(path: Path, kinds: Sequence[str]) -> None:
    """See that rows of these kinds can be written to a file of this name.

    Raises
    ------
    UsageError
        Another ending than of ``WRITTEN``, or two kinds in an npy file, which holds one array.
    MissingError
        The package that writes it is not installed.
    """
    if path.suffix not in WRITTEN:
        raise UsageError(f"{path}: embeddings are written as {', '.join(WRITTEN)}")
    if path.suffix == ".npy" and len(kinds) > 1:
        raise UsageError(f"{path}: an npy file holds one array; write sounds and texts as .npz")
    if path.suffix in _NEEDS:
        check_extra(_NEEDS[path.suffix])


def write_rows(path: Path, tables: Mapping[str, Rows], spec: EncoderSpec) -> list[Path]:
    """Write rows by kind, atomically; the files that were written.

    An npy file has its ids beside it, one a line: ``audio.npy`` and ``audio.txt``; both are
    replaced or none.

    Raises
    ------
    UsageError, MissingError
        As `check_target`.
    DataError
        An id that is no line, where ids are lines, or no UTF-8, where they must be.
    """
    check_target(path, list(tables))
    for name in (name for rows in tables.values() for name in rows.ids):
        if path.suffix == ".npy" and not _is_line(name):
            raise DataError(f"{path}: the id {name!r} is no line of text; write an .npz file")
        if path.suffix in _NEEDS and not _is_utf8(name):
            raise DataError(f"{path}: the id {name!r} is not UTF-8; write an .npz file")
    written = [path, *([path.with_suffix(".txt")] if path.suffix == ".npy" else [])]
    with atomic_together(*written) as temporaries:
        _WRITERS[path.suffix](temporaries[0], tables, canonical_json(spec.to_dict()))
        for ids in temporaries[1:]:
            (rows,) = tables.values()
            ids.write_bytes("".join(f"{name}\n" for name in rows.ids).encode("utf-8"))
    return written


def read_rows(path: Path) -> dict[str, Rows]:
    """The rows of each kind that a file or folder holds.

    Where no name says whether rows are of sounds or of texts, an ``AssumptionWarning`` says what
    they were taken for, and why.

    Raises
    ------
    UsageError
        Another kind of file.
    DataError
        No such file, one that cannot be read, rows without ids, or rows that may be of sounds or
        of texts; the message lists what the file has.
    MissingError
        The package that reads it is not installed.
    """
    if path.is_dir():
        return _read_folder(path)
    if not path.is_file():
        raise AbsentFileError(f"{path}: no such file or folder of embeddings")
    if path.suffix.lower() not in READABLE:
        raise UsageError(
            f"{path}: embeddings are read from {', '.join(READABLE)}, or a folder with audio.npy,"
            " audio.txt, text.npy, text.txt"
        )
    return {source.kind: _read(source) for source in open_sources(path)}


def _read(source: RowSource) -> Rows:
    has = f"it has {listed(source.file.arrays)}; {EXPECTED}"
    if source.id_array is None:
        beside = f" or a column of {source.path.stem}.csv, beside it"
        where = f", a line each in {source.path.stem}.txt{beside}" * (source.path.suffix == ".npy")
        raise DataError(f"{source.path}: the rows {source.rows.name} need their ids{where}; {has}")
    if not source.kind:
        raise DataError(
            f"{source.path}: are the rows {source.rows.name} of sounds or of texts? Call them, or"
            f" the file, audio or text; {has}"
        )
    if source.kind_from:
        warnings.warn(
            f"{source.path}: {source.rows.name} is taken for {source.kind} rows by"
            f" {source.kind_from}; call it {source.kind} to say so",
            AssumptionWarning,
            stacklevel=2,
        )
    return Rows(source.all_ids(), source.all_rows())


def _read_folder(path: Path) -> dict[str, Rows]:
    files = {kind: path / f"{kind}.npy" for kind in KINDS}
    return {
        kind: _read(source)
        for kind, file in files.items()
        if file.is_file()
        for source in open_sources(file)
    }


def read_spec(path: Path) -> EncoderSpec | None:
    """Of which encoder the rows of a file are, where ``write_rows`` noted it; else None.

    A note called ``encoder`` that another program made says nothing to us.
    """
    noted = open_file(path).note("encoder") if path.is_file() else None
    if noted is None:
        return None
    try:
        return from_data(parse_json(noted, str(path)), EncoderSpec, f"{path}, encoder")
    except DataError:
        return None


def _is_line(name: str) -> bool:
    """Whether a text file gives the id back; it holds no line break and no surrogate."""
    return not {"\n", "\r"} & set(name) and _is_utf8(name)


def _is_utf8(name: str) -> bool:
    return name.encode("utf-8", "replace").decode() == name


def _arrays(tables: _Tables) -> dict[str, Any]:
    return {kind: np.ascontiguousarray(rows.x, np.float32) for kind, rows in tables.items()}


def _write_npy(path: Path, tables: _Tables, identity: str) -> None:
    with open(path, "wb") as handle:
        np.save(handle, next(iter(_arrays(tables).values())), allow_pickle=False)


def _write_npz(path: Path, tables: _Tables, identity: str) -> None:
    ids = {f"{kind}_ids": np.array(list(rows.ids), str) for kind, rows in tables.items()}
    named: dict[str, Any] = {**_arrays(tables), **ids}
    with open(path, "wb") as handle:
        np.savez(handle, **named, encoder=np.array(identity))


def _write_safetensors(path: Path, tables: _Tables, identity: str) -> None:
    from safetensors.numpy import save

    ids = {f"{kind}_ids": json.dumps(list(rows.ids)) for kind, rows in tables.items()}
    content = save(_arrays(tables), metadata={**ids, "encoder": identity})
    # safetensors writes metadata in an order of chance; equal rows give equal bytes.
    start = 8 + int.from_bytes(content[:8], "little")
    header = canonical_json(json.loads(content[8:start])).encode("utf-8")
    header += b" " * (-len(header) % 8)
    path.write_bytes(len(header).to_bytes(8, "little") + header + content[start:])


def _write_parquet(path: Path, tables: _Tables, identity: str) -> None:
    arrow, parquet = require_extra("pyarrow"), require_extra("pyarrow.parquet")
    x = np.concatenate(list(_arrays(tables).values()))
    flat = arrow.array(x.ravel())
    kinds = [kind for kind, rows in tables.items() for _ in rows.ids]
    ids = [name for rows in tables.values() for name in rows.ids]
    columns = {
        "kind": arrow.array(kinds, arrow.string()),
        "id": arrow.array(ids, arrow.string()),
        "embedding": arrow.FixedSizeListArray.from_arrays(flat, x.shape[1]),
    }
    table = arrow.table(columns).replace_schema_metadata({"encoder": identity})
    parquet.write_table(table, path)


def _write_hdf5(path: Path, tables: _Tables, identity: str) -> None:
    h5py = require_extra("h5py")
    # In memory first: HDF5 that finds no room on a disk ends the process.
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        for name, values in _arrays(tables).items():
            file[name] = values
        for kind, rows in tables.items():
            file.create_dataset(f"{kind}_ids", data=list(rows.ids), dtype=h5py.string_dtype())
        file.attrs["encoder"] = identity
    # No view of it: where the write fails with one in hand, Python 3.12 crashes at its end.
    path.write_bytes(content.getvalue())


_WRITERS: dict[str, Callable[[Path, _Tables, str], None]] = {
    ".npz": _write_npz,
    ".safetensors": _write_safetensors,
    ".parquet": _write_parquet,
    ".h5": _write_hdf5,
    ".hdf5": _write_hdf5,
    ".npy": _write_npy,
}
WRITTEN = tuple(_WRITERS)
"""Endings of files that rows are written to."""

_NEEDS = {".parquet": "pyarrow", ".h5": "h5py", ".hdf5": "h5py"}
