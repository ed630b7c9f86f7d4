"""Files of embeddings, read a block of rows at a time: npy, safetensors, parquet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from concept_core.errors import DataError, UsageError
from concept_core.extras import require_extra
from concept_core.solvers.base import Rows

if TYPE_CHECKING:
    from pyarrow import RecordBatch
    from pyarrow.parquet import ParquetFile

SUFFIXES = (".npy", ".safetensors", ".parquet")


class RowFile(Protocol):
    """A file of n rows of length d."""

    @property
    def path(self) -> Path:
        """Where it is."""
        ...

    @property
    def shape(self) -> tuple[int, int]:
        """(n, d)."""
        ...

    def blocks(self, start: int, rows: int) -> Iterator[Rows]:
        """The rows from ``start`` on, ``rows`` at a time, the last block with what is left.

        Memory does not grow with the file: no page of it stays mapped.
        """
        ...


def find_inputs(paths: Sequence[str | Path]) -> list[Path]:
    """Files as given, and those of folders by name.

    Raises
    ------
    UsageError
        Nothing was given.
    DataError
        A path that is not there, a folder without such files, another kind of file.
    """
    if not paths:
        raise UsageError(f"no input: give files ({', '.join(SUFFIXES)}) or folders of them")
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(child for child in path.iterdir() if child.suffix in SUFFIXES)
            if not inside:
                raise DataError(f"{path}: no file ending in {', '.join(SUFFIXES)} in this folder")
            found += inside
        elif not path.is_file():
            raise DataError(f"{path}: no such file; give a file of embeddings, one a row")
        elif path.suffix not in SUFFIXES:
            raise DataError(f"{path}: expected a file ending in {', '.join(SUFFIXES)}")
        else:
            found.append(path)
    return found


def open_rows(path: Path, key: str | None = None) -> RowFile:
    """Open one file of rows.

    Parameters
    ----------
    path : Path
    key : str, optional
        The tensor or column that holds the rows, where there are several.

    Raises
    ------
    DataError
        A broken file, not two dimensions, not floating-point numbers, an unknown or missing key.
    MissingError
        A parquet file, and no pyarrow.
    """
    readers: dict[str, Callable[[Path, str | None], RowFile]] = {
        ".npy": _Npy.open,
        ".safetensors": _SafeTensors.open,
        ".parquet": _Parquet.open,
    }
    return readers[path.suffix](path, key)


@dataclass(frozen=True, slots=True)
class _Npy:
    path: Path
    shape: tuple[int, int]
    dtype: np.dtype[Any]
    offset: int

    @classmethod
    def open(cls, path: Path, key: str | None) -> _Npy:
        try:
            array = np.load(path, mmap_mode="r")
        except (ValueError, OSError, EOFError) as error:
            raise DataError(f"{path}: not a whole npy file ({error})") from error
        if not isinstance(array, np.memmap):
            raise DataError(f"{path}: not an npy file but another of numpy's; save one array")
        shape = _matrix_shape(path, array.shape, array.dtype)
        if not array.flags.c_contiguous:
            raise DataError(f"{path}: stored column by column; save np.ascontiguousarray(x)")
        return cls(path, shape, array.dtype, array.offset)

    def blocks(self, start: int, rows: int) -> Iterator[Rows]:
        n, d = self.shape
        # Read, not mapped: mapped pages count as this process's memory.
        with open(self.path, "rb") as handle:
            handle.seek(self.offset + start * d * self.dtype.itemsize)
            for at in range(start, n, rows):
                count = min(rows, n - at)
                values = np.fromfile(handle, self.dtype, count * d)
                if len(values) < count * d:
                    raise DataError(f"{self.path}: ends within row {at + len(values) // d}")
                yield values.reshape(count, d)


@dataclass(frozen=True, slots=True)
class _SafeTensors:
    path: Path
    shape: tuple[int, int]
    key: str

    @classmethod
    def open(cls, path: Path, key: str | None) -> _SafeTensors:
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(path, "np") as file:
                name = _pick(path, key, list(file.keys()), "tensor")
                part = file.get_slice(name)
                kind, shape = part.get_dtype(), tuple(part.get_shape())
        except SafetensorError as error:
            raise DataError(f"{path}: not a whole safetensors file ({error})") from error
        if kind not in ("F16", "F32", "F64"):
            raise DataError(f"{path}: tensor {name} is {kind}; expected F16, F32 or F64")
        return cls(path, _matrix_shape(path, shape, np.dtype("f4")), name)

    def blocks(self, start: int, rows: int) -> Iterator[Rows]:
        from safetensors import safe_open

        for at in range(start, self.shape[0], rows):
            # Opened again for each block, so that the pages of the last are given back.
            with safe_open(self.path, "np") as file:
                yield np.array(file.get_slice(self.key)[at : min(at + rows, self.shape[0])])


@dataclass(frozen=True, slots=True)
class _Parquet:
    path: Path
    shape: tuple[int, int]
    key: str

    @classmethod
    def open(cls, path: Path, key: str | None) -> _Parquet:
        parquet = require_extra("pyarrow.parquet")
        arrow = require_extra("pyarrow")
        try:
            with parquet.ParquetFile(path) as file:
                types = {field.name: field.type for field in file.schema_arrow}
                lists = [name for name, kind in types.items() if _is_list(kind)]
                name = _pick(path, key, lists, "column of lists")
                if not arrow.types.is_floating(types[name].value_type):
                    raise DataError(
                        f"{path}: column {name} holds lists of {types[name].value_type}; expected"
                        " floating-point numbers"
                    )
                n = file.metadata.num_rows
                first = next(file.iter_batches(1, columns=[name]), None) if n else None
        except arrow.ArrowException as error:
            raise DataError(f"{path}: not a whole parquet file ({error})") from error
        dim = 0 if first is None else len(first.column(0)[0].as_py() or ())
        dim = getattr(types[name], "list_size", dim)
        return cls(path, (n, dim), name)

    def blocks(self, start: int, rows: int) -> Iterator[Rows]:
        parquet = require_extra("pyarrow.parquet")
        with parquet.ParquetFile(self.path) as file:
            at = 0
            groups: list[int] = []
            for group in range(file.num_row_groups):
                size = file.metadata.row_group(group).num_rows
                if at + size > start or groups:
                    groups.append(group)
                else:
                    at += size
            yield from _regrouped(self._batches(file, groups, at, rows), start - at, rows)

    def _batches(self, file: ParquetFile, groups: list[int], at: int, rows: int) -> Iterator[Rows]:
        if not groups:
            return
        for batch in file.iter_batches(rows, row_groups=groups, columns=[self.key]):
            yield self._matrix(batch, at)
            at += batch.num_rows

    def _matrix(self, batch: RecordBatch, at: int) -> Rows:
        column, dim = batch.column(0), self.shape[1]
        lengths = column.value_lengths().to_numpy(zero_copy_only=False)
        wrong = np.flatnonzero(~(lengths == dim))
        if wrong.size:
            row = int(wrong[0])
            raise DataError(
                f"{self.path}: row {at + row} of column {self.key} has"
                f" {'nothing' if np.isnan(lengths[row]) else f'{lengths[row]:g} numbers'}, the"
                f" first row {dim}"
            )
        values = column.flatten().to_numpy(zero_copy_only=False)
        return np.asarray(values.reshape(len(lengths), dim))


def _regrouped(batches: Iterator[Rows], skip: int, rows: int) -> Iterator[Rows]:
    """The same rows in blocks of ``rows``, after the first ``skip``."""
    waiting: list[Rows] = []
    for batch in batches:
        kept = batch[min(skip, len(batch)) :]
        skip -= len(batch) - len(kept)
        waiting.append(kept)
        while sum(map(len, waiting)) >= rows:
            whole = np.concatenate(waiting)
            yield whole[:rows]
            waiting = [whole[rows:]]
    if sum(map(len, waiting)):
        yield np.concatenate(waiting)


def _is_list(kind: Any) -> bool:
    types = require_extra("pyarrow").types
    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


def _pick(path: Path, key: str | None, names: list[str], what: str) -> str:
    if key is not None and key not in names:
        raise DataError(f"{path}: no {what} {key!r}; it has {', '.join(sorted(names)) or 'none'}")
    if key is None and len(names) != 1:
        raise DataError(
            f"{path}: expected one {what}, found {', '.join(sorted(names)) or 'none'}; name one"
            " with key (--key)"
        )
    return key if key is not None else names[0]


def _matrix_shape(path: Path, shape: tuple[int, ...], dtype: np.dtype[Any]) -> tuple[int, int]:
    if len(shape) != 2:
        raise DataError(f"{path}: shape {shape}; expected two dimensions, one embedding a row")
    if dtype.kind != "f":
        raise DataError(f"{path}: values of type {dtype}; expected float16, float32 or float64")
    return shape[0], shape[1]
