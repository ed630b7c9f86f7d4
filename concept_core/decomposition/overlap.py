"""How far two decompositions of the same rows name the same concepts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from concept_core.decomposition.decomposing import Decomposition
    from concept_core.solvers.base import Array


def overlaps(one: Decomposition, other: Decomposition, top: int) -> Array:
    """Overlap of the most prominent concepts of each row in two decompositions: (n,), in [0, 1].

    The number of concepts that are among the first ``top`` of both, over the larger of the two
    numbers of concepts (a row may have fewer than ``top``), as in ``measures.stability``. NaN
    where neither has a concept.

    Parameters
    ----------
    one, other : Decomposition
        Of the same n rows, over dictionaries of the same concepts.
    top : int
        At least 1.
    """
    found = np.full(len(one.l0), np.nan)
    for row in range(len(found)):
        a, b = _first(one, row, top), _first(other, row, top)
        if a or b:
            found[row] = len(a & b) / max(len(a), len(b))
    return found


def _first(result: Decomposition, row: int, top: int) -> set[int]:
    weights = result.weights
    own = slice(weights.indptr[row], weights.indptr[row + 1])
    columns, values = weights.indices[own], weights.data[own]
    return set(columns[np.lexsort((columns, -values))[:top]].tolist())
