"""Metrics of classification, and metrics as functions of how often each clip counts.

Conventions: embeddings (n, d); class atoms (C, d), one prompt a class; truth and predictions are
class numbers (n,). Cosine decides. A zero embedding (a clip whose decomposition is empty) points
nowhere: its prediction is ``NO_CLASS``, and it counts as wrong.

One rule for ties, in every metric: what is wrong stands before what is right. Scores closer than
``TIE`` are equal, and a metric is what it would be if of equal scores the wrong ones were greater.
What tells nothing apart earns nothing.

A ``Statistic`` is what a bootstrap needs: it maps counts (B, n), one row a resample, to values
(B,). Counts of one give the metric itself. Resamples in which a metric is not defined (no
positive left) give NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from concept_core.errors import DataError

Embeddings = NDArray[np.floating[Any]]
Classes = NDArray[np.int64]
Targets = NDArray[np.bool_]
Array = NDArray[np.float64]
Statistic = Callable[[Array], Array]

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


def classify(x: Embeddings, class_atoms: Embeddings, truth: Classes | None = None) -> Classes:
    """The class of each row: the greatest cosine, among equals as `first_best`.

    Parameters
    ----------
    x : (n, d)
        Any length; a zero row gives ``NO_CLASS``.
    class_atoms : (C, d)
        Unit rows, C >= 1.
    truth : (n,) int64, optional
        The class of each row, where there is something to judge.

    Returns
    -------
    (n,) int64
    """
    rows, there = unit_rows(x)
    cosine = rows @ np.asarray(class_atoms, dtype=np.float64).T
    right = None if truth is None else indicators(truth, len(class_atoms))
    return np.where(there, first_best(cosine, right), NO_CLASS).astype(np.int64)


def first_best(scores: Array, right: Targets | None = None) -> Classes:
    """The place of the greatest score of each row, (n,); among equals a wrong one, the first.

    Parameters
    ----------
    scores : (n, C)
        C >= 1.
    right : (n, C) bool, optional
        What would be right; by default nothing is known, and the first of equals is taken.
    """
    best = scores >= scores.max(axis=1, keepdims=True) - TIE
    if right is not None:
        wrong = best & ~right
        best = np.where(wrong.any(axis=1, keepdims=True), wrong, best)
    found: Classes = best.argmax(axis=1).astype(np.int64)
    return found


def class_accuracies(truth: Classes, predicted: Classes) -> dict[int, float]:
    """Share of each class's rows that are predicted so (its recall), for classes that occur.

    Raises
    ------
    DataError
        If there are no rows, or the two differ in length.
    """
    if truth.shape != predicted.shape:
        raise DataError(f"{truth.size} true classes beside {predicted.size} predictions")
    if not truth.size:
        raise DataError("no clips to score; a share of nothing is not a number")
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
    for place, (has, row) in enumerate(zip(targets, scores, strict=True)):
        own = row[has]
        if 0 < len(own) < len(row):
            rank = (row >= own[:, None] - TIE).sum(axis=1)
            found[place] = np.mean((own >= own[:, None] - TIE).sum(axis=1) / rank)
    return found


def indicators(labels: Classes, classes: int) -> Targets:
    """Class numbers (n,) as (n, classes) bool; a row of ``NO_CLASS`` has none."""
    return np.asarray(labels[:, None] == np.arange(classes))


def value(statistic: Statistic, n: int) -> float:
    """The metric on all n items, each once."""
    return float(statistic(np.ones((1, n)))[0])


def ratio(numerators: Array, denominators: Array | None = None) -> Statistic:
    """Sum of one over the sum of the other, (n,) each; the mean where no denominators are given.

    Items are clips; where a clip has several queries, its numerator is the sum of their scores
    and its denominator their number, so that a clip is drawn with all that belongs to it.
    """
    below = np.ones(len(numerators)) if denominators is None else denominators

    def statistic(counts: Array) -> Array:
        return _divide(counts @ numerators, counts @ below)

    return statistic


def macro_f1(targets: Targets, decided: Targets) -> Statistic:
    """Mean over classes that occur of 2 TP / (2 TP + FP + FN).

    Scikit-learn's ``f1_score(average="macro")`` with ``labels`` those that occur: a name that
    clips may choose and that none has is no class of its own, though it costs its choosers.

    Parameters
    ----------
    targets, decided : (n, C) bool
    """

    occurs = targets.any(axis=0)
    true, found = targets[:, occurs].astype(np.float64), decided[:, occurs].astype(np.float64)
    both = true * found

    def statistic(counts: Array) -> Array:
        there = counts @ true
        return _mean_where(_divide(2 * (counts @ both), there + counts @ found), there > 0)

    return statistic


def micro_f1(targets: Targets, decided: Targets) -> Statistic:
    """2 TP / (2 TP + FP + FN) over all pairs of a clip and a class.

    Scikit-learn's ``f1_score(average="micro")``, the instance-based F-score of DCASE 2017.

    Parameters
    ----------
    targets, decided : (n, C) bool
    """
    hits = (targets & decided).sum(axis=1).astype(np.float64)
    pairs = (targets.sum(axis=1) + decided.sum(axis=1)).astype(np.float64)
    return ratio(2 * hits, pairs)


def mean_average_precision(targets: Targets, scores: Array) -> Statistic:
    """Mean over classes that occur of the average precision of ranking clips by score.

    ``AP = sum (R_i - R_(i-1)) P_i`` over distinct scores, as scikit-learn's
    ``average_precision_score``: clips of one score are one step, and its precision is that after
    all of them, so that the wrong ones stand before the right.

    Parameters
    ----------
    targets : (n, C) bool
    scores : (n, C)
    """
    occurring = np.flatnonzero(targets.any(axis=0))
    classes = [average_precision(targets[:, c], scores[:, c]) for c in occurring]

    def statistic(counts: Array) -> Array:
        found = np.full((len(counts), len(classes)), np.nan)
        for column, one in enumerate(classes):
            found[:, column] = one(counts)
        return _mean_where(found, ~np.isnan(found))

    return statistic


def average_precision(positive: Targets, scores: Array) -> Statistic:
    """Average precision of one class: positive (n,) bool, scores (n,); NaN without a positive."""
    # Equal scores that were rounded differently are one step.
    rounded = np.round(scores / TIE) * TIE
    order = np.argsort(-rounded, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(rounded[order])), len(order) - 1)
    ranked = positive[order].astype(np.float64)
    # Only steps with a positive add to the sum.
    steps = np.diff(np.cumsum(ranked)[ends], prepend=0.0) > 0
    ends = ends[steps]

    def statistic(counts: Array) -> Array:
        drawn = counts[:, order]
        above = np.cumsum(drawn, axis=1)[:, ends]
        hits = np.cumsum(drawn * ranked, axis=1)[:, ends]
        gained = np.diff(hits, axis=1, prepend=0.0)
        total = hits[:, -1] if len(ends) else np.zeros(len(counts))
        return np.where(
            total > 0, _divide((gained * _divide(hits, above)).sum(axis=1), total), np.nan
        )

    return statistic


def _divide(above: Array, below: Array) -> Array:
    """The quotient; 0 where there is nothing to divide by."""
    found: Array = np.zeros_like(above, dtype=np.float64)
    return np.divide(above, below, out=found, where=below > 0)


def _mean_where(values: Array, there: Targets) -> Array:
    """Mean of the columns that are there, row by row; NaN where none is."""
    number = there.sum(axis=1)
    found: Array = np.full(len(values), np.nan)
    np.divide(np.where(there, values, 0.0).sum(axis=1), number, out=found, where=number > 0)
    return found
