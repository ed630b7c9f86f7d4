"""Zero-shot on real CLAP under right and wrong centrings: what each keeps at each limit.

Every fold is judged with means from the two others, and the three are put together. What the
product offers (``mean``, ``spectral``, ``none``) is measured through `Bench`, one fold at a time;
what it deliberately does not offer is made here, with the same solver and the same judgement.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.clap_rows import DATASET, FOLDS, RealRows
from benchmarks.pages import table
from concept_core.bench.bench import Bench
from concept_core.datasets.single_label_sets import esc50_recording
from concept_core.decomposition.sparsity import l0_path
from concept_core.encoders.base import FloatArray, unit
from concept_core.encoders.remainders import TOO_MUCH, remainder
from concept_core.errors import CentringWarning
from concept_core.releases.specifiers import load_vocabulary
from concept_core.tasks.intervals import Units, bootstrap_means, interval, number_of
from concept_core.tasks.items import Embedded
from concept_core.tasks.metrics import classify
from concept_core.tasks.request import TaskRequest

LIMITS = (5, 10, 20, 40, 80)
AT = LIMITS.index(10)
"""The limit at which a centring is compared with the default, clip by clip."""

DRAWS = 5
DEFAULT = "default: labels, class prompts, sounds, each by their own mean"
SMALL = (20, 50, 96)


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """A fold to judge: its raw rows (n, d) and their classes; the same of the other folds."""

    x: FloatArray
    truth: NDArray[np.int64]
    others: FloatArray
    of_others: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """A fold as it is judged: centred clips (n, d), atoms (K, d), class prompts (C, d)."""

    x: FloatArray
    atoms: FloatArray
    prompts: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a centring keeps, over all folds.

    Attributes
    ----------
    dense : (n,) float64
        1 for each clip whose centred row is nearest to the prompt of its class.
    right : (n, limits) float64
        The same of its reconstruction at each of `LIMITS`.
    used : float
        Mean number of concepts at the last limit.
    sounds, atoms : float or None
        What is left of the mean sound and of the mean atom: the mean over folds.
    """

    dense: NDArray[np.float64] = field(repr=False)
    right: NDArray[np.float64] = field(repr=False)
    used: float
    sounds: float | None
    atoms: float | None

    @property
    def accuracies(self) -> NDArray[np.float64]:
        """At each limit."""
        return np.asarray(self.right.mean(axis=0))

    @property
    def retention(self) -> NDArray[np.float64]:
        """Of the centring's own dense accuracy, at each limit."""
        return np.asarray(self.accuracies / self.dense.mean())

    def warned(self) -> str:
        """Of what the product warns."""
        left = {"sounds": self.sounds, "labels": self.atoms}
        return ", ".join(name for name, one in left.items() if (one or 0.0) > TOO_MUCH) or "-"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "dense": float(self.dense.mean()),
            "accuracy": dict(zip(map(str, LIMITS), self.accuracies.tolist(), strict=True)),
            "concepts_at_last": self.used,
            "left_of_sounds": self.sounds,
            "left_of_atoms": self.atoms,
        }


def folds_of(rows: RealRows) -> tuple[Fold, ...]:
    """Each fold with the two others beside it."""
    of = np.array(rows.clips.folds)
    x, truth = rows.clips.audio, rows.truth
    return tuple(
        Fold(x[of == one], truth[of == one], x[of != one], truth[of != one]) for one in FOLDS
    )


def units_of(rows: RealRows) -> Units:
    """The number of each clip's recording, in the order of `judge`: fold after fold."""
    clips = [*zip(rows.clips.names, rows.clips.folds, strict=True)]
    ordered = [name for fold in FOLDS for name, one in clips if one == fold]
    return np.unique([esc50_recording(name) or name for name in ordered], return_inverse=True)[1]


def judge(spaces: Sequence[Space], truths: Sequence[NDArray[np.int64]]) -> Found:
    """Decompose and classify each fold's clips, and put the folds together."""
    dense, right, used, left = [], [], [], []
    for space, truth in zip(spaces, truths, strict=True):
        found = l0_path(space.x, space.atoms, LIMITS)
        dense.append(classify(space.x, space.prompts, truth) == truth)
        right.append([classify(one.reconstruct(), space.prompts, truth) == truth for one in found])
        used.append(found[-1].l0)
        left.append((remainder(space.x), remainder(space.atoms)))
    sounds, atoms = (
        None if None in part else float(np.mean(part)) for part in zip(*left, strict=True)
    )
    return Found(
        np.concatenate(dense).astype(np.float64),
        np.concatenate(right, axis=1).T.astype(np.float64),
        float(np.concatenate(used).mean()),
        sounds,
        atoms,
    )


def by_product(rows: RealRows, option: str) -> Found:
    """A centring that the product offers, one fold at a time."""
    vocabulary = load_vocabulary(rows.vocabulary)
    spaces, truths = [], []
    for fold in FOLDS:
        request = TaskRequest("zero-shot", DATASET, (fold,))
        bench = Bench(request, f"{rows.encoder}{option}", rows.folder)
        data = bench.data
        assert isinstance(data, Embedded)
        spaces.append(Space(data.x, bench.dictionary(vocabulary).atoms, data.class_atoms))
        truths.append(data.single_labels)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CentringWarning)
        return judge(spaces, truths)


Mean = FloatArray | float
"""What is taken off rows: a mean (d,), or 0 for nothing."""


def by_hand(
    rows: RealRows,
    sounds: Callable[[Fold], Mean],
    labels: Mean,
    prompts: Mean,
    places: NDArray[np.intp] | None = None,
) -> Found:
    """Any other: a mean off each kind of rows; ``places`` are labels of a smaller vocabulary."""
    texts = rows.labels.rows if places is None else rows.labels.rows[places]
    atoms, classes = unit(texts - labels), unit(rows.clips.prompt_rows - prompts)
    folds = folds_of(rows)
    spaces = [Space(unit(fold.x - sounds(fold)), atoms, classes) for fold in folds]
    return judge(spaces, [fold.truth for fold in folds])


def of_all(fold: Fold) -> FloatArray:
    """The mean of all clips of the other folds."""
    return np.asarray(fold.others.mean(axis=0))


def nothing(fold: Fold) -> float:
    """No mean at all."""
    return 0.0


def centrings(rows: RealRows) -> dict[str, Found]:
    """Each centring by its name, the default first."""
    label, prompt = rows.labels.rows.mean(axis=0), rows.clips.prompt_rows.mean(axis=0)
    found = {
        DEFAULT: by_product(rows, ""),
        "`spectral`": by_product(rows, "?centring=spectral"),
        "class prompts by the labels' mean": by_hand(rows, of_all, label, label),
        "texts alone": by_hand(rows, nothing, label, prompt),
        "sounds alone": by_hand(rows, of_all, 0.0, 0.0),
        "labels by the class prompts' mean (other wording)": by_hand(rows, of_all, prompt, prompt),
        "the sounds' mean off everything": _sounds_off_all(rows),
        "`none`": by_product(rows, "?centring=none"),
    }
    if rows.other_labels is not None:
        other = rows.other_labels.mean(axis=0)
        found["labels by the mean of another checkpoint's"] = by_hand(rows, of_all, other, prompt)
    return found


def _sounds_off_all(rows: RealRows) -> Found:
    folds = folds_of(rows)
    spaces = []
    for fold in folds:
        mean = of_all(fold)
        parts = (fold.x, rows.labels.rows, rows.clips.prompt_rows)
        spaces.append(Space(*(unit(part - mean) for part in parts)))
    return judge(spaces, [fold.truth for fold in folds])


def fewer(rows: RealRows) -> dict[str, list[Found]]:
    """The default with means of fewer clips, and of fewer labels, each drawn `DRAWS` times."""
    label, prompt = rows.labels.rows.mean(axis=0), rows.clips.prompt_rows.mean(axis=0)
    found = {}
    for size in (20, 50, 200):
        rng = np.random.default_rng([0, size])
        found[f"sounds by {size} clips"] = [
            by_hand(rows, _of_some(size, rng), label, prompt) for _ in range(DRAWS)
        ]
    found["sounds by all 800 clips"] = [by_hand(rows, of_all, label, prompt)]
    classes = np.random.default_rng([1, 0]).choice(len(rows.clips.prompts), DRAWS, replace=False)
    found["sounds by the 16 clips of one class"] = [
        by_hand(rows, _of_class(one), label, prompt) for one in classes
    ]
    for size in (10, 30, 100):
        rng = np.random.default_rng([1, size])
        found[f"labels by {size} of the 192"] = [
            by_hand(rows, of_all, _some(rows.labels.rows, size, rng), prompt) for _ in range(DRAWS)
        ]
    return found


def _of_some(size: int, rng: np.random.Generator) -> Callable[[Fold], FloatArray]:
    """The mean of some clips of the other folds, drawn anew for each fold."""
    return lambda fold: _some(fold.others, size, rng)


def _of_class(number: int) -> Callable[[Fold], FloatArray]:
    """The mean of the clips of one class in the other folds."""
    return lambda fold: np.asarray(fold.others[fold.of_others == number].mean(axis=0))


def _some(rows: FloatArray, size: int, rng: np.random.Generator) -> FloatArray:
    return np.asarray(rows[rng.choice(len(rows), size, replace=False)].mean(axis=0))


def small(rows: RealRows) -> dict[tuple[int, str], list[Found]]:
    """Vocabularies of some of the labels: their own mean against that of the labels left out."""
    prompt = rows.clips.prompt_rows.mean(axis=0)
    found: dict[tuple[int, str], list[Found]] = {}
    for size in SMALL:
        rng = np.random.default_rng([2, size])
        for _ in range(DRAWS):
            order = rng.permutation(len(rows.labels.rows))
            places, rest = order[:size], order[size:]
            for name, of in (("own", places), ("the others'", rest)):
                mean = rows.labels.rows[of].mean(axis=0)
                one = by_hand(rows, of_all, mean, prompt, places)
                found.setdefault((size, name), []).append(one)
    return found


def centrings_table(found: dict[str, Found], units: Units) -> Iterator[str]:
    """A line a centring: accuracy and retention, the difference from the default, what is left."""
    headings = ("what is taken off", "dense", *(f"l0 {limit}" for limit in LIMITS),
                f"less default at {LIMITS[AT]}", "used at 80", "left of sounds", "left of labels",
                "warned of")  # fmt: skip
    default = found[DEFAULT]
    gaps = np.stack([one.right[:, AT] - default.right[:, AT] for one in found.values()], axis=1)
    drawn = bootstrap_means(gaps, units, np.random.default_rng(0))
    intervals = [interval(column, number_of(units)) for column in drawn.T]
    lines = []
    for (name, one), gap, (low, high) in zip(
        found.items(), gaps.mean(axis=0), intervals, strict=True
    ):
        both = zip(one.accuracies, one.retention, strict=True)
        beside = "-" if one is default else f"{gap:+.3f} [{low:+.3f}, {high:+.3f}]"
        lines.append(
            [name, f"{one.dense.mean():.3f}", *(f"{a:.3f} ({kept:.3f})" for a, kept in both),
             beside, f"{one.used:.1f}", _left(one.sounds), _left(one.atoms), one.warned()]
        )  # fmt: skip
    yield from table(headings, lines)


def fewer_table(found: dict[str, list[Found]]) -> Iterator[str]:
    """A line a size: mean accuracy over draws, and the least and greatest."""
    headings = ("mean of", "dense", *(f"l0 {limit}" for limit in LIMITS))
    yield from table(headings, ([name, *_spans(draws)] for name, draws in found.items()))


def small_table(found: dict[tuple[int, str], list[Found]]) -> Iterator[str]:
    """Two lines a size: own mean and the others'."""
    headings = ("labels", "mean", "dense", *(f"l0 {limit}" for limit in LIMITS), "used at 80",
                "left of labels")  # fmt: skip
    lines = []
    for (size, name), draws in found.items():
        used, left = np.mean([one.used for one in draws]), np.mean([one.atoms for one in draws])
        lines.append([size, name, *_spans(draws), f"{used:.1f}", f"{left:.2f}"])
    yield from table(headings, lines)


def _spans(draws: Sequence[Found]) -> Iterator[str]:
    columns = np.array([[one.dense.mean(), *one.accuracies] for one in draws])
    for column in columns.T:
        span = f" ({column.min():.3f} to {column.max():.3f})" if len(draws) > 1 else ""
        yield f"{column.mean():.3f}{span}"


def _left(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
