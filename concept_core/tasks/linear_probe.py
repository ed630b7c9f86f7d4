"""Linear probe: what a logistic regression reads from the concept weights, and from the embeddings.

One classifier a test fold (or for the official split), trained on the other folds alone; its
penalty is selected inside them, by leaving one training fold out in turn. Multi-label sets have
one classifier a class.

Source: Bhalla et al., "Interpreting CLIP with Sparse Linear Concept Embeddings", NeurIPS 2024,
probing; scikit-learn's ``LogisticRegression`` (l2, lbfgs).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from concept_core.tasks.items import Embedded
from concept_core.tasks.labelled import LabelledTask, multi_label, of_clips, single_label
from concept_core.tasks.metrics import NO_CLASS, Array
from concept_core.tasks.splits import Places, Split, all_tested, check_classes, inner_groups, splits
from concept_core.tasks.task import Answer, Representation

NAME = "linear-probe"
PENALTIES = (0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)
"""scikit-learn's C, the inverse of the penalty: what is selected from; the least among equals."""

_ITERATIONS = 2000


@dataclass(frozen=True, slots=True, eq=False)
class LinearProbe(LabelledTask):
    """The task over embedded clips and their splits."""

    parts: tuple[Split, ...] = field(repr=False)
    groups: tuple[NDArray[np.int64], ...] = field(repr=False)

    def answer(self, representation: Representation) -> Answer:
        """Train and test, split by split; the note ``penalties`` has the C of each."""
        n, names = self.data.targets.shape
        predicted = np.full(n, NO_CLASS, dtype=np.int64)
        scores = np.zeros((n, names))
        chosen: dict[str, float | None] = {}
        for part, groups in zip(self.parts, self.groups, strict=True):
            model, chosen[part.name] = self._fit(representation.features, part, groups)
            tested_rows = representation.features[part.test]
            if self.data.labels is None:
                scores[np.ix_(part.test, self._columns(part))] = _decide(model, tested_rows)
            else:
                predicted[part.test] = model.predict(tested_rows)
        if self.data.labels is None:
            answer = multi_label(self.data.targets[self.scored], scores[self.scored])
        else:
            answer = single_label(self.data.labels[self.scored], predicted[self.scored], names)
        answer.notes["penalties"] = chosen
        return answer

    def _columns(self, part: Split) -> Places:
        """Classes that occur in training, and not in every clip: what can be learned."""
        train = self.data.targets[part.train]
        return np.flatnonzero(train.any(axis=0) & ~train.all(axis=0))

    def _fit(
        self, features: Any, part: Split, groups: NDArray[np.int64]
    ) -> tuple[Any, float | None]:
        """A fitted model, and the penalty that was selected; None where nothing could be."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import GridSearchCV
        from sklearn.multiclass import OneVsRestClassifier
        from threadpoolctl import threadpool_limits

        rows = features[part.train]
        model: Any = LogisticRegression(max_iter=_ITERATIONS)
        if self.data.labels is None:
            model, name = OneVsRestClassifier(model), "estimator__C"
            truth: Any = self.data.targets[part.train][:, self._columns(part)].astype(np.int64)
        else:
            truth, name = self.data.labels[part.train], "C"
        # The many small steps of lbfgs would wait for threads, and finish five times as late.
        with threadpool_limits(1), warnings.catch_warnings():
            # A separable set has no finite optimum at a weak penalty, and part of a small set may
            # have a class everywhere or nowhere: what was reached decides.
            warnings.simplefilter("ignore", UserWarning)
            folds = _inner(groups, truth)
            if not folds:
                return model.fit(rows, truth), None
            scoring = "accuracy" if truth.ndim == 1 else _mean_precision
            search = GridSearchCV(model, {name: list(PENALTIES)}, scoring=scoring, cv=folds)
            search.fit(rows, truth)
        return search, float(search.best_params_[name])


def _inner(groups: NDArray[np.int64], truth: Any) -> list[tuple[Places, Places]]:
    """Places to fit and to validate, for each group left out; those that can be learned from."""
    found = []
    for group in np.unique(groups):
        fit, validate = np.flatnonzero(groups != group), np.flatnonzero(groups == group)
        if len(fit) and len(np.unique(truth[fit], axis=0)) > 1:
            found.append((fit, validate))
    return found


def _decide(model: Any, rows: Any) -> Array:
    scores: Array = np.asarray(model.decision_function(rows), dtype=np.float64)
    return scores.reshape(rows.shape[0], -1)


def _mean_precision(model: Any, rows: Any, truth: NDArray[np.int64]) -> float:
    from concept_core.tasks.metrics import mean_average_precision, value

    if not truth.any():
        return 0.0
    return value(mean_average_precision(truth.astype(np.bool_), _decide(model, rows)), len(truth))


def prepare(data: Embedded, *, seed: int = 0) -> LinearProbe:
    """The task, ready for any vocabulary.

    Parameters
    ----------
    data : Embedded
        Of all folds, those to train on among them.
    seed : int
        Of the groups that one training fold is cut into.

    Raises
    ------
    UsageError
        The folds leave nothing to train on, or to test on.
    DataError
        A training part has one class only.
    """
    parts = splits(data.items)
    strata = data.targets.argmax(axis=1).astype(np.intp)
    for part in parts:
        check_classes(data.items, part, strata)
    groups = tuple(inner_groups(data.items, part.train, strata, seed) for part in parts)
    shared = of_clips(data, all_tested(parts))
    return LinearProbe(name=NAME, parameters={}, parts=parts, groups=groups, **shared)
