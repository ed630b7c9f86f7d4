"""How sparse decompositions are, and what every vocabulary must beat at the same sparsity."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from concept_core.decomposition.decomposing import Decomposition, decompose
from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.random_directions import random_atoms
from concept_core.decomposition.sparsity import calibrate_l1
from concept_core.encoders.base import FloatArray
from concept_core.errors import DataError, UsageError
from concept_core.solvers.registry import check_mode
from concept_core.tasks.assemble import take
from concept_core.tasks.metrics import Array, value
from concept_core.tasks.paired import EQUAL
from concept_core.tasks.task import Answer, Representation, Task, plain

DRAWS = 10
"""How many random dictionaries a baseline is the mean of, unless others are asked for."""

RANDOM = "random-directions@1"
"""K independent Gaussian vectors scaled to length 1: a dictionary that says nothing.

It needs no word list, so that it stands beside every vocabulary on every machine. What words
chosen at random would keep is another question, and a vocabulary of its own answers it.
"""


Drawn: TypeAlias = tuple[dict[str, tuple[float, ...]], dict[str, Any]]
"""By metric the value of each draw; and JSON-ready, what was drawn."""


@dataclass(frozen=True, slots=True)
class Sparsity:
    """How sparse decompositions are: exactly one of a penalty, a limit, or a mean for the penalty.

    Raises
    ------
    UsageError
        Not exactly one of the three, or one out of range.
    """

    l1: float | None = None
    l0: int | None = None
    mean_l0: float | None = None

    def __post_init__(self) -> None:
        if self.mean_l0 is None:
            check_mode(self.l1, self.l0)
        elif self.l1 is not None or self.l0 is not None:
            raise UsageError("give exactly one of l0, l1 and mean_l0 (a mean for the penalty)")

    def decompose(self, rows: FloatArray, dictionary: Dictionary, device: str) -> Decomposition:
        """Rows (n, d) over a dictionary; a mean for the penalty is met on these very rows."""
        l1 = self.l1
        if self.mean_l0 is not None:
            l1 = calibrate_l1(
                rows, dictionary, mean_l0=self.mean_l0, tolerance=EQUAL / 2, device=device
            )
        return decompose(rows, dictionary, l1=l1, l0=self.l0, device=device)


@dataclass(frozen=True, slots=True, eq=False)
class RandomDirections:
    """A task's metrics for random dictionaries, each found once.

    Attributes
    ----------
    task : Task
    seed : int
        Of the directions.
    device : str
    draws : int
        How many dictionaries of each size: the first so many of the same sequence; 0 for none.

    Raises
    ------
    UsageError
        ``draws`` is below 0.
    """

    task: Task
    seed: int
    device: str
    draws: int = DRAWS
    _known: dict[tuple[int, str, float], Drawn] = field(
        default_factory=dict, init=False, repr=False
    )

    def __post_init__(self) -> None:
        if self.draws < 0:
            raise UsageError(
                f"draws is a whole number of dictionaries, 0 or more; got {self.draws!r}"
            )

    def metrics(self, size: int, result: Decomposition) -> Drawn:
        """What ``size`` directions keep at the limit of a decomposition, or at its mean l0.

        Returns
        -------
        dict of str to tuple of float
            By metric its value for each draw. The penalty is calibrated on the first draw.
        dict
            JSON-ready: what was drawn, and how sparse the decompositions are.
        """
        if not self.draws:
            return {}, {}
        sparsity = result.value if result.mode == "l0" else float(result.l0.mean())
        key = (size, result.mode, sparsity)
        if key not in self._known:
            self._known[key] = self._draw(size, result)
        return self._known[key]

    def _draw(self, size: int, result: Decomposition) -> Drawn:
        atoms = self._atoms(size, 0)
        mode = equal_sparsity(self.task.rows, atoms, result, self.device)
        found = decompose(self.task.rows, atoms, device=self.device, **mode)
        first = self.task.answer(plain(found))
        # Of each answer its metrics alone are kept: of many points, answers would fill the memory.
        drawn, sparsities = [self._values(first)], [self._sparsity(found)]
        for draw in range(1, self.draws):
            other = decompose(self.task.rows, self._atoms(size, draw), device=self.device, **mode)
            drawn.append(self._values(self.task.repeat(plain(other), first)))
            sparsities.append(self._sparsity(other))
        facts = {
            "kind": RANDOM,
            "draws": self.draws,
            "mode": found.mode,
            "value": found.value,
            "l0_mean": float(np.mean(sparsities)),
        }
        return {name: tuple(one[name] for one in drawn) for name in drawn[0]}, facts

    def _values(self, answer: Answer) -> dict[str, float]:
        n = len(self.task.items)
        return {name: value(one, n) for name, one in answer.statistics.items()}

    def _atoms(self, size: int, draw: int) -> Dictionary:
        atoms = random_atoms(size, self.task.rows.shape[1], self.seed, draw)
        return Dictionary.of_atoms(atoms)

    def _sparsity(self, found: Decomposition) -> float:
        return float(take(found, self.task.scored).l0.mean())


def equal_sparsity(
    rows: FloatArray, directions: Dictionary, result: Decomposition, device: str
) -> dict[str, Any]:
    """The mode, for ``decompose``, in which directions are as sparse on rows as a result is.

    Its limit; or the penalty that gives its mean l0.
    """
    if result.mode == "l0":
        return {"l0": int(result.value)}
    mean = float(result.l0.mean())
    try:
        l1 = calibrate_l1(rows, directions, mean_l0=mean, tolerance=EQUAL, device=device)
    except (DataError, UsageError):
        # Few clips, or none with a concept: no penalty gives that mean. The card tells.
        return {"l1": result.value}
    return {"l1": l1}


def mean_only(rows: FloatArray) -> Representation:
    """Every row as the mean of all: one feature, the same for each."""
    mean: Array = rows.astype(np.float64).mean(axis=0)
    return Representation(np.ones((len(rows), 1)), np.tile(mean, (len(rows), 1)))
