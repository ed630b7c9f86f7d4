"""Files of embeddings with their ids: the layouts that ``precomputed`` reads and ``embed`` writes.

Each holds rows of sounds, of texts, or both; ``docs/encoders.md`` describes them.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from concept_core.encoders.base import EncoderSpec, FloatArray
from concept_core.errors import DataError, UsageError
from concept_core.extras import require_extra
from concept_core.files import atomic_path, canonical_json, write_text
from concept_core.values import from_data

KINDS = ("audio", "text")
WRITTEN = (".npz", ".safetensors", ".npy")


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
    """
    if path.suffix not in WRITTEN:
        raise UsageError(f"{path}: embeddings are written as {', '.join(WRITTEN)}")
    if path.suffix == ".npy" and len(kinds) > 1:
        raise UsageError(f"{path}: an npy file holds one array; write sounds and texts as .npz")


def write_rows(path: Path, tables: Mapping[str, Rows], spec: EncoderSpec) -> list[Path]:
    """Write rows by kind, atomically; the files that were written.

    An npy file has its ids beside it, one a line: ``audio.npy`` and ``audio.txt``.

    Raises
    ------
    UsageError
        As `check_target`.
    DataError
        An id that is no line, where ids are lines.
    """
    check_target(path, list(tables))
    written = [path]
    if path.suffix == ".npy":
        (rows,) = tables.values()
        broken = [name for name in rows.ids if not _is_line(name)]
        if broken:
            raise DataError(f"{path}: the id {broken[0]!r} is no line of text; write an .npz file")
        written.append(path.with_suffix(".txt"))
        write_text(written[1], "".join(f"{name}\n" for name in rows.ids))
    identity = canonical_json(spec.to_dict())
    ids = {f"{kind}_ids": list(rows.ids) for kind, rows in tables.items()}
    arrays: dict[str, Any] = {
        kind: np.ascontiguousarray(rows.x, np.float32) for kind, rows in tables.items()
    }
    with atomic_path(path) as temporary, open(temporary, "wb") as handle:
        if path.suffix == ".npy":
            np.save(handle, next(iter(arrays.values())), allow_pickle=False)
        elif path.suffix == ".npz":
            named: dict[str, Any] = {name: np.array(values, str) for name, values in ids.items()}
            np.savez(handle, **arrays, **named, encoder=np.array(identity))
        else:
            from safetensors.numpy import save

            texts = {name: json.dumps(values) for name, values in ids.items()}
            handle.write(save(arrays, metadata={**texts, "encoder": identity}))
    return written


def read_rows(path: Path) -> dict[str, Rows]:
    """The rows of each kind that a file or folder holds.

    Raises
    ------
    UsageError
        Another kind of file.
    DataError
        No such file, or one that cannot be read as embeddings.
    """
    if path.is_dir():
        return _read_folder(path)
    if not path.is_file():
        raise DataError(f"{path}: no such file or folder of embeddings")
    readers = {".npz": _read_npz, ".safetensors": _read_safetensors, ".parquet": _read_parquet}
    if path.suffix not in readers:
        raise UsageError(
            f"{path}: embeddings are read from {', '.join(readers)}, or a folder with audio.npy,"
            " audio.txt, text.npy, text.txt"
        )
    try:
        return readers[path.suffix](path)
    except KeyError as error:
        raise DataError(
            f"{path}: {error.args[0]}; rows need their ids, audio_ids and text_ids (parquet: the"
            " columns kind, id, embedding)"
        ) from error
    except (OSError, EOFError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: cannot be read as embeddings ({error})") from error


def read_spec(path: Path) -> EncoderSpec | None:
    """Of which encoder the rows of a file are, where ``write_rows`` noted it; else None.

    Raises
    ------
    DataError
        A note that is none of ours.
    """
    noted = None
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            noted = str(arrays["encoder"]) if "encoder" in arrays else None
    elif path.suffix == ".safetensors":
        from safetensors import safe_open

        with safe_open(path, framework="numpy") as handle:
            noted = (handle.metadata() or {}).get("encoder")
    if noted is None:
        return None
    try:
        return from_data(json.loads(noted), EncoderSpec, f"{path}, encoder")
    except ValueError as error:
        raise DataError(
            f"{path}: encoder is {noted[:60]!r}, which is no spec of an encoder; leave it out"
        ) from error


def _is_line(name: str) -> bool:
    """Whether a text file gives the id back; it holds no line break and no surrogate."""
    return not {"\n", "\r"} & set(name) and name.encode("utf-8", "replace").decode() == name


def _read_npz(path: Path) -> dict[str, Rows]:
    with np.load(path, allow_pickle=False) as arrays:
        # From bytes too: such ids are what older programs write.
        return {
            kind: Rows(arrays[f"{kind}_ids"].astype(str).tolist(), arrays[kind])
            for kind in KINDS
            if kind in arrays
        }


def _read_safetensors(path: Path) -> dict[str, Rows]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as handle:
            metadata = handle.metadata() or {}
            present = set(handle.keys())
            return {
                kind: Rows(
                    [str(name) for name in json.loads(metadata[f"{kind}_ids"])],
                    handle.get_tensor(kind),
                )
                for kind in KINDS
                if kind in present
            }
    except SafetensorError as error:
        raise ValueError(str(error)) from error


def _read_parquet(path: Path) -> dict[str, Rows]:
    table = require_extra("pyarrow.parquet").read_table(path).to_pydict()
    found = {}
    for kind in KINDS:
        chosen = [place for place, value in enumerate(table["kind"]) if value == kind]
        if chosen:
            rows = np.array([table["embedding"][place] for place in chosen], np.float32)
            found[kind] = Rows([str(table["id"][place]) for place in chosen], rows)
    return found


def _read_folder(path: Path) -> dict[str, Rows]:
    found = {}
    for kind in KINDS:
        rows, ids = path / f"{kind}.npy", path / f"{kind}.txt"
        if rows.is_file():
            try:
                read = np.load(rows, allow_pickle=False)
                # Not splitlines: a label may hold what else counts as the end of a line.
                names = ids.read_text("utf-8").removesuffix("\n").split("\n")
            except (OSError, EOFError, ValueError) as error:
                raise DataError(f"{path}: {rows.name} with {ids.name}: {error}") from error
            found[kind] = Rows(names, read)
    return found
