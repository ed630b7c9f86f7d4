"""Whether prominence ranks the concepts of a clip as the effects of their removal do."""

from __future__ import annotations

import numpy as np

from concept_core.decomposition.decomposing import Decomposition
from concept_core.tasks.metrics import Array, Classes, Embeddings, unit_rows

FEWEST = 3
"""Concepts of a clip below which a rank correlation says nothing."""


def rank_correlations(
    result: Decomposition, rows: Embeddings, class_atoms: Embeddings, chosen: Classes
) -> dict[str, Array]:
    """Spearman's rank correlation of prominence with the effect of removal, clip by clip.

    The effect of a concept is what is lost when it alone is removed: of the cosine of the
    reconstruction with the embedding (``cosine``), and of its cosine with the class that the
    whole explanation chose (``class``). Concepts drawn at random have 0.

    Source: Spearman, "The proof and measurement of association between two things" (1904),
    doi:10.2307/1412159; equal values share the mean of their ranks.

    Parameters
    ----------
    result : Decomposition
    rows : (n, d)
        The embeddings that were decomposed.
    class_atoms : (C, d), unit rows
    chosen : (n,) int64
        The class of each reconstruction.

    Returns
    -------
    dict of str to (n,) float64
        In [-1, 1]; NaN for clips with fewer than ``FEWEST`` concepts, or where all are equal.
    """
    unit, _ = unit_rows(rows)
    found = {"cosine": np.full(len(unit), np.nan), "class": np.full(len(unit), np.nan)}
    weights = result.weights
    for row in np.flatnonzero(result.l0 >= FEWEST):
        own = slice(weights.indptr[row], weights.indptr[row + 1])
        values = weights.data[own]
        parts = values[:, None] * result.atoms[weights.indices[own]]
        whole = parts.sum(axis=0)
        for name, towards in (("cosine", unit[row]), ("class", class_atoms[chosen[row]])):
            left = np.asarray(unit_rows(whole - parts)[0] @ towards)
            found[name][row] = spearman(
                values, float(unit_rows(whole[None])[0][0] @ towards) - left
            )
    return found


def spearman(one: Array, other: Array) -> float:
    """Pearson's correlation of the ranks; NaN where either list has equal values alone."""
    from scipy.stats import rankdata

    a, b = (rankdata(values) - (len(values) + 1) / 2 for values in (one, other))
    spread = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / spread if spread > 0 else float("nan")
