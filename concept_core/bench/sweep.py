"""The sweep: every point decomposed and scored, all beside the same baselines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from concept_core._version import __version__
from concept_core.bench.sweep_model import Sweep, SweepArea, SweepPoint, SweepTask
from concept_core.decomposition.decomposing import Decomposition
from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.sparsity import l0_path, l1_path
from concept_core.encoders.base import FloatArray
from concept_core.errors import DataError, UsageError
from concept_core.measures.fidelity import area, fidelity, mean_only_cosine
from concept_core.solvers.base import Array
from concept_core.tasks.intervals import LEVEL, RESAMPLES, bootstrap_means
from concept_core.tasks.metrics import classify
from concept_core.vocabulary import Vocabulary

_Prefix = tuple[Vocabulary, Dictionary, int]


def prefix_sizes(size: int, asked: Sequence[int | None]) -> list[int]:
    """The asked prefix sizes that a vocabulary of ``size`` concepts has; None is all of it."""
    return sorted({size if one is None else one for one in asked if one is None or one <= size})


def sweep(
    task: SweepTask,
    entries: Sequence[tuple[Vocabulary, Dictionary]],
    *,
    l0: Sequence[int] = (),
    l1: Sequence[float] = (),
    sizes: Sequence[int | None] = (None,),
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Sweep:
    """Decompose the clips at every point of the grid, and score the reconstructions.

    Parameters
    ----------
    task : SweepTask
    entries : sequence of (Vocabulary, Dictionary)
        At least one; dictionaries of the task's encoder.
    l0, l1 : sequence
        One of the two: limits, or penalties (warm-started from the highest down).
    sizes : sequence of int or None
        Prefix sizes; None is the whole vocabulary. A vocabulary that is smaller than a size has
        no point there.
    seed : int
        Of the bootstrap: all points share its resamples.
    progress : callable, optional
        Called with the number of prefixes done and of all.

    Raises
    ------
    UsageError
        Not exactly one grid, no vocabulary, a size below 1 or one that no vocabulary has.
    DataError
        No clips, or a dictionary of another vocabulary or encoder.
    """
    prefixes = _prefixes(task, entries, l0, l1, sizes)
    columns = [_right(task, task.x)]
    told: list[SweepPoint] = []
    for done, (vocabulary, dictionary, size) in enumerate(prefixes, start=1):
        for result in _decompositions(task.x, dictionary.atoms[:size], l0, l1):
            columns.append(_right(task, result.reconstruct()))
            told.append(_point(task, vocabulary, size, result))
        if progress is not None:
            progress(done, len(prefixes))
    right = np.stack(columns, axis=1)
    intervals = bootstrap_means(right, np.random.default_rng(seed))
    dense, *reached = (float(mean) for mean in right.mean(axis=0))
    points = tuple(
        replace(point, accuracy=one, low=low, high=high, retention=one / dense if dense else None)
        for point, one, (low, high) in zip(told, reached, intervals[1:], strict=True)
    )
    mean = np.repeat(task.x.mean(axis=0, keepdims=True, dtype=np.float64), len(task.x), axis=0)
    return Sweep(
        about={
            **task.about,
            "bootstrap": {"level": LEVEL, "resamples": RESAMPLES, "seed": seed},
            "software": __version__,
        },
        n=len(task.x),
        dense_accuracy=dense,
        dense_low=intervals[0][0],
        dense_high=intervals[0][1],
        mean_only_accuracy=float(_right(task, mean).mean()),
        mean_only_cosine=mean_only_cosine(task.x),
        points=points,
        areas=_areas(points),
    )


def _prefixes(
    task: SweepTask,
    entries: Sequence[tuple[Vocabulary, Dictionary]],
    l0: Sequence[int],
    l1: Sequence[float],
    sizes: Sequence[int | None],
) -> list[_Prefix]:
    """The grid without its sparsities, checked before anything slow starts."""
    if bool(len(l0)) == bool(len(l1)):
        raise UsageError("give exactly one grid: l0 (limits) or l1 (penalties), of one or more")
    if not entries:
        raise UsageError("no vocabularies to sweep; give one or more")
    if not len(task.x):
        raise DataError("no clips to sweep; a share of nothing is not a number")
    largest = max(len(vocabulary) for vocabulary, _ in entries)
    for size in sizes:
        if size is not None and not 1 <= size <= largest:
            raise UsageError(
                f"size {size}: the largest vocabulary has {largest} concepts; a prefix has 1 to all"
            )
    for vocabulary, dictionary in entries:
        if (dictionary.vocabulary, dictionary.encoder) != (vocabulary.content_hash, task.encoder):
            raise DataError(
                f"the dictionary was built from another vocabulary or encoder than"
                f" {vocabulary.specifier} and the clips' own; build it from these"
            )
    return [
        (vocabulary, dictionary, size)
        for vocabulary, dictionary in entries
        for size in prefix_sizes(len(vocabulary), sizes)
    ]


def _decompositions(
    x: FloatArray, atoms: FloatArray, l0: Sequence[int], l1: Sequence[float]
) -> list[Decomposition]:
    """Of one prefix, in rising order of the limit or penalty."""
    if len(l1):
        return l1_path(x, atoms, sorted(set(l1)))
    return l0_path(x, atoms, sorted(set(l0)))


def _right(task: SweepTask, rows: FloatArray | Array) -> Array:
    """Which clips are nearest to the prompt of their own class."""
    return np.asarray(classify(rows, task.class_atoms) == task.truth, np.float64)


def _point(task: SweepTask, vocabulary: Vocabulary, size: int, result: Decomposition) -> SweepPoint:
    """All of a point but its accuracy, which is told for all points together."""
    kept = fidelity(task.x, result)
    concepts = {label.casefold() for label in vocabulary.labels[:size]}
    return SweepPoint(
        vocabulary=vocabulary.specifier,
        content_hash=vocabulary.content_hash,
        size=size,
        class_names=sum(name.casefold() in concepts for name in task.classes),
        mode=result.mode,
        value=kept.value,
        l0_mean=kept.l0_mean,
        accuracy=0.0,
        low=0.0,
        high=0.0,
        retention=None,
        cosine=kept.cosine,
        centred_cosine=kept.centred_cosine,
        explained_variance=kept.explained_variance,
        empty=int(np.sum(result.l0 == 0)),
        not_converged=int(np.sum(result.status == "not-converged")),
    )


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

    def under(curve: dict[float, SweepPoint], name: str) -> float | None:
        values = [getattr(point, name) for point in curve.values()]
        return None if None in values else area(list(curve), values, (low, high))

    return tuple(
        SweepArea(
            vocabulary=vocabulary,
            size=size,
            low=low,
            high=high,
            accuracy=under(curve, "accuracy") or 0.0,
            centred_cosine=under(curve, "centred_cosine"),
            explained_variance=under(curve, "explained_variance"),
        )
        for (vocabulary, _, size), curve in curves.items()
    )
