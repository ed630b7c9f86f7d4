"""Zero-shot after the paper's projection: a trained layer, then the decomposition.

One layer a test fold (or for the official split), trained on the other folds alone. "Dense" is the
projected embedding itself; the card has plain zero-shot beside both, on the same clips.

Training sees the classes of its clips: among other names than these, the projection favours what
it was trained on, and the figure flatters it. ``parameters`` tells how many were seen.

Source: arXiv 2504.14076, fine-tuned variant; see ``projection``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from concept_core.encoders.base import FloatArray
from concept_core.tasks.intervals import clip_draws, interval, resample
from concept_core.tasks.items import Embedded
from concept_core.tasks.labelled import main_metric, nearest_prompt
from concept_core.tasks.metrics import Targets
from concept_core.tasks.projection import EPOCHS, goals, train
from concept_core.tasks.splits import all_tested, inner_groups, splits
from concept_core.tasks.statistics import value
from concept_core.tasks.task import Answer, Beside, Representation, Task

NAME = "finetuned"


@dataclass(frozen=True, slots=True, eq=False)
class Finetuned(Task):
    """The task over projected clips; ``plain`` are the same clips as they were."""

    class_atoms: FloatArray = field(repr=False)
    targets: Targets = field(repr=False)
    plain: FloatArray = field(repr=False)
    epochs: dict[str, int]

    def answer(self, representation: Representation) -> Answer:
        """The nearest class prompt."""
        return nearest_prompt(representation.rows, self.class_atoms, self.truth, self.targets)

    def details(self, beside: Beside) -> Mapping[str, Any]:
        """``zero_shot``: without the projection, concepts and dense, and the paired difference.

        ``difference`` is the projected figure less the plain one, with its interval over clips.
        ``epochs``: for how long each layer was trained.
        """
        plain = {
            "concepts": self._answer(beside.decompose(self.plain).reconstruct()),
            "dense": self._answer(self.plain),
        }
        projected = {"concepts": beside.concepts, "dense": beside.dense}
        found: dict[str, Any] = {}
        for system, one in plain.items():
            n, metric = len(self.items), self.main_metric
            pair = {"plain": one.statistics[metric]}
            pair["projected"] = projected[system].statistics[metric]
            drawn = resample(pair, clip_draws(n, np.random.default_rng(beside.seed)))
            found[system] = {
                "value": value(pair["plain"], n),
                "difference": value(pair["projected"], n) - value(pair["plain"], n),
                "difference_interval": interval(drawn["projected"] - drawn["plain"]),
            }
        return {"zero_shot": found, "epochs": self.epochs}

    def _answer(self, rows: Any) -> Answer:
        return nearest_prompt(rows, self.class_atoms, self.truth, self.targets)


def prepare(
    data: Embedded, *, seed: int = 0, device: str = "cpu", epochs: int | None = None
) -> Finetuned:
    """Train the layers; the task is then ready for any vocabulary.

    Parameters
    ----------
    data : Embedded
        Of all folds, those to train on among them.
    seed : int
        Of the layers' start and batches.
    device : str
        ``cpu`` or ``cuda``: where the layers are trained.

    epochs : int, optional
        At most so many a layer; None for the projection's own limit.

    Raises
    ------
    UsageError
        The folds leave nothing to train on, or to test on.
    """
    parts = splits(data.items)
    strata = data.targets.argmax(axis=1).astype(np.intp)
    wanted = goals(data.targets, data.class_atoms)
    scored = all_tested(parts)
    projected = np.zeros_like(data.x)
    trained: dict[str, int] = {}
    limit = EPOCHS if epochs is None else epochs
    seen = np.zeros(len(data.classes), dtype=np.bool_)
    for part in parts:
        # A clip without any class has nothing to be drawn to.
        mine = part.train[data.targets[part.train].any(axis=1)]
        groups = inner_groups(data.items, mine, strata, seed)
        layer = train(data.x[mine], wanted[mine], groups, seed=seed, device=device, limit=limit)
        projected[part.test] = layer(data.x[part.test])
        trained[part.name] = layer.epochs
        seen |= data.targets[mine].any(axis=0)
    return Finetuned(
        name=NAME,
        items=data.items.take(scored),
        rows=projected[scored],
        scored=np.arange(len(scored)),
        classes=data.classes,
        truth=None if data.labels is None else data.labels[scored],
        main_metric=main_metric(data),
        parameters={
            "classes_in_training": int(seen.sum()),
            **({} if epochs is None else {"epochs": epochs}),
        },
        class_atoms=data.class_atoms,
        targets=data.targets[scored],
        plain=data.x[scored],
        epochs=trained,
    )
