"""Tasks over labelled clips and their answers: one class a clip, or any number of classes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from concept_core.errors import DataError
from concept_core.tasks.items import Embedded
from concept_core.tasks.metrics import (
    NO_CLASS,
    Array,
    Classes,
    Embeddings,
    Targets,
    average_precision,
    class_accuracies,
    classify,
    cosines,
    first_best,
    indicators,
    label_ranking_precisions,
    macro_f1,
    mean_average_precision,
    micro_f1,
    ratio,
    value,
)
from concept_core.tasks.splits import Split
from concept_core.tasks.task import Answer, Task

METRICS = {"single": ("accuracy", "macro-f1"), "multi": ("map", "micro-f1", "macro-f1", "lrap")}


def main_metric(data: Embedded) -> str:
    """The data set's main metric where the task has it, else the first that the task has."""
    offered = METRICS["multi" if data.labels is None else "single"]
    wanted = data.items.info.main_metric
    return wanted if wanted in offered else offered[0]


@dataclass(frozen=True, slots=True, eq=False)
class LabelledTask(Task):
    """A task over labelled clips; ``data`` are all of them, those to train on among them."""

    data: Embedded = field(repr=False)

    def of_split(self, part: Split) -> LabelledTask:
        """A task whose answer is the same for the test clips of a split, and need not be elsewhere.

        Where every split is trained for itself, it trains one.
        """
        return self


def of_clips(data: Embedded, scored: NDArray[np.intp] | None = None) -> dict[str, Any]:
    """What follows from labelled clips alone: the fields that all tasks over them share.

    ``scored`` are the places of the clips that are scored; by default all.
    """
    places = np.arange(len(data.x)) if scored is None else scored
    return {
        "items": data.items.take(places),
        "rows": data.x,
        "scored": places,
        "classes": data.classes,
        "truth": None if data.labels is None else data.labels[places],
        "main_metric": main_metric(data),
        "data": data,
    }


def single_label(truth: Classes, predicted: Classes, classes: int) -> Answer:
    """Metrics of one predicted class a clip.

    Parameters
    ----------
    truth, predicted : (n,) int64
        ``NO_CLASS`` where nothing is predicted: it is wrong.
    classes : int

    Raises
    ------
    DataError
        There are no clips.
    """
    found = class_accuracies(truth, predicted)
    right = (truth == predicted).astype(np.float64)
    targets, decided = indicators(truth, classes), indicators(predicted, classes)
    return Answer(
        statistics={"accuracy": ratio(right), "macro-f1": macro_f1(targets, decided)},
        scores={"accuracy": right},
        by_class={label: (int(np.sum(truth == label)), one) for label, one in found.items()},
        class_metric="accuracy",
        predicted=predicted,
    )


def multi_label(targets: Targets, scores: Array) -> Answer:
    """Metrics of class scores of clips that have any number of classes.

    F1 needs a decision: a clip is given the one class that scores highest (`first_best`), and none
    if all are -1, as `cosines` scores an empty decomposition.

    Parameters
    ----------
    targets : (n, C) bool
    scores : (n, C)

    Raises
    ------
    DataError
        No clip has any class.
    """
    occurring = np.flatnonzero(targets.any(axis=0))
    if not len(occurring):
        raise DataError("no clip has a class among the names; there is nothing to score")
    n, names = targets.shape
    empty = (scores == -1.0).all(axis=1)
    decided = indicators(np.where(empty, NO_CLASS, first_best(scores, targets)), names)
    ranking = label_ranking_precisions(targets, scores)
    return Answer(
        statistics={
            "map": mean_average_precision(targets, scores),
            "micro-f1": micro_f1(targets, decided),
            "macro-f1": macro_f1(targets, decided),
            "lrap": ratio(ranking),
        },
        scores={"lrap": ranking},
        by_class={
            int(c): (
                int(targets[:, c].sum()),
                value(average_precision(targets[:, c], scores[:, c]), n),
            )
            for c in occurring
        },
        class_metric="average_precision",
    )


def nearest_prompt(
    rows: Embeddings, class_atoms: Embeddings, truth: Classes | None, targets: Targets
) -> Answer:
    """Zero-shot answers: the class whose prompt is nearest, or every class by its cosine."""
    if truth is not None:
        return single_label(truth, classify(rows, class_atoms, truth), len(class_atoms))
    return multi_label(targets, cosines(rows, class_atoms))
