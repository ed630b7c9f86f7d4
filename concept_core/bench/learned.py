"""Learned directions beside a vocabulary: trained on clips that are not scored, at its sparsity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from concept_core.audio import BadClipsError
from concept_core.bench.baselines import equal_sparsity
from concept_core.datasets import ClipSet
from concept_core.decomposition.decomposing import Decomposition, decompose
from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.learned import MOST_ROWS, learn_dictionary, most_atoms
from concept_core.encoders.base import Encoder, FloatArray
from concept_core.encoders.embeddings import embed_clips
from concept_core.tasks import few_shot, finetuned, intervention, linear_probe
from concept_core.tasks.assemble import take
from concept_core.tasks.fitting import other_clips
from concept_core.tasks.items import Embedded
from concept_core.tasks.labelled import LabelledTask
from concept_core.tasks.request import TaskRequest
from concept_core.tasks.scorecard import Baseline
from concept_core.tasks.splits import Places, splits
from concept_core.tasks.task import Answer, Task, plain

FEWEST = 20
"""Of fewer rows nothing is learned."""

NotScored = Callable[[], FloatArray | None]
"""Rows of clips that are not scored, centred as those that are; None where there are none."""


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A task with rows to learn from, and the places among its scored clips that are judged."""

    task: Task
    rows: FloatArray = field(repr=False)
    judged: Places = field(repr=False)


@dataclass(frozen=True, eq=False)
class LearnedDirections:
    """A task's figures for learned directions, each found once.

    A dictionary is learned for every part of the clips, from clips that are not in it: those to
    train on, where the task has such; else clips of the data set that are not scored; else, fold
    by fold, those of the other folds. A figure is the mean over the parts, by their clips.

    Attributes
    ----------
    task : Task
    not_scored : callable
        Called if the task scores all of its rows.
    seed : int
        Of the learning.
    device : str
        Where solvers run.
    learn : callable
        `learn_dictionary`, or one that keeps what it learned for several tasks.
    """

    task: Task
    not_scored: NotScored
    seed: int
    device: str
    learn: Callable[..., FloatArray] = learn_dictionary
    _known: dict[tuple[str, int, str, float], Baseline] = field(
        default_factory=dict, init=False, repr=False
    )

    def answer(self, method: str, size: int, result: Decomposition) -> Baseline:
        """What ``size`` learned directions keep at the limit of a decomposition, or its mean l0.

        They are fewer where the clips to learn from are too few for so many.
        """
        sparsity = result.value if result.mode == "l0" else float(result.l0.mean())
        key = (method, size, result.mode, sparsity)
        if key not in self._known:
            parts, learned_from = self._parts
            rows = min((len(part.rows) for part in parts), default=0)
            if rows < FEWEST:
                self._known[key] = Baseline(0, {}, None, None, {"none": learned_from})
            else:
                self._known[key] = self._answer(method, min(size, most_atoms(rows)), result)
        return self._known[key]

    def _answer(self, method: str, size: int, result: Decomposition) -> Baseline:
        parts, learned_from = self._parts
        limit = int(result.value) if result.mode == "l0" else round(float(result.l0.mean()))
        limit, share = min(max(limit, 1), size), np.zeros(2)
        modes: list[dict[str, Any]] = []
        values: dict[str, float] = {}
        n = len(self.task.scored)
        for part in parts:
            atoms = self.learn(part.rows, size, l0=limit, method=method, seed=self.seed)
            dictionary = Dictionary.of_atoms(atoms)
            places = self.task.scored[part.judged]
            alike = take(result, places), self.device
            modes.append(equal_sparsity(self.task.rows[places], dictionary, *alike))
            found = decompose(self.task.rows, dictionary, device=self.device, **modes[-1])
            weight = len(part.judged) / n
            share += weight * np.array([found.l0[places].mean(), found.cosine[places].mean()])
            for name, one in _values(part.task.answer(plain(found)), part.judged, n).items():
                values[name] = values.get(name, 0.0) + weight * one
        about = {
            "learned_from": learned_from,
            "rows": [len(part.rows) for part in parts],
            "seed": self.seed,
            **({"l1": [one["l1"] for one in modes]} if result.mode == "l1" else modes[0]),
        }
        return Baseline(size, values, float(share[0]), float(share[1]), about)

    @cached_property
    def _parts(self) -> tuple[list[_Part], str]:
        """The parts, and what they are learned from; no parts, and why."""
        task = self.task
        everything = np.arange(len(task.scored))
        if task.name == intervention.NAME:
            return [], "a learned direction is no concept that could be removed"
        if task.name == finetuned.NAME:
            return [], "clips to train on are not projected by the layer of the scored ones"
        if task.name in (linear_probe.NAME, few_shot.NAME) and isinstance(task, LabelledTask):
            return _of_splits(task)
        rows = self.not_scored()
        if rows is not None and len(rows) >= FEWEST:
            return [_Part(task, rows, everything)], "clips of the data set that are not scored"
        folds = np.array(task.items.folds)
        names = task.items.fold_names()
        if len(names) < 2:
            return [], f"no {FEWEST} clips of the data set that are not scored are at hand"
        parts = [
            _Part(task, task.rows[task.scored[folds != name]], np.flatnonzero(folds == name))
            for name in names
        ]
        return parts, _few(parts) or "of each fold, the clips of the other folds"


def rows_not_scored(
    request: TaskRequest, loaded: object, encoder: Encoder, folder: str | Path | None
) -> FloatArray | None:
    """Rows (n, d) of the data set's clips that a request does not ask for.

    Parameters
    ----------
    request : TaskRequest
    loaded : ClipSet, Embedded or another
        The data of the request: clips whose other folds are looked for, or embedded clips of all
        folds. Of captions there are no such rows.
    encoder : Encoder
        Centred as for the clips that are scored.
    folder : str, Path or None
        Where the data set lies.
    """
    if isinstance(loaded, Embedded):
        asked = request.folds or loaded.items.folds
        return loaded.x[[fold not in asked for fold in loaded.items.folds]]
    if not isinstance(loaded, ClipSet):
        return None
    clips = other_clips(request, loaded, encoder, folder)
    if clips is None or not len(clips):
        return None
    step = -(-len(clips) // MOST_ROWS)
    try:
        spaced = clips.take(np.arange(0, len(clips), step))
        return embed_clips(encoder, spaced.paths, skip_bad=True).x
    except BadClipsError:
        return None


def _of_splits(task: LabelledTask) -> tuple[list[_Part], str]:
    parts = [
        _Part(task.of_split(part), task.rows[part.train],
              np.flatnonzero(np.isin(task.scored, part.test)))
        for part in splits(task.data.items)
    ]  # fmt: skip
    return parts, _few(parts) or "the clips that the task trains on"


def _few(parts: list[_Part]) -> str:
    least = min(len(part.rows) for part in parts)
    return f"{least} clips to learn from are fewer than {FEWEST}" if least < FEWEST else ""


def _values(answer: Answer, judged: Places, n: int) -> dict[str, float]:
    """Every metric over the judged clips alone."""
    counts = np.zeros((1, n))
    counts[0, judged] = 1.0
    return {name: float(one(counts)[0]) for name, one in answer.statistics.items()}
