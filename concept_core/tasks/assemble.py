"""A scorecard from the answers of a task: metrics with their intervals, classes, misses, leak."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from concept_core import __version__
from concept_core.decomposition.decomposing import Decomposition
from concept_core.documents import whole_number
from concept_core.tasks.intervals import (
    LEVEL,
    RESAMPLES,
    Units,
    fold_draws,
    interval,
    number_of,
    resample,
    share_interval,
    unit_draws,
)
from concept_core.tasks.items import PROMPT_SET, Items
from concept_core.tasks.leak import class_name_leak
from concept_core.tasks.metrics import Array, value
from concept_core.tasks.scorecard import Metric, Miss, Scorecard
from concept_core.tasks.task import Evaluation, Task
from concept_core.vocabulary import Vocabulary

_Pair: TypeAlias = tuple[Array, Array]
"""Resampled values of one metric, of the concepts and of the embeddings themselves."""


def scorecard(task: Task, vocabulary: Vocabulary, evaluation: Evaluation) -> Scorecard:
    """The card of a vocabulary on a task."""
    scored = take(evaluation.result, task.scored)
    leak = class_name_leak(vocabulary.labels, task.classes)
    variance = scored.explained_variance(task.rows[task.scored])
    return Scorecard(
        **head(task),
        recordings=_recordings(task.items),
        mode=scored.mode,
        value=scored.value,
        mean_l0=evaluation.mean_l0,
        metrics=metrics_of(evaluation, task.items, evaluation.concepts.statistics),
        bootstrap={"level": LEVEL, "resamples": RESAMPLES, "seed": evaluation.seed},
        random=evaluation.directions,
        by_class=_by_class(task, evaluation),
        misses=_misses(task, evaluation),
        scores=_scores(evaluation),
        details={**evaluation.concepts.notes, **task.details(evaluation)},
        l0_mean=float(scored.l0.mean()),
        cosine_mean=float(scored.cosine.mean()),
        explained_variance=None if math.isnan(variance) else variance,
        empty=int(np.sum(scored.l0 == 0)),
        not_converged=int(np.sum(scored.status == "not-converged")),
        vocabulary={
            "id": vocabulary.id,
            "version": vocabulary.version,
            "content_hash": vocabulary.content_hash,
            "size": len(vocabulary),
        },
        class_names_in_vocabulary=tuple(leak["exact"]),
        leak=leak,
        seed=evaluation.seed,
        software=__version__,
        baselines=dict(evaluation.baselines),
    )


def metrics_of(evaluation: Evaluation, items: Items, names: Iterable[str]) -> dict[str, Metric]:
    """Metrics of a task by name, with their intervals over recordings and over folds.

    Each sees the same resamples, whichever others are asked for.
    """
    units, seed, names = items.units, evaluation.seed, tuple(names)
    by_unit = unit_draws(units, np.random.default_rng(seed))
    drawn = _samples(evaluation, names, "recordings", by_unit)
    groups: Mapping[str, _Pair] = {}
    if len(set(items.folds)) > 1:
        by_fold = fold_draws(items.folds, units, np.random.default_rng([seed, 1]))
        groups = _samples(evaluation, names, "folds", by_fold)
    return {name: _metric(name, evaluation, units, drawn[name], groups.get(name)) for name in names}


def _samples(
    evaluation: Evaluation, names: Sequence[str], what: str, draws: Iterator[Array]
) -> dict[str, _Pair]:
    """Resampled values by metric, of the concepts and dense; the latter are found once."""
    known, seed = evaluation.dense.samples, evaluation.seed
    statistics = {(name, "concepts"): evaluation.concepts.statistics[name] for name in names}
    for name in names:
        if (what, seed, name) not in known:
            statistics[name, "dense"] = evaluation.dense.statistics[name]
    drawn = resample(statistics, draws)
    known |= {(what, seed, name): drawn[name, of] for name, of in drawn if of == "dense"}
    return {name: (drawn[name, "concepts"], known[what, seed, name]) for name in names}


def _metric(
    name: str,
    evaluation: Evaluation,
    units: Units,
    drawn: _Pair,
    groups: _Pair | None,
) -> Metric:
    n, number = len(units), number_of(units)
    systems = (evaluation.concepts, evaluation.dense, evaluation.mean_only)
    concepts, dense, mean_only = (value(one.statistics[name], n) for one in systems)
    random = evaluation.random.get(name, ())
    first, second = drawn
    return Metric(
        value=concepts,
        dense=dense,
        random=float(np.mean(random)) if random else None,
        random_sd=float(np.std(random, ddof=1)) if len(random) > 1 else None,
        mean_only=mean_only,
        retention=concepts / dense if dense else None,
        interval=share_interval(first, concepts, number),
        dense_interval=share_interval(second, dense, number),
        difference_interval=interval(first - second, number),
        fold_interval=share_interval(groups[0], concepts, number) if groups else None,
        fold_difference_interval=interval(groups[0] - groups[1], number) if groups else None,
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
        "missing_names": items.missing_names,
        "bad": tuple(Path(name).name for name, _ in items.bad),
        "data_hash": items.data_hash,
        "resampled_by": items.resampled_by,
        "resampled": number_of(items.units),
        "parameters": task.parameters,
        "main_metric": task.main_metric,
        "encoder": {**items.encoder.to_dict(), "fingerprint": items.encoder.fingerprint},
    }


def _recordings(items: Items) -> str:
    """The numbers of the clips' recordings as one line; empty where no two clips share one."""
    units = items.units
    return " ".join(map(str, units.tolist())) if number_of(units) < len(units) else ""


def _numbers(folds: tuple[str, ...]) -> tuple[int | str, ...]:
    """Numbers where their names are numbers, as cards always had them."""
    numbers = map(whole_number, folds)
    return tuple(fold if one is None else one for fold, one in zip(folds, numbers, strict=True))


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


def _by_class(task: Task, evaluation: Evaluation) -> tuple[dict[str, Any], ...]:
    metric, dense = evaluation.concepts.class_metric, evaluation.dense.by_class
    return tuple(
        {"name": task.classes[label], "n": n, metric: found, f"dense_{metric}": dense[label][1]}
        for label, (n, found) in evaluation.concepts.by_class.items()
    )


def _misses(task: Task, evaluation: Evaluation) -> tuple[Miss, ...]:
    predicted, dense = evaluation.concepts.predicted, evaluation.dense.predicted
    if task.truth is None or predicted is None or dense is None:
        return ()
    rows = zip(
        task.items.names, task.truth.tolist(), predicted.tolist(), dense.tolist(), strict=True
    )
    return tuple(
        Miss(clip, task.classes[truth], task.class_name(found), task.class_name(ceiling))
        for clip, truth, found, ceiling in rows
        if found != truth
    )


def _scores(evaluation: Evaluation) -> dict[str, dict[str, str]]:
    """The clips' own scores as text: one line each, however many clips there are."""
    return {
        metric: {"concepts": _line(concepts), "dense": _line(evaluation.dense.scores[metric])}
        for metric, concepts in evaluation.concepts.scores.items()
    }


def _line(scores: Array) -> str:
    return " ".join(f"{score:g}" for score in scores.tolist())
