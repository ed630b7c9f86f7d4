"""A grid of sparsity, vocabulary and size: what each point keeps of a task and of embeddings.

Source: arXiv 2504.14076, the figures of accuracy against the penalty and against the size.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from concept_core._version import __version__
from concept_core.bench.baselines import Sparsity
from concept_core.bench.grid import prefix_sizes, sparsities
from concept_core.decomposition.dictionary import Dictionary
from concept_core.errors import DataError, UsageError
from concept_core.measures.fidelity import area, fidelity, mean_only_cosine
from concept_core.tasks.assemble import head, metrics_of, take
from concept_core.tasks.intervals import LEVEL, RESAMPLES, Interval
from concept_core.tasks.leak import class_name_leak
from concept_core.tasks.paired import told_apart
from concept_core.tasks.scorecard import (
    Baseline,
    Metric,
    distinct_names,
    flat_metric,
    learned_methods,
    learned_value,
)
from concept_core.tasks.task import Evaluation, Task
from concept_core.values import DataFrame, Table, Value, frame
from concept_core.vocabulary import Vocabulary

Evaluate: TypeAlias = Callable[[Vocabulary, Dictionary, Sparsity], Evaluation]
"""What is found for a vocabulary and its dictionary at a sparsity, baselines beside."""


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """One vocabulary, one prefix of it, one sparsity: what the scorecard of these has.

    Attributes
    ----------
    vocabulary, content_hash : str
        Of the whole vocabulary.
    size : int
        Its first so many concepts.
    class_names : int
        How many of the class names are among them: the leak.
    mode, value : str, float
        ``l0`` or ``l1``, and the limit or penalty.
    l0_mean : float
    main : Metric
        The main metric of the task, its baselines and its intervals.
    random : dict
        As of a scorecard: what the random directions were; empty where none was drawn.
    cosine, centred_cosine, explained_variance : float, float or None, float or None
        See ``concept_core.measures.fidelity``.
    empty, not_converged : int
        Clips without a concept; l1 rows above the gap tolerance.
    test, p : str or None, float or None
        The paired test of the metric against dense (``concept_core.tasks.paired``), two-sided, of
        this point alone; None where the metric is no mean over clips.
    baselines : dict of str to Baseline
        By method, as of a scorecard: learned directions, where they are asked for.
    """

    vocabulary: str
    content_hash: str
    size: int
    class_names: int
    mode: str
    value: float
    l0_mean: float
    main: Metric
    random: dict[str, Any]
    cosine: float
    centred_cosine: float | None
    explained_variance: float | None
    empty: int
    not_converged: int
    test: str | None = None
    p: float | None = None
    baselines: dict[str, Baseline] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SweepArea:
    """Areas under the curves of one prefix against l0 (``concept_core.measures.area``).

    In l0 mode over the limits, which are the same for all; in l1 mode over the mean l0 that all
    curves of the sweep reach, between ``low`` and ``high``. ``value`` is under the curve of the
    main metric. One is None where its curve is.
    """

    vocabulary: str
    content_hash: str
    size: int
    low: float
    high: float
    value: float
    centred_cosine: float | None
    explained_variance: float | None


@dataclass(frozen=True, slots=True, repr=False)
class Sweep(Value, Table):
    """All points, and what they are of. Equal runs, equal sweeps.

    Attributes
    ----------
    about : dict
        That of the task, with the bootstrap and the software.
    metric : str
        The main metric of the task, which all points tell.
    n : int
        Clips scored.
    mean_only_cosine : float
        Of the mean of the embeddings in every clip's place: what knows no clip.
    points : tuple of SweepPoint
        One or more: vocabularies as they were given, then sizes and sparsities in rising order.
    areas : tuple of SweepArea
        Empty where l1 curves have no l0 in common.
    """

    about: dict[str, Any]
    metric: str
    n: int
    mean_only_cosine: float
    points: tuple[SweepPoint, ...]
    areas: tuple[SweepArea, ...]

    @property
    def dense(self) -> float:
        """The main metric on the embeddings themselves: the same at every point."""
        return self.points[0].main.dense

    @property
    def dense_interval(self) -> Interval:
        """Its interval."""
        return self.points[0].main.dense_interval

    @property
    def mean_only(self) -> float:
        """The main metric with the mean of the embeddings in every clip's place."""
        return self.points[0].main.mean_only

    @property
    def names(self) -> list[str]:
        """Of each point what tells its vocabulary apart: see `distinct_names`."""
        return distinct_names([(one.vocabulary, one.content_hash) for one in self.points])

    @property
    def calls(self) -> dict[tuple[str, str], str]:
        """The same by specifier and content hash: equal concepts may go by several names."""
        pairs = zip(self.points, self.names, strict=True)
        return {(one.vocabulary, one.content_hash): name for one, name in pairs}

    @property
    def methods(self) -> tuple[str, ...]:
        """The learned dictionaries of any point, each once."""
        return learned_methods(self.points)

    def learned(self, point: SweepPoint, method: str) -> float | None:
        """The main metric of learned directions at a point; None where there are none."""
        return learned_value(point, method, self.metric)

    def rows(self) -> list[dict[str, Any]]:
        """One row a point, its metric and intervals in columns of their own."""
        return [
            {
                "vocabulary": name,
                "content_hash": point.content_hash,
                "concepts": point.size,
                "class_names": point.class_names,
                "mode": point.mode,
                "setting": point.value,
                "l0_mean": point.l0_mean,
                "metric": self.metric,
                **flat_metric(point.main),
                **{method: self.learned(point, method) for method in self.methods},
                "cosine": point.cosine,
                "centred_cosine": point.centred_cosine,
                "explained_variance": point.explained_variance,
                "empty": point.empty,
                "not_converged": point.not_converged,
                "test": point.test,
                "p": point.p,
                "n": self.n,
            }
            for name, point in zip(self.names, self.points, strict=True)
        ]

    def to_frame(self) -> DataFrame:
        """`rows` as a frame. Needs pandas."""
        return frame(self.rows())

    def __repr__(self) -> str:
        vocabularies = len(set(self.names))
        return (
            f"Sweep({len(self.points)} points of {vocabularies} vocabularies on {self.n} clips:"
            f" dense {self.metric} {self.dense:.3f})"
        )


def sweep(
    task: Task,
    entries: Sequence[tuple[Vocabulary, Dictionary]],
    evaluate: Evaluate,
    *,
    l0: Sequence[int] = (),
    l1: Sequence[float] = (),
    sizes: Sequence[int | None] = (None,),
    progress: Callable[[int, int], None] | None = None,
) -> Sweep:
    """Evaluate every point of the grid.

    Parameters
    ----------
    task : Task
    entries : sequence of (Vocabulary, Dictionary)
        At least one; dictionaries of the task's encoder.
    evaluate : callable
        What scorecards are made from, so that a point and the card of it are the same.
    l0, l1 : sequence
        One of the two: limits, or penalties.
    sizes : sequence of int or None
        Prefix sizes; None is the whole vocabulary. A vocabulary that is smaller than a size has
        no point there.
    progress : callable, optional
        Called with the number of points done and of all.

    Raises
    ------
    UsageError
        Not one grid, no vocabulary, no size, a size below 1 or one that no vocabulary has.
    DataError
        No clips, or a dictionary of another vocabulary or encoder.
    """
    grid = sparsities(l0, l1)
    prefixes = _prefixes(task, entries, sizes)
    points: list[SweepPoint] = []
    for whole, dictionary, size in prefixes:
        part = whole if size == len(whole) else whole[:size]
        of_part = dictionary if part is whole else dictionary.prefix(part)
        names = len(class_name_leak(part.labels, task.classes)["exact"])
        for sparsity in grid:
            evaluation = evaluate(part, of_part, sparsity)
            points.append(_point(task, whole, size, names, evaluation))
            if progress is not None:
                progress(len(points), len(prefixes) * len(grid))
    bootstrap = {"level": LEVEL, "resamples": RESAMPLES, "seed": evaluation.seed}
    return Sweep(
        about={**head(task), "bootstrap": bootstrap, "software": __version__},
        metric=task.main_metric,
        n=len(task.items),
        mean_only_cosine=mean_only_cosine(task.rows[task.scored]),
        points=tuple(points),
        areas=_areas(points),
    )


def _prefixes(
    task: Task, entries: Sequence[tuple[Vocabulary, Dictionary]], sizes: Sequence[int | None]
) -> list[tuple[Vocabulary, Dictionary, int]]:
    """The grid without its sparsities, checked before anything slow starts."""
    for what, given in (("vocabularies", entries), ("sizes", sizes)):
        if not given:
            raise UsageError(f"no {what} to sweep; give one or more")
    if not len(task.items):
        raise DataError("no clips to sweep; a share of nothing is not a number")
    largest = max(len(vocabulary) for vocabulary, _ in entries)
    for size in sizes:
        if size is not None and not 1 <= size <= largest:
            raise UsageError(
                f"size {size}: the largest vocabulary has {largest} concepts; give up to that"
            )
    for vocabulary, dictionary in entries:
        dictionary.check(vocabulary, task.items.encoder)
    return [
        (vocabulary, dictionary, size)
        for vocabulary, dictionary in entries
        for size in prefix_sizes(len(vocabulary), sizes)
    ]


def _point(
    task: Task, whole: Vocabulary, size: int, class_names: int, evaluation: Evaluation
) -> SweepPoint:
    scored = take(evaluation.result, task.scored)
    kept = fidelity(task.rows[task.scored], scored)
    name = task.main_metric
    test, p = _against_dense(evaluation, task, name)
    return SweepPoint(
        vocabulary=whole.specifier,
        content_hash=whole.content_hash,
        size=size,
        class_names=class_names,
        mode=scored.mode,
        value=kept.value,
        l0_mean=kept.l0_mean,
        main=metrics_of(evaluation, task.items, [name])[name],
        random=evaluation.directions,
        cosine=kept.cosine,
        centred_cosine=kept.centred_cosine,
        explained_variance=kept.explained_variance,
        empty=int(np.sum(scored.l0 == 0)),
        not_converged=int(np.sum(scored.status == "not-converged")),
        test=test,
        p=p,
        baselines=dict(evaluation.baselines),
    )


def _against_dense(
    evaluation: Evaluation, task: Task, metric: str
) -> tuple[str | None, float | None]:
    """The paired test of a point, where clips have scores for the metric."""
    scores, dense = evaluation.concepts.scores, evaluation.dense.scores
    if metric not in scores:
        return None, None
    rng = np.random.default_rng(evaluation.seed)
    return told_apart(scores[metric], dense[metric], task.items.units, rng)


def _areas(points: Sequence[SweepPoint]) -> tuple[SweepArea, ...]:
    """Under each prefix's curves, over the l0 that all of them reach."""
    curves: defaultdict[tuple[str, str, int], dict[float, SweepPoint]] = defaultdict(dict)
    for point in points:
        place = point.value if point.mode == "l0" else point.l0_mean
        if place > 0:
            curves[point.vocabulary, point.content_hash, point.size][place] = point
    if not curves:
        return ()
    low = max(min(curve) for curve in curves.values())
    high = min(max(curve) for curve in curves.values())
    if low > high:
        return ()

    def under(curve: dict[float, SweepPoint], values: Sequence[float | None]) -> float | None:
        known = [one for one in values if one is not None]
        return area(list(curve), known, (low, high)) if len(known) == len(values) else None

    return tuple(
        SweepArea(
            vocabulary=vocabulary,
            content_hash=content_hash,
            size=size,
            low=low,
            high=high,
            value=area(list(curve), [one.main.value for one in curve.values()], (low, high)),
            centred_cosine=under(curve, [one.centred_cosine for one in curve.values()]),
            explained_variance=under(curve, [one.explained_variance for one in curve.values()]),
        )
        for (vocabulary, content_hash, size), curve in curves.items()
    )
