"""A scorecard from the answers of a task: metrics with their intervals, classes, misses, leak."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from concept_core import __version__
from concept_core.decomposition.decomposing import Decomposition
from concept_core.tasks.intervals import (
    LEVEL,
    RESAMPLES,
    clip_draws,
    fold_draws,
    interval,
    resample,
)
from concept_core.tasks.items import PROMPT_SET, Items
from concept_core.tasks.leak import class_name_leak
from concept_core.tasks.metrics import Array
from concept_core.tasks.scorecard import Metric, Miss, Scorecard
from concept_core.tasks.statistics import Statistic, value
from concept_core.tasks.task import Answer, Beside, Task
from concept_core.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What a task finds for a vocabulary and for its baselines."""

    concepts: Answer = field(repr=False)
    dense: Answer = field(repr=False)
    random: Answer = field(repr=False)
    mean_only: Answer = field(repr=False)


def scorecard(
    task: Task,
    vocabulary: Vocabulary,
    mine: Decomposition,
    answers: Answers,
    beside: Beside,
    *,
    random: dict[str, Any],
    mean_l0: float | None,
) -> Scorecard:
    """The card of a vocabulary.

    Parameters
    ----------
    task : Task
    vocabulary : Vocabulary
    mine : Decomposition
        Of the scored clips.
    answers : Answers
    beside : Beside
    random : dict
        What the random dictionary was.
    mean_l0 : float or None
        The asked mean, if the penalty was calibrated to one.
    """
    leak = class_name_leak(vocabulary.labels, task.classes)
    variance = mine.explained_variance(task.rows[task.scored])
    return Scorecard(
        **head(task),
        mode=mine.mode,
        value=mine.value,
        mean_l0=mean_l0,
        metrics=metrics(answers, task.items, beside.seed),
        bootstrap={"level": LEVEL, "resamples": RESAMPLES, "seed": beside.seed},
        random=random,
        by_class=_by_class(task, answers),
        misses=_misses(task, answers),
        scores=_scores(answers),
        details={**answers.concepts.notes, **task.details(beside)},
        l0_mean=float(mine.l0.mean()),
        cosine_mean=float(mine.cosine.mean()),
        explained_variance=None if math.isnan(variance) else variance,
        empty=int(np.sum(mine.l0 == 0)),
        not_converged=int(np.sum(mine.status == "not-converged")),
        vocabulary={
            "id": vocabulary.id,
            "version": vocabulary.version,
            "content_hash": vocabulary.content_hash,
            "size": len(vocabulary),
        },
        class_names_in_vocabulary=tuple(leak["exact"]),
        leak=leak,
        seed=beside.seed,
        software=__version__,
    )


def metrics(answers: Answers, items: Items, seed: int) -> dict[str, Metric]:
    """Every metric of the task, with its intervals over clips and over folds."""
    n = len(items)
    statistics: dict[tuple[str, str], Statistic] = {}
    for name, statistic in answers.concepts.statistics.items():
        statistics[name, "mine"] = statistic
        statistics[name, "dense"] = answers.dense.statistics[name]
    clips = resample(statistics, clip_draws(n, np.random.default_rng(seed)))
    groups: Mapping[tuple[str, str], Array] = {}
    if len(set(items.folds)) > 1:
        groups = resample(statistics, fold_draws(items.folds, np.random.default_rng([seed, 1])))
    return {name: _metric(name, answers, n, clips, groups) for name in answers.concepts.statistics}


def _metric(
    name: str,
    answers: Answers,
    n: int,
    clips: Mapping[tuple[str, str], Array],
    groups: Mapping[tuple[str, str], Array],
) -> Metric:
    mine, dense, random, mean_only = (
        value(answer.statistics[name], n)
        for answer in (answers.concepts, answers.dense, answers.random, answers.mean_only)
    )
    first, second = clips[name, "mine"], clips[name, "dense"]
    return Metric(
        value=mine,
        dense=dense,
        random=random,
        mean_only=mean_only,
        retention=mine / dense if dense else None,
        interval=interval(first),
        dense_interval=interval(second),
        difference_interval=interval(first - second),
        fold_interval=interval(groups[name, "mine"]) if groups else None,
        fold_difference_interval=(
            interval(groups[name, "mine"] - groups[name, "dense"]) if groups else None
        ),
    )


def head(task: Task) -> dict[str, Any]:
    """What of a card depends on the task alone."""
    items = task.items
    return {
        "task": task.name,
        "dataset": items.info.name,
        "dataset_revision": items.info.revision,
        "folds": _numbers(items.fold_names()),
        "data_folds": _numbers(items.data_folds),
        "classes": task.classes,
        "prompt_set": PROMPT_SET,
        "n": len(items),
        "missing": items.missing,
        "bad": tuple(Path(name).name for name, _ in items.bad),
        "data_hash": items.data_hash,
        "parameters": task.parameters,
        "main_metric": task.main_metric,
        "encoder": {**items.encoder.to_dict(), "fingerprint": items.encoder.fingerprint},
    }


def _numbers(folds: tuple[str, ...]) -> tuple[int | str, ...]:
    """Numbers where their names are numbers, as cards always had them."""
    return tuple(int(fold) if fold.isdecimal() else fold for fold in folds)


def take(result: Decomposition, places: NDArray[np.intp]) -> Decomposition:
    """The decomposition of some of the rows."""
    return replace(
        result,
        weights=result.weights[places],
        **{
            name: getattr(result, name)[places]
            for name in ("gap", "l0", "cosine", "residual", "status")
        },
    )


def _by_class(task: Task, answers: Answers) -> tuple[dict[str, Any], ...]:
    metric, dense = answers.concepts.class_metric, answers.dense.by_class
    return tuple(
        {"name": task.classes[label], "n": n, metric: found, f"dense_{metric}": dense[label][1]}
        for label, (n, found) in answers.concepts.by_class.items()
    )


def _misses(task: Task, answers: Answers) -> tuple[Miss, ...]:
    predicted, dense = answers.concepts.predicted, answers.dense.predicted
    if task.truth is None or predicted is None or dense is None:
        return ()

    def name(label: int) -> str | None:
        return task.classes[label] if label >= 0 else None

    rows = zip(
        task.items.names, task.truth.tolist(), predicted.tolist(), dense.tolist(), strict=True
    )
    return tuple(
        Miss(clip, task.classes[truth], name(found), name(ceiling))
        for clip, truth, found, ceiling in rows
        if found != truth
    )


def _scores(answers: Answers) -> dict[str, dict[str, str]]:
    """The clips' own scores as text: one line each, however many clips there are."""
    return {
        metric: {"concepts": _line(mine), "dense": _line(answers.dense.scores[metric])}
        for metric, mine in answers.concepts.scores.items()
    }


def _line(scores: Array) -> str:
    return " ".join(f"{score:g}" for score in scores.tolist())
