"""Metrics as functions of how often each item counts: what a bootstrap needs.

A ``Statistic`` maps counts (B, n), one row a resample, to values (B,). Counts of one give the
metric itself. Resamples in which a metric is not defined (no positive left) give NaN.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from concept_core.tasks.metrics import TIE, Array, Targets

Statistic = Callable[[Array], Array]


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
    ``average_precision_score``: clips of one score are one step.

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
    mine = positive[order].astype(np.float64)
    # Only steps with a positive add to the sum.
    steps = np.diff(np.cumsum(mine)[ends], prepend=0.0) > 0
    ends = ends[steps]

    def statistic(counts: Array) -> Array:
        drawn = counts[:, order]
        above = np.cumsum(drawn, axis=1)[:, ends]
        hits = np.cumsum(drawn * mine, axis=1)[:, ends]
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
