"""Sounds of a level, for tests that ask for no more: the fastest vibration that a rate holds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def buzz(levels: ArrayLike) -> NDArray[Any]:
    """A level for each sample, every other one turned over: a constant would be silence."""
    values = np.array(levels)
    values[1::2] *= -1
    return values
