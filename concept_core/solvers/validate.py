"""What rows and atoms must be before a solver sees them; errors name the row and column."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from concept_core.errors import DataError
from concept_core.solvers.base import Array, Rows

UNIT_TOLERANCE = 1e-3
"""How far an atom's length may be from 1."""


def check_atoms(atoms: ArrayLike, names: Sequence[str] = ()) -> Array:
    """Atoms as float64, once they are known to be finite unit rows.

    Parameters
    ----------
    atoms : (K, d), K >= 1
    names : sequence of str
        What errors call the atoms, beside their row.

    Raises
    ------
    DataError
        Named by row (and column for values that are not finite).
    """
    array = _matrix(atoms, "atoms").astype(np.float64, copy=False)
    if not len(array):
        raise DataError("atoms has no rows; a dictionary needs at least one atom")
    lengths = np.linalg.norm(array, axis=1)
    wrong = np.flatnonzero(np.abs(lengths - 1.0) > UNIT_TOLERANCE)
    if wrong.size:
        row = wrong[0]
        name = f" ({names[row]!r})" if names else ""
        raise DataError(
            f"atoms: row {row}{name} has length {lengths[row]:.6g}; atoms must be unit rows"
            f" (within {UNIT_TOLERANCE}): divide each by its length ({wrong.size} of"
            f" {len(array)} are wrong)"
        )
    return array


def check_rows(x: ArrayLike, dim: int, what: str = "x", first: int = 0) -> Rows:
    """Embeddings, floating as they come, once they are known to be finite rows of length ``dim``.

    Parameters
    ----------
    x : (n, dim)
    dim : int
    what : str
        What errors call the rows: their file, where they are from one.
    first : int
        What row of it the first one is.

    Raises
    ------
    DataError
        Named by row and column.
    """
    array = _matrix(x, what, first)
    if array.shape[1] != dim:
        raise DataError(
            f"{what} has {array.shape[1]} columns, the atoms {dim}; both must come from one encoder"
        )
    return array


def _matrix(values: ArrayLike, what: str, first: int = 0) -> Rows:
    array = np.asarray(values)
    if array.ndim != 2:
        raise DataError(
            f"{what} has shape {array.shape}; expected two dimensions, one embedding a row"
        )
    if array.dtype.kind not in "fiu":
        raise DataError(f"{what} has values of type {array.dtype}; expected real numbers")
    matrix: Rows = array if array.dtype.kind == "f" else array.astype(np.float64)
    if not np.isfinite(matrix).all():
        row, column = np.argwhere(~np.isfinite(matrix))[0]
        raise DataError(
            f"{what}: row {first + row} holds {matrix[row, column]} in column {column};"
            " embeddings must be finite"
        )
    return matrix
