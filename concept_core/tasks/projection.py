"""The paper's projection: one linear layer H from embeddings to where their class prompts lie.

H (d x d) starts at random and is trained to maximise the cosine of Hz with the class prompt of z.
When to stop is found inside the training clips; then H is trained anew on all of them for as
many epochs, from the same start.

Source: arXiv 2504.14076, fine-tuned variant. The paper does not tell the optimiser, the rate, the
batch or the stopping rule; those here are this project's.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from concept_core.encoders.base import FloatArray, unit
from concept_core.tasks.metrics import Array, Targets

if TYPE_CHECKING:
    import torch

RATE = 0.02
"""Adam's rate as a share of the start's bound, 1 / sqrt(d): 0.001 at d = 400."""
BATCH = 64
EPOCHS = 200
PATIENCE = 10

_SMALL = 512


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
    with _threads(x.shape[1]):
        if held_out.all():
            # One clip a class, or one clip at all: there is nothing to hold out.
            return _run(x, goal, None, max(1, limit // 10), seed, device)
        watch = (x[held_out], goal[held_out])
        epochs = _run(x[~held_out], goal[~held_out], watch, limit, seed, device).epochs
        return _run(x, goal, None, epochs, seed, device)


@contextlib.contextmanager
def _threads(d: int) -> Iterator[None]:
    """One thread where a step is so small that it would only wait for the others."""
    import torch

    before = torch.get_num_threads()
    try:
        torch.set_num_threads(before if d > _SMALL else 1)
        yield
    finally:
        torch.set_num_threads(before)


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
