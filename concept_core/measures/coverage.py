"""Coverage: how near a vocabulary comes to what there is to hear."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from concept_core.errors import DataError, UsageError
from concept_core.measures.rows import tiles, unit_tile
from concept_core.solvers.base import Array
from concept_core.solvers.validate import check_atoms, check_rows


def best_cosines(x: ArrayLike, atoms: ArrayLike) -> Array:
    """The best cosine of each clip or caption to a concept; coverage is their mean.

    In [-1, 1]: 1 where a concept says it all. Source: the facility location objective of
    Cornuejols, Fisher, Nemhauser (1977), doi:10.1287/mnsc.23.8.789, divided by n.

    Parameters
    ----------
    x : (n, d)
        Embeddings of clips or of captions, n >= 0; a zero row has cosine 0.
    atoms : (K, d)
        Unit rows, K >= 1.

    Returns
    -------
    (n,) float64

    Raises
    ------
    DataError
        NaN or infinite values, a wrong dimension, atoms that are not unit rows.
    """
    return _by_prefix(x, atoms, None)[:, 0]


def coverage_curve(x: ArrayLike, atoms: ArrayLike, sizes: Sequence[int]) -> tuple[float, ...]:
    """Coverage of the first so many concepts: the mean over rows of the best cosine to them.

    A curve never falls, for prefixes of one vocabulary. Source: as `best_cosines`.

    Parameters
    ----------
    x : (n, d), n >= 1
    atoms : (K, d)
        Unit rows, the most important concept first.
    sizes : sequence of int
        Prefix sizes in [1, K], in any order.

    Returns
    -------
    tuple of float in [-1, 1]
        In the order of ``sizes``.

    Raises
    ------
    UsageError
        A size out of range.
    DataError
        No rows; otherwise as `best_cosines`.
    """
    cosines = _by_prefix(x, atoms, sizes)
    if not len(cosines):
        raise DataError("x has no rows; coverage is a mean over clips or captions")
    return tuple(float(mean) for mean in cosines.mean(axis=0))


def curve_sizes(k: int) -> tuple[int, ...]:
    """Prefix sizes for a curve of k concepts: 10, 20, 50, 100, ... and k itself."""
    steps = (step * 10**power for power in range(1, len(str(k))) for step in (1, 2, 5))
    return (*(size for size in steps if size < k), k)


def _by_prefix(x: ArrayLike, atoms: ArrayLike, sizes: Sequence[int] | None) -> Array:
    """Best cosines (n, sizes) to the concepts of each prefix; None is all of them."""
    dictionary = check_atoms(atoms)
    rows = check_rows(x, dictionary.shape[1])
    asked = [len(dictionary)] if sizes is None else list(sizes)
    for size in asked:
        if not 1 <= size <= len(dictionary):
            raise UsageError(f"size {size}: a prefix of {len(dictionary)} concepts has 1 to all")
    narrow = dictionary.astype(np.float32)
    found = np.empty((len(rows), len(asked)))
    for tile in tiles(len(rows)):
        unit = unit_tile(rows, tile)
        unit_atoms = dictionary if unit.dtype == np.float64 else narrow
        best, done = np.full(len(unit), -np.inf), 0
        for place in np.argsort(asked, kind="stable"):
            for part in tiles(asked[place] - done):
                cosines = unit @ unit_atoms[done + part.start : done + part.stop].T
                np.maximum(best, cosines.max(axis=1), out=best)
            done = asked[place]
            found[tile, place] = best
    return found
