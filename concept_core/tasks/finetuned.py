"""Zero-shot after the paper's projection: a trained layer, then the decomposition.

One layer a test fold (or for the official split), trained on the other folds alone. "Dense" is the
projected embedding itself; the card has plain zero-shot beside both, on the same clips.

Training sees the classes of its clips: among other names than these, the projection favours what
it was trained on, and the figure flatters it. ``parameters`` tells how many were seen.

The layer H (d x d) starts at random and is trained to maximise the cosine of Hz with the class
prompt of z. When to stop is found inside the training clips; then H is trained anew on all of them
for as many epochs, from the same start. The figure depends on the start: nine further layers, each
from a start of its own and for as many epochs, tell by how much.

Source: arXiv 2504.14076, fine-tuned variant. The paper does not tell the optimiser, the rate, the
batch or the stopping rule; those here are this project's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from concept_core.encoders.base import FloatArray, unit
from concept_core.parallel import torch_threads
from concept_core.tasks.intervals import compare_means
from concept_core.tasks.items import Embedded
from concept_core.tasks.labelled import LabelledTask, nearest_prompt, of_clips
from concept_core.tasks.metrics import Array, Targets, value
from concept_core.tasks.splits import all_tested, inner_groups, splits
from concept_core.tasks.task import Answer, Evaluation, Representation

if TYPE_CHECKING:
    import torch

NAME = "finetuned"

RATE = 0.02
"""Adam's rate as a share of the start's bound, 1 / sqrt(d): 0.001 at d = 400."""
BATCH = 64
EPOCHS = 200
PATIENCE = 10
DRAWS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Finetuned(LabelledTask):
    """The task over projected clips; ``data`` are the same clips as they were.

    ``others`` are the same clips by the layers of other starts, (n, d) each.
    """

    epochs: dict[str, int]
    others: tuple[FloatArray, ...] = field(repr=False)

    def answer(self, representation: Representation) -> Answer:
        """The nearest class prompt."""
        return self._answer(representation.rows)

    def details(self, evaluation: Evaluation) -> Mapping[str, Any]:
        """``zero_shot``: without the projection, concepts and dense, and the paired difference.

        ``difference`` is the projected figure less the plain one, with its interval.
        ``epochs``: for how long each layer was trained. ``draws``: the main metric of each of
        ``DRAWS`` starts, the card's first, and ``draws_sd`` their standard deviation.
        """
        plain = {
            "concepts": self._answer(evaluation.decompose(self.data.x).reconstruct()),
            "dense": self._answer(self.data.x),
        }
        projected = {"concepts": evaluation.concepts, "dense": evaluation.dense}
        found: dict[str, Any] = {}
        units, metric = self.items.units, self.main_metric
        for system, one in plain.items():
            pair = one.statistics[metric], projected[system].statistics[metric]
            found[system] = compare_means(*pair, units, evaluation.seed)
        draws = self._draws(evaluation)
        spread = {system: float(np.std(of, ddof=1)) for system, of in draws.items()}
        return {"zero_shot": found, "epochs": self.epochs, "draws": draws, "draws_sd": spread}

    def _draws(self, evaluation: Evaluation) -> dict[str, list[float]]:
        """The main metric of each start, of the concepts and dense."""
        answers = {"concepts": [evaluation.concepts], "dense": [evaluation.dense]}
        for rows in self.others:
            answers["concepts"].append(self._answer(evaluation.decompose(rows).reconstruct()))
            answers["dense"].append(self._answer(rows))
        return {
            system: [value(one.statistics[self.main_metric], len(self.items)) for one in of]
            for system, of in answers.items()
        }

    def _answer(self, rows: Any) -> Answer:
        return nearest_prompt(rows, self.data.class_atoms, self.truth, self.data.targets)


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
    projected = np.zeros((DRAWS, *data.x.shape), dtype=np.float32)
    trained: dict[str, int] = {}
    limit = EPOCHS if epochs is None else epochs
    seen = np.zeros(len(data.classes), dtype=np.bool_)
    for part in parts:
        # A clip without any class has nothing to be drawn to.
        labelled = part.train[data.targets[part.train].any(axis=1)]
        groups = inner_groups(data.items, labelled, strata, seed)
        x, goal = data.x[labelled], wanted[labelled]
        layer = train(x, goal, groups, seed=seed, device=device, limit=limit)
        projected[0, part.test] = layer(data.x[part.test])
        for draw, start in enumerate(_starts(seed), start=1):
            other = retrain(x, goal, layer.epochs, seed=start, device=device)
            projected[draw, part.test] = other(data.x[part.test])
        trained[part.name] = layer.epochs
        seen |= data.targets[labelled].any(axis=0)
    parameters = {
        "classes_in_training": int(seen.sum()),
        **({} if epochs is None else {"epochs": epochs}),
    }
    first, *others = projected[:, scored]
    shared = {**of_clips(data.take(scored)), "rows": first}
    return Finetuned(
        name=NAME, parameters=parameters, epochs=trained, others=tuple(others), **shared
    )


def _starts(seed: int) -> list[int]:
    """The seeds of the further starts."""
    rng = np.random.default_rng([seed, 5])
    return [int(one) for one in rng.integers(2**31, size=DRAWS - 1)]


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """A trained layer.

    Attributes
    ----------
    matrix : (d, d) float64
    epochs : int
        For how long it was trained.
    """

    matrix: Array = field(repr=False)
    epochs: int

    def __call__(self, x: FloatArray) -> FloatArray:
        """Hz for each row, scaled to length 1: (n, d) float32."""
        return unit((x.astype(np.float64) @ self.matrix.T).astype(np.float32))


def goals(targets: Targets, class_atoms: FloatArray) -> FloatArray:
    """What each clip is drawn to, (n, d): its class prompt, or the mean of those that it has."""
    return unit(targets.astype(np.float32) @ class_atoms)


def train(
    x: FloatArray,
    goal: FloatArray,
    groups: NDArray[np.int64],
    *,
    seed: int,
    device: str = "cpu",
    limit: int = EPOCHS,
) -> Projection:
    """Train H on clips x (n, d) towards goal (n, d), unit rows.

    Parameters
    ----------
    x, goal : (n, d) float32
    groups : (n,) int64
        The last of them is held out to find when to stop: the epoch of its greatest mean cosine,
        once ``PATIENCE`` epochs bring none greater.
    seed : int
        Of the start and of the order of the batches.
    device : str
        ``cpu`` or ``cuda``.
    limit : int
        At most so many epochs, whether or not the cosine still rises.
    """
    held_out = groups == groups.max()
    with torch_threads(x.shape[1]):
        if held_out.all():
            # One clip a class, or one clip at all: there is nothing to hold out.
            return _run(x, goal, None, max(1, limit // 10), seed, device)
        watch = (x[held_out], goal[held_out])
        epochs = _run(x[~held_out], goal[~held_out], watch, limit, seed, device).epochs
        return _run(x, goal, None, epochs, seed, device)


def retrain(
    x: FloatArray, goal: FloatArray, epochs: int, *, seed: int, device: str = "cpu"
) -> Projection:
    """Train H from another start, for as many epochs as `train` found to be best.

    Parameters
    ----------
    x, goal : (n, d) float32
    epochs : int
    seed : int
    device : str
    """
    with torch_threads(x.shape[1]):
        return _run(x, goal, None, epochs, seed, device)


def _run(
    x: FloatArray,
    goal: FloatArray,
    watch: tuple[FloatArray, FloatArray] | None,
    epochs: int,
    seed: int,
    device: str,
) -> Projection:
    """Train for some epochs; with clips to watch, tell the epoch at which they are nearest."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    d = x.shape[1]
    bound = d**-0.5
    start = (torch.rand((d, d), generator=generator, dtype=torch.float64) * 2 - 1) * bound
    # In float64 the answer does not depend on the order in which a processor adds.
    layer = start.to(device).requires_grad_()
    optimiser = torch.optim.Adam([layer], lr=RATE * bound)
    rows, wanted = (torch.from_numpy(part).to(device, torch.float64) for part in (x, goal))
    seen = None
    if watch is not None:
        seen = tuple(torch.from_numpy(part).to(device, torch.float64) for part in watch)
    best, best_epoch = -np.inf, 1
    for epoch in range(1, epochs + 1):
        order = torch.randperm(len(x), generator=generator)
        for batch in (order[first : first + BATCH] for first in range(0, len(x), BATCH)):
            optimiser.zero_grad()
            torch.autograd.backward(-_cosine(layer, rows[batch], wanted[batch]))
            optimiser.step()
        if seen is None:
            continue
        with torch.no_grad():
            reached = float(_cosine(layer, *seen))
        if reached > best + 1e-6:
            best, best_epoch = reached, epoch
        elif epoch - best_epoch >= PATIENCE:
            break
    matrix: Array = layer.detach().cpu().numpy()
    return Projection(matrix, epochs if seen is None else best_epoch)


def _cosine(layer: torch.Tensor, rows: torch.Tensor, goal: torch.Tensor) -> torch.Tensor:
    """Mean cosine of Hz with its goal."""
    from torch.nn.functional import cosine_similarity

    return cosine_similarity(rows @ layer.T, goal).mean()
