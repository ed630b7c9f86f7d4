"""Tasks on real CLAP, with and without class names in the vocabulary, beside what knows no words.

All by `Bench` over the three folds at once. Random directions are drawn with several seeds: as
scorecards have them, and centred by their own mean, as the vocabulary's atoms are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.clap_centrings import LIMITS
from benchmarks.clap_rows import DATASET, FOLDS, RealRows
from benchmarks.pages import table
from concept_core.bench.baselines import DRAWS
from concept_core.bench.bench import Bench
from concept_core.datasets import dataset_info
from concept_core.decomposition.random_directions import random_atoms
from concept_core.decomposition.sparsity import l0_path
from concept_core.encoders.base import unit
from concept_core.releases.specifiers import load_vocabulary
from concept_core.tasks.leak import class_name_leak
from concept_core.tasks.metrics import value
from concept_core.tasks.request import TaskRequest
from concept_core.tasks.scorecard import Metric
from concept_core.tasks.task import plain
from concept_core.vocabulary import Vocabulary

SEEDS = range(DRAWS)
DRAWN, CENTRED = "random directions", "random directions, centred"
TASKS = ("zero-shot", "few-shot", "linear-probe", "finetuned")


@dataclass(frozen=True, slots=True)
class Scored:
    """One metric of a task.

    Attributes
    ----------
    title : str
    vocabularies : dict of str to tuple of Metric
        By name, a metric a limit.
    random : dict of str to list of list of float
        `DRAWN` and `CENTRED`: a list a seed, a figure a limit.
    """

    title: str
    vocabularies: dict[str, tuple[Metric, ...]]
    random: dict[str, list[list[float]]]

    @property
    def first(self) -> Metric:
        """Any: dense and mean-only are the same in all."""
        return next(iter(self.vocabularies.values()))[0]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "title": self.title,
            "dense": self.first.dense,
            "dense_interval": self.first.dense_interval,
            "mean_only": self.first.mean_only,
            "vocabularies": {
                name: [
                    {
                        "l0": limit,
                        "value": one.value,
                        "interval": one.interval,
                        "difference_interval": one.difference_interval,
                    }
                    for limit, one in zip(LIMITS, metrics, strict=True)
                ]
                for name, metrics in self.vocabularies.items()
            },
            "random": self.random,
        }


def vocabularies(rows: RealRows) -> dict[str, Vocabulary]:
    """All labels; without class names; without every label that shares all words with one."""
    whole = load_vocabulary(rows.vocabulary)
    classes = dataset_info(DATASET).classes
    leaks = {label: class_name_leak([label], classes) for label in whole.labels}
    names = [label for label, leak in leaks.items() if leak["exact"]]
    akin = [label for label, leak in leaks.items() if any(leak.values())]
    found = {
        "all": whole,
        "without class names": whole.without(names),
        "without names and their kin": whole.without(akin),
    }
    return {f"{name} ({len(one)})": one for name, one in found.items()}


def score(rows: RealRows, task: str) -> list[Scored]:
    """A task's figures, one a metric: accuracy, or one a number of shots."""
    bench = Bench(TaskRequest(task, DATASET, FOLDS), rows.encoder, rows.folder)
    cards = {
        name: [bench.score(vocabulary, l0=limit) for limit in LIMITS]
        for name, vocabulary in vocabularies(rows).items()
    }
    random = {
        name: [_random(bench, len(rows.labels.rows), seed, centred=name == CENTRED)
               for seed in SEEDS]
        for name in (DRAWN, CENTRED)
    }  # fmt: skip
    any_card = next(iter(cards.values()))[0]
    metrics = list(any_card.metrics) if task == "few-shot" else [any_card.main_metric]
    return [
        Scored(
            f"{task}, {metric}",
            {name: tuple(card.metrics[metric] for card in of) for name, of in cards.items()},
            {name: [[at[metric] for at in one] for one in seeds] for name, seeds in random.items()},
        )
        for metric in metrics
    ]


def _random(bench: Bench, size: int, seed: int, *, centred: bool) -> list[dict[str, float]]:
    """What random directions keep at each limit, by metric."""
    rows = bench.task.rows
    atoms = random_atoms(size, rows.shape[1], seed)
    if centred:
        atoms = unit(atoms - atoms.mean(axis=0))
    found = []
    for result in l0_path(rows, atoms, LIMITS):
        answer = bench.task.answer(plain(result))
        n = len(bench.task.scored)
        found.append({name: value(one, n) for name, one in answer.statistics.items()})
    return found


def scored_table(found: Sequence[Scored]) -> Iterator[str]:
    """A table a metric: vocabularies with intervals, less dense, and random directions."""
    for one in found:
        first = one.first
        yield from ("", f"**{one.title}**: dense {first.dense:.3f} {_span(first.dense_interval)},"
                    f" mean-only {first.mean_only:.3f}", "")  # fmt: skip
        yield from table(("", *(f"l0 {limit}" for limit in LIMITS)), _lines(one))


def _lines(found: Scored) -> Iterator[list[str]]:
    for name, metrics in found.vocabularies.items():
        yield [name, *(f"{one.value:.3f} {_span(one.interval)}" for one in metrics)]
        yield ["less dense", *(_less_dense(one) for one in metrics)]
    for name, seeds in found.random.items():
        columns = np.array(seeds).T
        yield [
            f"{name}, {len(seeds)} draws",
            *(f"{of.mean():.3f} ({of.min():.3f} to {of.max():.3f})" for of in columns),
        ]


def _less_dense(one: Metric) -> str:
    low, high = one.difference_interval
    return f"{one.value - one.dense:+.3f} [{low:+.3f}, {high:+.3f}]"


def _span(interval: tuple[float, float]) -> str:
    return f"[{interval[0]:.3f}, {interval[1]:.3f}]"
