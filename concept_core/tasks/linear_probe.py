"""Linear probe: what a logistic regression reads from the concept weights, and from the embeddings.

One classifier a test fold (or for the official split), trained on the other folds alone; its
penalty is selected inside them, by leaving one training fold out in turn. Multi-label sets have
one classifier a class. Where a fit stops at its last iteration, or finds no way on, the card says
so: ``not_converged``.

Source: Bhalla et al., "Interpreting CLIP with Sparse Linear Concept Embeddings", NeurIPS 2024,
probing; scikit-learn's ``LogisticRegression`` (l2, lbfgs).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from concept_core.tasks.items import Embedded
from concept_core.tasks.labelled import LabelledTask, multi_label, of_clips, single_label
from concept_core.tasks.metrics import NO_CLASS, Array, first_best
from concept_core.tasks.splits import Places, Split, all_tested, check_classes, inner_groups, splits
from concept_core.tasks.task import Answer, Evaluation, Representation

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
        """Train and test, split by split.

        Notes: ``penalties`` has the C of each split, ``not_converged`` how many of its classifiers
        (``fitted``), and of the fits that selected C (``selection``), did not converge.
        """
        return self._answer(representation, {})

    def repeat(self, representation: Representation, first: Answer) -> Answer:
        """The same with the penalties that were selected for the first draw."""
        return self._answer(representation, first.notes["penalties"])

    def of_split(self, part: Split) -> LinearProbe:
        """See `LabelledTask`."""
        place = [one.name for one in self.parts].index(part.name)
        return replace(self, parts=(part,), groups=(self.groups[place],))

    def details(self, evaluation: Evaluation) -> Mapping[str, Any]:
        """``dense``: the notes of the classifiers on the embeddings themselves."""
        return {"dense": evaluation.dense.notes}

    def _answer(self, representation: Representation, known: Mapping[str, float | None]) -> Answer:
        n, names = self.data.targets.shape
        predicted = np.full(n, NO_CLASS, dtype=np.int64)
        scores = np.zeros((n, names))
        chosen: dict[str, float | None] = {}
        failed: dict[str, dict[str, int]] = {}
        for part, groups in zip(self.parts, self.groups, strict=True):
            rows = representation.features[part.train]
            selection = 0
            if part.name in known:
                chosen[part.name] = known[part.name]
            else:
                chosen[part.name], selection = self._select(rows, part, groups)
            model, fitted = self._fit(rows, part, chosen[part.name])
            failed[part.name] = {"fitted": fitted, "selection": selection}
            found = _decide(model, representation.features[part.test])
            if self.data.labels is None:
                scores[np.ix_(part.test, self._columns(part))] = found
            else:
                # Of two classes scikit-learn gives the score of the second.
                both = np.hstack([-found, found]) if found.shape[1] == 1 else found
                right = self.data.labels[part.test][:, None] == model.classes_
                predicted[part.test] = model.classes_[first_best(both, right)]
        if self.data.labels is None:
            answer = multi_label(self.data.targets[self.scored], scores[self.scored])
        else:
            answer = single_label(self.data.labels[self.scored], predicted[self.scored], names)
        answer.notes["penalties"] = chosen
        answer.notes["not_converged"] = failed
        return answer

    def _columns(self, part: Split) -> Places:
        """Classes that occur in training, and not in every clip: what can be learned."""
        train = self.data.targets[part.train]
        return np.flatnonzero(train.any(axis=0) & ~train.all(axis=0))

    def _classifier(self, part: Split) -> tuple[Any, str, Any]:
        """A model, what it calls its penalty, and what it learns of the training clips."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.multiclass import OneVsRestClassifier

        model = LogisticRegression(max_iter=_ITERATIONS)
        if self.data.labels is not None:
            return model, "C", self.data.labels[part.train]
        truth = self.data.targets[part.train][:, self._columns(part)].astype(np.int64)
        return OneVsRestClassifier(model), "estimator__C", truth

    def _select(
        self, rows: Any, part: Split, groups: NDArray[np.int64]
    ) -> tuple[float | None, int]:
        """The penalty, None where nothing could be selected; and how many fits did not converge."""
        from sklearn.model_selection import GridSearchCV

        model, name, truth = self._classifier(part)
        folds = _inner(groups, truth)
        if not folds:
            return None, 0
        scoring = "accuracy" if truth.ndim == 1 else _mean_precision
        grid = {name: list(PENALTIES)}
        search = GridSearchCV(model, grid, scoring=scoring, cv=folds, refit=False)
        failed = _fitted(search, rows, truth)
        return float(search.best_params_[name]), failed

    def _fit(self, rows: Any, part: Split, penalty: float | None) -> tuple[Any, int]:
        """A fitted model, and how many of its classifiers did not converge."""
        model, name, truth = self._classifier(part)
        if penalty is not None:
            model.set_params(**{name: penalty})
        return model, _fitted(model, rows, truth)


def _fitted(model: Any, rows: Any, truth: Any) -> int:
    """Fit, and count what did not converge."""
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    # The many small steps of lbfgs would wait for threads, and finish five times as late.
    with threadpool_limits(1), warnings.catch_warnings(record=True) as said:
        # A separable set has no finite optimum at a weak penalty: the card says where. Part of a
        # small set may have a class everywhere or nowhere: what was reached decides.
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("always", ConvergenceWarning)
        model.fit(rows, truth)
    return sum(issubclass(one.category, ConvergenceWarning) for one in said)


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
