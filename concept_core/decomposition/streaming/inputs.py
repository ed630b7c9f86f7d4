"""The files of a streamed run: which they are, and the rows of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from concept_core.embedding.manifest import is_output
from concept_core.embedding.rows import open_shards
from concept_core.errors import AbsentFileError, DataError, UsageError
from concept_core.rows.arrays import NUMBERS, ArrayInfo
from concept_core.rows.naming import AUDIO
from concept_core.rows.source import READABLE, RowSource, open_sources
from concept_core.stores import is_address

_FLOATS = ("float16", "float32", "float64", "F16", "F32", "F64", "halffloat", "float", "double")


def find_inputs(paths: Sequence[str | Path]) -> list[Path | str]:
    """Files as given, and those of folders by name; of a folder of ``embed`` the sounds.

    The output of a run that embedded many clips, a folder or the address of a store, is one input.

    Raises
    ------
    UsageError
        Nothing was given.
    DataError
        A path that is not there, a folder without such files, another kind of file.
    """
    endings = ", ".join(READABLE)
    if not paths:
        raise UsageError(f"no input: give files ({endings}) or folders of them")
    found: list[Path | str] = []
    for given in paths:
        path = Path(given)
        if is_address(given):
            found.append(str(given))
        elif path.is_dir() and is_output(str(path)):
            found.append(path)
        elif path.is_dir():
            inside = sorted(child for child in path.iterdir() if child.suffix in READABLE)
            if not inside:
                raise DataError(f"{path}: no file ending in {endings} in this folder")
            if path / "audio.npy" in inside:
                inside = [child for child in inside if child.name != "text.npy"]
            found += inside
        elif not path.is_file():
            raise AbsentFileError(f"{path}: no such file; give a file of embeddings, one a row")
        elif path.suffix not in READABLE:
            raise DataError(f"{path}: expected a file ending in {endings}")
        else:
            found.append(path)
    return found


def open_rows(given: Path | str, key: str | None = None) -> RowSource:
    """Open one file of rows: those of sounds, where it has texts too.

    Parameters
    ----------
    given : Path or str
        A file; a folder or an address is that of a run that embedded many clips.
    key : str, optional
        The array, tensor, dataset or column that holds the rows, where there are several.

    Raises
    ------
    DataError
        A broken file, not two dimensions, not floating-point numbers, an unknown or missing key,
        more or fewer ids than rows.
    MissingError
        A parquet or HDF5 file, and no package that reads it.
    """
    path = Path(given)
    if is_address(given) or path.is_dir():
        return open_shards(given)
    sources = open_sources(path, key)
    if not sources:
        raise DataError(f"{path}: no rows in it")
    source = next((one for one in sources if one.kind == AUDIO), sources[0])
    rows, ids = source.rows, source.id_array
    _check(path, rows)
    if ids is not None and ids.shape[:1] != rows.shape[:1]:
        raise DataError(
            f"{path}: {rows.shape[0]} rows of {rows.name}, and {ids.shape[0]} ids in"
            f" {ids.name if source.ids_path is None else source.ids_path.name}; give one each"
        )
    return source


def _check(path: Path, rows: ArrayInfo) -> None:
    if len(rows.shape) != 2:
        raise DataError(
            f"{path}: {rows.name} has shape {rows.shape}; expected two dimensions, one embedding a"
            " row"
        )
    if rows.holds != NUMBERS or rows.type.removeprefix("list of ") not in _FLOATS:
        raise DataError(
            f"{path}: {rows.name} holds values of type {rows.type}; expected float16, float32 or"
            " float64"
        )
