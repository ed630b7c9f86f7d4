"""Redundancy and effective rank: how much a vocabulary repeats itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from concept_core.measures.rows import tiles
from concept_core.solvers.validate import check_atoms

_DIGITS = 6
"""Cosines are compared at so many digits: the last bits of a product differ between machines."""


def redundancy(atoms: ArrayLike, thresholds: Sequence[float]) -> tuple[float, ...]:
    """Share of concepts that have a neighbour: another concept whose cosine is above a threshold.

    In [0, 1]; 0 for a single concept. What a cosine means depends on the encoder: take the
    threshold from labelled twins (``python -m benchmarks.redundancy``). The thresholds at which
    others drop concepts: Oikarinen, Das, Nguyen, Weng: "Label-free concept bottleneck models"
    (ICLR 2023), arXiv 2304.06129, section 3.1.

    Parameters
    ----------
    atoms : (K, d)
        Unit rows, K >= 1.
    thresholds : sequence of float

    Returns
    -------
    tuple of float
        One a threshold.

    Raises
    ------
    DataError
        Atoms that are not finite unit rows.
    """
    rows = check_atoms(atoms).astype(np.float32)
    best = np.full(len(rows), -np.inf, np.float32)
    for tile in tiles(len(rows)):
        for other in tiles(len(rows)):
            cosines = rows[tile] @ rows[other].T
            if tile == other:
                np.fill_diagonal(cosines, -np.inf)
            np.maximum(best[tile], cosines.max(axis=1), out=best[tile])
    rounded = best.round(_DIGITS)
    return tuple(float(np.mean(rounded > threshold)) for threshold in thresholds)


def effective_rank(atoms: ArrayLike) -> float:
    """In how many directions a vocabulary points: exp of the entropy of its singular values.

    With p the singular values over their sum, exp(-sum p log p), in [1, min(K, d)]: 1 where all
    atoms are equal, min(K, d) where they are orthonormal. Atoms are not centred.

    Source: Roy, Vetterli: "The effective rank: a measure of effective dimensionality", EUSIPCO
    2007, pages 606-610, equations 2 to 4.

    Parameters
    ----------
    atoms : (K, d)
        Unit rows, K >= 1.

    Raises
    ------
    DataError
        Atoms that are not finite unit rows.
    """
    values = np.linalg.svd(check_atoms(atoms), compute_uv=False)
    shares = values[values > 0] / values.sum()
    return float(np.exp(-np.sum(shares * np.log(shares))))
