"""Few-shot classification: the nearest mean of a few labelled clips a class.

The shots are drawn from the training folds, several times; a clip is given the class whose shots'
mean is nearest by cosine, on embeddings and on reconstructions alike. There is nothing to select,
so that one shot a class is enough. All vocabularies and baselines see the same draws.

Source: Snell et al., "Prototypical Networks for Few-shot Learning", NeurIPS 2017, section 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from concept_core.errors import DataError, UsageError
from concept_core.tasks.items import Embedded
from concept_core.tasks.labelled import LabelledTask, of_clips
from concept_core.tasks.metrics import Array, Classes, classify, ratio, unit_rows
from concept_core.tasks.splits import Places, Split, all_tested, splits
from concept_core.tasks.task import Answer, Representation

NAME = "few-shot"
SHOTS = (1, 5, 10)
DRAWS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """One draw for one split: the places of the shots, (C, shots), class by class."""

    split: Split = field(repr=False)
    shots: Places = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class FewShot(LabelledTask):
    """The task over embedded clips; ``draws`` by number of shots, ``DRAWS`` of each split."""

    known: Places = field(repr=False)
    draws: dict[int, tuple[tuple[Draw, ...], ...]] = field(repr=False)

    def answer(self, representation: Representation) -> Answer:
        """A metric for each number of shots: a clip's score is the share of draws that are right.

        The note ``draws`` has the accuracy of each draw, ``draws_sd`` their standard deviation.
        """
        rows, _ = unit_rows(representation.rows)
        answer = Answer(statistics={}, scores={})
        accuracies: dict[str, list[float]] = {}
        for shots, draws in self.draws.items():
            right = np.stack([self._right(rows, draw)[self.scored] for draw in draws])
            name = metric(shots)
            answer.scores[name] = right.mean(axis=0)
            answer.statistics[name] = ratio(answer.scores[name])
            accuracies[name] = [float(one) for one in right.mean(axis=1)]
        answer.notes["draws"] = accuracies
        answer.notes["draws_sd"] = {
            name: float(np.std(found, ddof=1)) for name, found in accuracies.items()
        }
        return answer

    def _right(self, rows: Array, draw: Sequence[Draw]) -> Array:
        """1 for each clip that gets its class in one draw, 0 for the others: (n,)."""
        right = np.zeros(len(rows))
        for one in draw:
            means, _ = unit_rows(rows[one.shots].mean(axis=1))
            # Class numbers among those that occur.
            truth = np.searchsorted(self.known, self.data.single_labels[one.split.test])
            right[one.split.test] = classify(rows[one.split.test], means, truth) == truth
        return right


def metric(shots: int) -> str:
    """The name of the metric for a number of shots."""
    return f"accuracy-{shots}-shot"


def prepare(data: Embedded, *, shots: Sequence[int] = SHOTS, seed: int = 0) -> FewShot:
    """The task, ready for any vocabulary.

    Parameters
    ----------
    data : Embedded
        Of all folds, those that shots are drawn from among them.
    shots : sequence of int
        How many labelled clips a class; the main metric is that of the most.
    seed : int
        Of the draws.

    Raises
    ------
    UsageError
        Numbers below 1, or a multi-label set; folds that leave nothing to draw from.
    DataError
        A class has fewer clips to draw from than asked; it is named.
    """
    labels = data.single_labels
    numbers = sorted(set(shots))
    if not numbers or numbers[0] < 1:
        raise UsageError(f"shots are whole numbers of clips a class, 1 or more; got {list(shots)}")
    parts = splits(data.items)
    known = np.unique(labels).astype(np.intp)
    for part in parts:
        _check(data, part, known, numbers[-1])
    draws = {number: _draw(labels, parts, known, number, seed) for number in numbers}
    shared = {**of_clips(data, all_tested(parts)), "main_metric": metric(numbers[-1])}
    parameters = {"shots": numbers, "draws": DRAWS}
    return FewShot(name=NAME, parameters=parameters, known=known, draws=draws, **shared)


def _draw(
    labels: Classes, parts: Sequence[Split], known: Places, shots: int, seed: int
) -> tuple[tuple[Draw, ...], ...]:
    rng = np.random.default_rng([seed, 3, shots])
    pools = [[part.train[labels[part.train] == label] for label in known] for part in parts]
    return tuple(
        tuple(
            Draw(part, np.stack([rng.choice(pool, shots, replace=False) for pool in of_class]))
            for part, of_class in zip(parts, pools, strict=True)
        )
        for _ in range(DRAWS)
    )


def _check(data: Embedded, part: Split, known: Places, most: int) -> None:
    labels = data.single_labels[part.train]
    for label in known:
        there = int(np.sum(labels == label))
        if there < most:
            raise DataError(
                f"{data.items.info.name}: class {data.classes[label]!r} has {there} clips to draw"
                f" from for fold {part.name}, and {most} are asked; ask for fewer shots, or more"
                " folds"
            )
