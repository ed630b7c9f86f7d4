"""Files for naming directions: learned dictionaries, and clips as rows; in an encoder's space."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from concept_core.decomposition.streaming.inputs import open_rows
from concept_core.encoders.base import Encoder, FloatArray, unit
from concept_core.encoders.centred import own_means_of, with_mean_of
from concept_core.errors import DataError
from concept_core.measures.reference import CLIPS, Reference
from concept_core.rows.arrays import NUMBERS, listed
from concept_core.rows.source import open_file
from concept_core.solvers.validate import check_rows

MOST = 100_000
"""Of more directions than these none are named: that is a file of rows, no dictionary."""


def read_directions(path: str | Path, dim: int, key: str | None = None) -> FloatArray:
    """The directions (m, dim) of a file of rows, scaled to length 1.

    Parameters
    ----------
    path : str or Path
        npy, npz, safetensors, parquet or HDF5, one direction a row.
    dim : int
        Of the encoder's space.
    key : str, optional
        The array that holds them, where a file has several.

    Raises
    ------
    DataError
        No such file or a broken one, several arrays and no key, another dimension (of a transposed
        array the message says so), no directions or more than ``MOST``, values that are not
        finite, a row of zeros.
    """
    try:
        source = open_rows(Path(path), key)
    except DataError:
        if key is None:
            _one_array(Path(path), dim)
        raise
    count, width = source.shape
    if width != dim:
        advice = "give the directions of this encoder's space, or name its encoder with --encoder"
        if count == dim:
            advice = "it seems to be transposed: save the array's .T, one direction a row"
        raise DataError(
            f"{path}: {source.rows.name} is {count} x {width}, and a direction of the encoder has"
            f" {dim} numbers; {advice}"
        )
    if not 1 <= count <= MOST:
        raise DataError(f"{path}: {count} directions; a dictionary has 1 to {MOST:,}, one a row")
    rows = check_rows(source.all_rows(), dim, str(path))
    empty = np.flatnonzero(~(np.abs(rows) > 0).any(axis=1))
    if len(empty):
        raise DataError(
            f"{path}: row {empty[0]} is all zeros and points nowhere ({len(empty)} of {count} are);"
            " leave such directions out"
        )
    # Wider than float32 first: what is very long or short has a length there too.
    exact = rows.astype(np.float64)
    return unit((exact / np.abs(exact).max(axis=1, keepdims=True)).astype(np.float32))


def _one_array(path: Path, dim: int) -> None:
    """See that there is no choice: a decoder is seldom alone in its file.

    Raises
    ------
    DataError
        Several arrays of numbers have two dimensions; the message names the likely one.
    """
    file = open_file(path)
    rows = [one for one in file.arrays if len(one.shape) == 2 and one.holds == NUMBERS]
    if len(rows) > 1:
        likely = next((one for one in rows if one.shape[1] == dim), rows[0])
        raise DataError(
            f"{path}: {len(rows)} arrays that could be directions: {listed(rows)}; say which with"
            f" --key, such as --key {likely.name}"
        )


def clips_of_rows(path: str | Path, encoder: Encoder) -> tuple[Reference, Encoder]:
    """The clips of a file of rows, and the encoder with their mean, where it is by such.

    Parameters
    ----------
    path : str or Path
        Embeddings of the encoder as it gives them, not centred; clips are called by their ids, or
        ``row 0`` and so on.
    encoder : Encoder

    Raises
    ------
    DataError
        As `open_rows`; rows of another dimension, or none.
    """
    source = open_rows(Path(path))
    count, width = source.shape
    if not count:
        raise DataError(f"{path}: no rows in it; give embeddings of clips, one a row")
    if width != encoder.spec.dim:
        raise DataError(
            f"{path}: {count} x {width}, and an embedding of the encoder has {encoder.spec.dim}"
            " numbers; give rows of this encoder, or name theirs with --encoder"
        )
    rows = unit(check_rows(source.all_rows(), encoder.spec.dim, str(path)).astype(np.float32))
    names = tuple(source.all_ids()) or tuple(f"row {place}" for place in range(len(rows)))
    fitted = with_mean_of(encoder, rows)
    own = own_means_of(fitted)
    x = rows if own is None else own.off_sounds(rows, ())
    return Reference(Path(path).name, CLIPS, len(x), x, names, ("",) * len(names)), fitted
