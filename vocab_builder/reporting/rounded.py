"""Numbers with as many digits as the page shows."""

from __future__ import annotations

import math

import numpy as np

from concept_core.encoders.base import FloatArray


def short(value: float | None, digits: int = 4) -> float | None:
    """A number with as many digits as a person reads; None where there is none."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{digits}g}")


def thousandths(values: FloatArray) -> list[int]:
    """Three digits are what the page shows; whole numbers are shorter than fractions."""
    return [int(value) for value in np.round(values.ravel() * 1000)]
