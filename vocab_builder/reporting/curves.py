"""What a vocabulary covers of a reference, and how true its sums are, as curves."""

from __future__ import annotations

from typing import Any

import numpy as np

from concept_core.decomposition.sparsity import l0_path
from concept_core.encoders.base import FloatArray
from concept_core.measures.coverage import coverage_curve
from vocab_builder.reporting.columns import short

L0S = (1, 2, 4, 8, 16)
_POINTS = 48


def measure(atoms: FloatArray, reference: FloatArray) -> dict[str, Any]:
    """Coverage against size, and mean cosine against sparsity, of one vocabulary.

    Parameters
    ----------
    atoms : (K, d), unit rows, in the order of the vocabulary
    reference : (m, d), unit rows, m >= 1

    Returns
    -------
    dict
        ``sizes`` and ``coverage``: mean over the reference of the best cosine to one of the
        first so many concepts. ``l0`` and ``cosine``: mean cosine of a row with its best sum of
        so many concepts at most.
    """
    sizes = np.unique(np.geomspace(1, len(atoms), _POINTS).round().astype(int))
    covered = coverage_curve(reference, atoms, sizes.tolist())
    levels = [l0 for l0 in L0S if l0 <= len(atoms)]
    fidelity = [float(one.cosine.mean()) for one in l0_path(reference, atoms, levels)]
    return {
        "sizes": sizes.tolist(),
        "coverage": [short(value) for value in covered],
        "l0": levels,
        "cosine": [short(value) for value in fidelity],
    }
