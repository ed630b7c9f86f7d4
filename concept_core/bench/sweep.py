"""A grid of sparsity, vocabulary and size: what each point keeps of a task and of embeddings.

Source: arXiv 2504.14076, the figures of accuracy against the penalty and against the size.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from concept_core._version import __version__
from concept_core.decomposition.decomposing import Decomposition
from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.sparsity import l0_path, l1_path
from concept_core.encoders.base import FloatArray
from concept_core.errors import DataError, UsageError
from concept_core.measures.fidelity import area, fidelity, mean_only_cosine
from concept_core.solvers.base import Array
from concept_core.solvers.registry import check_mode
from concept_core.tasks.assemble import head
from concept_core.tasks.intervals import (
    LEVEL,
    RESAMPLES,
    bootstrap_means,
    number_of,
    share_interval,
)
from concept_core.tasks.metrics import Classes, classify
from concept_core.tasks.scorecard import distinct_names
from concept_core.tasks.zero_shot import ZeroShot
from concept_core.values import DataFrame, Table, Value, frame, to_data
from concept_core.vocabulary import Vocabulary

_Prefix = tuple[Vocabulary, Dictionary, int]


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """One vocabulary, one prefix of it, one sparsity.

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
    accuracy : float
        On reconstructions.
    low, high : float
        The bootstrap interval of the accuracy.
    retention : float or None
        Accuracy over dense accuracy; None where that is zero.
    cosine, centred_cosine, explained_variance : float, float or None, float or None
        See ``concept_core.measures.fidelity``.
    empty, not_converged : int
        Clips without a concept (they count as wrong); l1 rows above the gap tolerance.
    """

    vocabulary: str
    content_hash: str
    size: int
    class_names: int
    mode: str
    value: float
    l0_mean: float
    accuracy: float
    low: float
    high: float
    retention: float | None
    cosine: float
    centred_cosine: float | None
    explained_variance: float | None
    empty: int
    not_converged: int


@dataclass(frozen=True, slots=True)
class SweepArea:
    """Areas under the curves of one prefix against l0 (``concept_core.measures.area``).

    In l0 mode over the limits, which are the same for all; in l1 mode over the mean l0 that all
    curves of the sweep reach, between ``low`` and ``high``. A value is None where its curve is.
    """

    vocabulary: str
    content_hash: str
    size: int
    low: float
    high: float
    accuracy: float
    centred_cosine: float | None
    explained_variance: float | None


@dataclass(frozen=True, slots=True, repr=False)
class Sweep(Value, Table):
    """All points, and what stands beside them. Equal runs, equal sweeps.

    Attributes
    ----------
    about : dict
        That of the task, with the bootstrap and the software.
    n : int
    dense_accuracy : float
        On the embeddings themselves; its interval is ``dense_low``, ``dense_high``.
    mean_only_accuracy, mean_only_cosine : float
        Of the mean of the embeddings in every clip's place: what knows no clip.
    points : tuple of SweepPoint
        Vocabularies as they were given, then sizes and sparsities in rising order.
    areas : tuple of SweepArea
        Empty where l1 curves have no l0 in common.
    """

    about: dict[str, Any]
    n: int
    dense_accuracy: float
    dense_low: float
    dense_high: float
    mean_only_accuracy: float
    mean_only_cosine: float
    points: tuple[SweepPoint, ...]
    areas: tuple[SweepArea, ...]

    @property
    def names(self) -> list[str]:
        """Of each point what tells its vocabulary apart: see `distinct_names`."""
        return distinct_names([(one.vocabulary, one.content_hash) for one in self.points])

    def to_frame(self) -> DataFrame:
        """One row a point. Needs pandas."""
        pairs = zip(self.points, self.names, strict=True)
        return frame([{**to_data(one), "vocabulary": name} for one, name in pairs])

    def __repr__(self) -> str:
        vocabularies = len(set(self.names))
        return (
            f"Sweep({len(self.points)} points of {vocabularies} vocabularies on {self.n} clips:"
            f" dense accuracy {self.dense_accuracy:.3f})"
        )


def prefix_sizes(size: int, asked: Sequence[int | None]) -> list[int]:
    """The asked prefix sizes that a vocabulary of ``size`` concepts has; None is all of it."""
    return sorted({size if one is None else one for one in asked if one is None or one <= size})


def check_grid(l0: Sequence[int], l1: Sequence[float]) -> None:
    """See that exactly one grid is asked for, every value of it in range.

    Raises
    ------
    UsageError
        It is not.
    """
    if bool(len(l0)) == bool(len(l1)):
        raise UsageError("give exactly one grid: l0 (limits) or l1 (penalties), of one or more")
    for limit in l0:
        check_mode(None, limit)
    for penalty in l1:
        check_mode(penalty, None)


def sweep(
    task: ZeroShot,
    entries: Sequence[tuple[Vocabulary, Dictionary]],
    *,
    l0: Sequence[int] = (),
    l1: Sequence[float] = (),
    sizes: Sequence[int | None] = (None,),
    seed: int = 0,
    device: str = "auto",
    progress: Callable[[int, int], None] | None = None,
) -> Sweep:
    """Decompose the clips at every point of the grid, and score the reconstructions.

    Parameters
    ----------
    task : ZeroShot
        Of clips with one class each.
    entries : sequence of (Vocabulary, Dictionary)
        At least one; dictionaries of the task's encoder.
    l0, l1 : sequence
        One of the two: limits, or penalties (warm-started from the highest down).
    sizes : sequence of int or None
        Prefix sizes; None is the whole vocabulary. A vocabulary that is smaller than a size has
        no point there.
    seed : int
        Of the bootstrap: all points share its resamples.
    device : str
        ``auto``, ``cpu`` or ``cuda``: where solvers run.
    progress : callable, optional
        Called with the number of prefixes done and of all.

    Raises
    ------
    UsageError
        Not exactly one grid, no vocabulary, a size below 1 or one that no vocabulary has; clips
        with several classes.
    DataError
        No clips, or a dictionary of another vocabulary or encoder.
    """
    prefixes = _prefixes(task, entries, l0, l1, sizes)
    x, truth = task.rows, task.data.single_labels
    columns = [_right(task, truth, x)]
    unscored: list[SweepPoint] = []
    for done, (vocabulary, dictionary, size) in enumerate(prefixes, start=1):
        for result in _decompositions(x, dictionary, size, l0, l1, device):
            columns.append(_right(task, truth, result.reconstruct()))
            unscored.append(_point(task, vocabulary, size, result))
        if progress is not None:
            progress(done, len(prefixes))
    right = np.stack(columns, axis=1)
    units = task.items.units
    drawn = bootstrap_means(right, units, np.random.default_rng(seed))
    dense, *reached = (float(mean) for mean in right.mean(axis=0))
    intervals = [
        share_interval(column, one, number_of(units))
        for column, one in zip(drawn.T, (dense, *reached), strict=True)
    ]
    points = tuple(
        replace(point, accuracy=one, low=low, high=high, retention=one / dense if dense else None)
        for point, one, (low, high) in zip(unscored, reached, intervals[1:], strict=True)
    )
    mean = np.repeat(x.mean(axis=0, keepdims=True, dtype=np.float64), len(x), axis=0)
    return Sweep(
        about={
            **head(task),
            "bootstrap": {"level": LEVEL, "resamples": RESAMPLES, "seed": seed},
            "software": __version__,
        },
        n=len(x),
        dense_accuracy=dense,
        dense_low=intervals[0][0],
        dense_high=intervals[0][1],
        mean_only_accuracy=float(_right(task, truth, mean).mean()),
        mean_only_cosine=mean_only_cosine(x),
        points=points,
        areas=_areas(points),
    )


def _prefixes(
    task: ZeroShot,
    entries: Sequence[tuple[Vocabulary, Dictionary]],
    l0: Sequence[int],
    l1: Sequence[float],
    sizes: Sequence[int | None],
) -> list[_Prefix]:
    """The grid without its sparsities, checked before anything slow starts."""
    check_grid(l0, l1)
    if not entries:
        raise UsageError("no vocabularies to sweep; give one or more")
    if not len(task.rows):
        raise DataError("no clips to sweep; a share of nothing is not a number")
    largest = max(len(vocabulary) for vocabulary, _ in entries)
    for size in sizes:
        if size is not None and not 1 <= size <= largest:
            raise UsageError(
                f"size {size}: the largest vocabulary has {largest} concepts; a prefix has 1 to all"
            )
    for vocabulary, dictionary in entries:
        dictionary.check(vocabulary, task.items.encoder)
    return [
        (vocabulary, dictionary, size)
        for vocabulary, dictionary in entries
        for size in prefix_sizes(len(vocabulary), sizes)
    ]


def _decompositions(
    x: FloatArray,
    dictionary: Dictionary,
    size: int,
    l0: Sequence[int],
    l1: Sequence[float],
    device: str,
) -> list[Decomposition]:
    """Of one prefix, in rising order of the limit or penalty."""
    atoms = dictionary if size == len(dictionary) else dictionary.prefix(size)
    if len(l1):
        return l1_path(x, atoms, sorted(set(l1)), device=device)
    return l0_path(x, atoms, sorted(set(l0)), device=device)


def _right(task: ZeroShot, truth: Classes, rows: FloatArray | Array) -> Array:
    """Which clips are nearest to the prompt of their own class."""
    return np.asarray(classify(rows, task.data.class_atoms, truth) == truth, np.float64)


def _point(task: ZeroShot, vocabulary: Vocabulary, size: int, result: Decomposition) -> SweepPoint:
    """All of a point but its accuracy, which is found for all points together."""
    kept = fidelity(task.rows, result)
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
            content_hash=content_hash,
            size=size,
            low=low,
            high=high,
            accuracy=under(curve, "accuracy") or 0.0,
            centred_cosine=under(curve, "centred_cosine"),
            explained_variance=under(curve, "explained_variance"),
        )
        for (vocabulary, content_hash, size), curve in curves.items()
    )
