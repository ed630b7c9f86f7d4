"""Metrics of classification by the nearest class prompt.

Conventions: embeddings (n, d); class atoms (C, d), one prompt a class; truth and predictions are
class numbers (n,). Cosine decides; among equals the first class. A zero embedding (a clip whose
decomposition is empty) points nowhere: its prediction is ``NO_CLASS``, and it counts as wrong.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from concept_core.errors import DataError

Embeddings = NDArray[np.floating]
Classes = NDArray[np.int64]

NO_CLASS = -1

# Cosines closer than this are a tie: products round equal prompts differently by their place.
_TIE = 1e-12


def classify(x: Embeddings, class_atoms: Embeddings) -> Classes:
    """The class of each row: the greatest cosine, the first among equals.

    Parameters
    ----------
    x : (n, d)
        Any length; a zero row gives ``NO_CLASS``.
    class_atoms : (C, d)
        Unit rows, C >= 1.

    Returns
    -------
    (n,) int64
    """
    rows = np.asarray(x, dtype=np.float64)
    lengths = np.linalg.norm(rows, axis=1)
    unit = rows / np.where(lengths > 0, lengths, 1.0)[:, None]
    cosine = unit @ np.asarray(class_atoms, dtype=np.float64).T
    best = cosine.max(axis=1, keepdims=True)
    nearest = (cosine >= best - _TIE).argmax(axis=1)
    return np.where(lengths > 0, nearest, NO_CLASS).astype(np.int64)


def accuracy(truth: Classes, predicted: Classes) -> float:
    """Share of rows whose prediction is the truth, in [0, 1].

    Raises
    ------
    DataError
        If there are no rows, or the two differ in length.
    """
    _validate(truth, predicted)
    return float(np.mean(truth == predicted))


def class_accuracies(truth: Classes, predicted: Classes) -> dict[int, float]:
    """Share of each class's rows that are predicted so (its recall), for classes that occur.

    Raises
    ------
    DataError
        If there are no rows, or the two differ in length.
    """
    _validate(truth, predicted)
    return {
        int(label): float(np.mean(predicted[truth == label] == label)) for label in np.unique(truth)
    }


def _validate(truth: Classes, predicted: Classes) -> None:
    if truth.shape != predicted.shape:
        raise DataError(f"{truth.size} true classes beside {predicted.size} predictions")
    if not truth.size:
        raise DataError("no clips to score; a share of nothing is not a number")
