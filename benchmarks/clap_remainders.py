"""What right and wrong centrings of real CLAP leave of the mean: the figures behind a threshold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.clap_centrings import SMALL, folds_of
from benchmarks.clap_rows import RealRows
from benchmarks.pages import table
from concept_core.encoders.base import FloatArray, unit
from concept_core.encoders.remainders import TOO_MUCH, remainder

DRAWS = 50
RIGHT, WRONG, BETWEEN = "right", "wrong", "between"
_CLIPS = (10, 20, 50, 200)
_LABELS = (10, 20, 30, 100)


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of some rows less some mean.

    Attributes
    ----------
    rows, off : str
        Which rows, and what is taken off them.
    verdict : str
        Whether that is a right centring (`RIGHT`), a wrong one, or something between.
    values : tuple of float
        A value a fold and draw.
    """

    rows: str
    off: str
    verdict: str
    values: tuple[float, ...]

    @property
    def above(self) -> float:
        """The share that the product warns of."""
        return float(np.mean(np.array(self.values) > TOO_MUCH))


def remainders(rows: RealRows) -> list[Left]:
    """Sounds of a fold, then labels, then smaller vocabularies."""
    return [*_sounds(rows), *_labels(rows), *_small(rows)]


def _sounds(rows: RealRows) -> Iterator[Left]:
    folds, what = folds_of(rows), "sounds"
    yield Left(what, "nothing", WRONG, tuple(_left(fold.x, 0.0) for fold in folds))
    for size in _CLIPS:
        rng = np.random.default_rng([3, size])
        values = [
            _left(fold.x, fold.others[_drawn(rng, len(fold.others), size)].mean(axis=0))
            for fold in folds
            for _ in range(DRAWS)
        ]
        verdict = RIGHT if size >= 20 else BETWEEN
        yield Left(what, f"mean of {size} clips of other folds", verdict, tuple(values))
    values = [_left(fold.x, fold.others.mean(axis=0)) for fold in folds]
    yield Left(what, "mean of all 800 clips of other folds", RIGHT, tuple(values))
    values = [
        _left(fold.x, fold.others[fold.of_others == named].mean(axis=0))
        for fold in folds
        for named in range(len(rows.clips.prompts))
    ]
    yield Left(what, "mean of the 16 clips of one class", WRONG, tuple(values))
    label = rows.labels.rows.mean(axis=0)
    yield Left(what, "mean of the labels", WRONG, tuple(_left(fold.x, label) for fold in folds))


def _labels(rows: RealRows) -> Iterator[Left]:
    labels, what = rows.labels.rows, "192 labels"
    yield Left(what, "nothing", WRONG, (_left(labels, 0.0),))
    yield Left(what, "their own mean", RIGHT, (_left(labels, labels.mean(axis=0)),))
    for size in _LABELS:
        rng = np.random.default_rng([4, size])
        draws = (labels[_drawn(rng, len(labels), size)].mean(axis=0) for _ in range(DRAWS))
        verdict = RIGHT if size >= 20 else BETWEEN
        values = tuple(_left(labels, mean) for mean in draws)
        yield Left(what, f"mean of {size} of them", verdict, values)
    wrong = {
        "mean of the class prompts (other wording)": rows.clips.prompt_rows,
        "mean of the sounds": rows.clips.audio,
        "mean of another checkpoint's labels": rows.other_labels,
    }
    for name, of in wrong.items():
        if of is not None:
            yield Left(what, name, WRONG, (_left(labels, of.mean(axis=0)),))


def _small(rows: RealRows) -> Iterator[Left]:
    labels = rows.labels.rows
    for size in SMALL:
        rng = np.random.default_rng([5, size])
        own, others = [], []
        for _ in range(DRAWS):
            order = rng.permutation(len(labels))
            some, rest = labels[order[:size]], labels[order[size:]]
            own.append(_left(some, some.mean(axis=0)))
            others.append(_left(some, rest.mean(axis=0)))
        yield Left(f"{size} of the labels", "their own mean", RIGHT, tuple(own))
        yield Left(f"{size} of the labels", "mean of the other labels", BETWEEN, tuple(others))


def remainders_table(found: list[Left]) -> Iterator[str]:
    """A line a centring, and what lies nearest to the threshold from either side."""
    headings = ("rows", "what is taken off", "centring", "least", "greatest", "warned of")
    yield from table(
        headings,
        (
            [one.rows, one.off, one.verdict, f"{min(one.values):.2f}", f"{max(one.values):.2f}",
             f"{one.above:.0%}"]
            for one in found
        ),
    )  # fmt: skip
    most = max(max(one.values) for one in found if one.verdict == RIGHT)
    least = min(min(one.values) for one in found if one.verdict == WRONG)
    yield from (
        "",
        f"Right centrings leave {most:.2f} at most, wrong ones {least:.2f} at least; the threshold"
        f" is {TOO_MUCH}.",
    )


def _left(x: FloatArray, mean: FloatArray | float) -> float:
    found = remainder(unit(x - mean))
    assert found is not None
    return found


def _drawn(rng: np.random.Generator, n: int, size: int) -> NDArray[np.intp]:
    return rng.choice(n, size, replace=False)
