"""Matching: are two learned dictionaries the same one, and do they explain clips alike?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from concept_core.errors import DataError
from concept_core.solvers.base import Array

if TYPE_CHECKING:
    from concept_core.solvers.base import Weights


def match_atoms(one: ArrayLike, other: ArrayLike) -> tuple[NDArray[np.intp], Array]:
    """The atom of another dictionary that stands for each atom, every one for one at most.

    Of all such pairings the one with the greatest sum of cosines.

    Source: Kuhn, "The Hungarian method for the assignment problem" (1955),
    doi:10.1002/nav.3800020109; as a measure of stability Paulo, Belrose, "Sparse Autoencoders
    Trained on the Same Data Learn Different Features" (2025), arXiv 2501.16615.

    Parameters
    ----------
    one, other : (K, d)
        Unit rows, as many in both.

    Returns
    -------
    (K,) intp, (K,) float64
        The places in ``other``, and the cosines.

    Raises
    ------
    DataError
        Another number of atoms, or of dimensions.
    """
    from scipy.optimize import linear_sum_assignment

    first, second = np.asarray(one, np.float64), np.asarray(other, np.float64)
    if first.shape != second.shape or first.ndim != 2:
        raise DataError(
            f"atoms of shape {first.shape} and {second.shape}; give two dictionaries of one size"
        )
    cosines = first @ second.T
    rows, places = linear_sum_assignment(cosines, maximize=True)
    return places, np.asarray(cosines[rows, places])


def shared_support(one: Weights, other: Weights, places: NDArray[np.intp]) -> float | None:
    """How much of two explanations of the same clips is the same.

    The atoms that explain a clip by either dictionary, those that match counted as one: the share
    of them that both have, the mean over clips (Jaccard's index). Clips that neither explains
    are left out; None where no clip is left.

    Parameters
    ----------
    one, other : (n, K) csr_array
        Weights of the same clips.
    places : (K,) intp
        As `match_atoms` gives them.
    """
    first = np.asarray(one.todense()) > 0
    second = np.asarray(other.todense())[:, places] > 0
    either = (first | second).sum(axis=1)
    both = (first & second).sum(axis=1)
    explained = either > 0
    return float((both[explained] / either[explained]).mean()) if explained.any() else None
