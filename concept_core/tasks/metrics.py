"""Metrics of classification by the nearest class prompt.

Conventions: embeddings (n, d); class atoms (C, d), one prompt a class; truth and predictions are
class numbers (n,). Cosine decides; among equals the first class. A zero embedding (a clip whose
decomposition is empty) points nowhere: its prediction is ``NO_CLASS``, and it counts as wrong.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from concept_core.errors import DataError

Embeddings = NDArray[np.floating[Any]]
Classes = NDArray[np.int64]
Targets = NDArray[np.bool_]
Array = NDArray[np.float64]

NO_CLASS = -1

# Cosines closer than this are a tie: products round equal prompts differently by their place.
TIE = 1e-12


def unit_rows(x: Embeddings) -> tuple[Array, Targets]:
    """Rows (n, d) as float64 of length 1, zero rows as they are; and which (n,) are not zero."""
    rows = np.asarray(x, dtype=np.float64)
    lengths = np.linalg.norm(rows, axis=1)
    there = lengths > 0
    return rows / np.where(there, lengths, 1.0)[:, None], there


def cosines(x: Embeddings, class_atoms: Embeddings) -> Array:
    """Cosine of each row with each class, (n, C); -1, the lowest, for a zero row.

    Parameters
    ----------
    x : (n, d)
    class_atoms : (C, d)
        Unit rows.
    """
    rows, there = unit_rows(x)
    return np.where(there[:, None], rows @ np.asarray(class_atoms, dtype=np.float64).T, -1.0)


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
    rows, there = unit_rows(x)
    cosine = rows @ np.asarray(class_atoms, dtype=np.float64).T
    best = cosine.max(axis=1, keepdims=True)
    nearest = (cosine >= best - TIE).argmax(axis=1)
    return np.where(there, nearest, NO_CLASS).astype(np.int64)


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


def label_ranking_precisions(targets: Targets, scores: Array) -> Array:
    """Average precision of each row's own classes among all classes, (n,) in (0, 1].

    For each class of a row: of the classes that score at least as much, the share that are the
    row's; averaged over its classes. Ties count against. A row with no class or with all has 1,
    as scikit-learn's ``label_ranking_average_precision_score`` has it, whose mean this is.

    Parameters
    ----------
    targets : (n, C) bool
    scores : (n, C)
    """
    found = np.ones(len(targets))
    for place, (mine, row) in enumerate(zip(targets, scores, strict=True)):
        own = row[mine]
        if 0 < len(own) < len(row):
            rank = (row >= own[:, None] - TIE).sum(axis=1)
            found[place] = np.mean((own >= own[:, None] - TIE).sum(axis=1) / rank)
    return found


def indicators(labels: Classes, classes: int) -> Targets:
    """Class numbers (n,) as (n, classes) bool; a row of ``NO_CLASS`` has none."""
    return np.asarray(labels[:, None] == np.arange(classes))


def _validate(truth: Classes, predicted: Classes) -> None:
    if truth.shape != predicted.shape:
        raise DataError(f"{truth.size} true classes beside {predicted.size} predictions")
    if not truth.size:
        raise DataError("no clips to score; a share of nothing is not a number")
