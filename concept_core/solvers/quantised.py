"""The Gram matrix of a dictionary in one byte an entry."""

from __future__ import annotations

import numpy as np

from concept_core.parallel import blocks
from concept_core.solvers.workspace import Float32, Int8


def gram8(atoms: Float32) -> Int8:
    """The Gram matrix in steps of 1/127, (K, K) int8, off by at most half a step."""
    gram = np.empty((len(atoms), len(atoms)), np.int8)
    for block in blocks(len(atoms)):
        steps = np.rint(atoms[block] @ atoms.T * np.float32(127))
        gram[block] = np.clip(steps, -127, 127)
    return gram
