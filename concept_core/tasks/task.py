"""What every task is: rows to decompose, and answers to representations of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from concept_core.decomposition.decomposing import Decomposition
from concept_core.decomposition.dictionary import Dictionary
from concept_core.encoders.base import FloatArray
from concept_core.tasks.items import Items
from concept_core.tasks.metrics import Array, Classes, Statistic
from concept_core.tasks.scorecard import Baseline

if TYPE_CHECKING:
    from concept_core.solvers.base import Weights


@dataclass(frozen=True, slots=True, eq=False)
class Representation:
    """The rows of a task as one system sees them.

    Attributes
    ----------
    features : (m, K) scipy.sparse.csr_array or (m, d) array
        What a classifier is trained on: concept weights, or the dense embeddings.
    rows : (m, d)
        The same in the encoder's space: reconstructions, or the dense embeddings.
    """

    features: Weights | FloatArray | Array = field(repr=False)
    rows: FloatArray | Array = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a task finds for one representation.

    Attributes
    ----------
    statistics : dict of str to Statistic
        Its metrics, over the n scored clips.
    scores : dict of str to (n,) float64
        For metrics that are a mean over clips, each clip's share: what paired tests compare.
    by_class : dict of int to (int, float)
        Clips and ``class_metric`` of each class that occurs.
    class_metric : str
    predicted : (n,) int64 or None
        The class of each clip, where the task gives it one.
    notes : dict
        JSON-ready remarks, such as what was selected inside the training folds.
    samples : dict
        Resampled values of its metrics, once a bootstrap has found them: the dense embeddings
        stand beside every vocabulary, on the same resamples.
    """

    statistics: dict[str, Statistic] = field(repr=False)
    scores: dict[str, Array] = field(repr=False)
    by_class: dict[int, tuple[int, float]] = field(default_factory=dict, repr=False)
    class_metric: str = ""
    predicted: Classes | None = field(default=None, repr=False)
    notes: dict[str, Any] = field(default_factory=dict, repr=False)
    samples: dict[tuple[str, int, str], Array] = field(default_factory=dict, init=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What was found for one vocabulary, and for its baselines on the same rows.

    Attributes
    ----------
    concepts, dense, mean_only : Answer
        For the vocabulary, the embeddings themselves, and the mean alone.
    random : dict of str to tuple of float
        By metric its value for each draw of random directions; empty where none was drawn.
    representation : Representation
        That ``concepts`` is the answer to.
    result : Decomposition
        Of all rows of the task.
    dictionary : Dictionary
    decompose : callable
        Other rows with the same dictionary, in the same mode.
    directions : dict
        JSON-ready: what the random directions were; empty where none was drawn.
    mean_l0 : float or None
        The mean that the penalty was calibrated to, if it was.
    seed : int
    baselines : mapping of str to Baseline
        Learned dictionaries, by the method.
    changed : callable
        Explanations of the same clips under a change that should not matter, by its name: places
        of clips in the rows of the task, and the decompositions of these. Costly, so that it is
        called by the task that wants them.
    """

    concepts: Answer
    dense: Answer
    random: Mapping[str, tuple[float, ...]]
    mean_only: Answer
    representation: Representation
    result: Decomposition
    dictionary: Dictionary
    decompose: Callable[[FloatArray], Decomposition]
    directions: dict[str, Any]
    mean_l0: float | None
    seed: int
    baselines: Mapping[str, Baseline] = field(default_factory=dict)
    changed: Callable[[], Mapping[str, tuple[NDArray[np.intp], Decomposition]]] = dict


def plain(result: Decomposition) -> Representation:
    """Weights and reconstructions as they are."""
    return Representation(result.weights, result.reconstruct())


@dataclass(frozen=True, slots=True, eq=False)
class Task(ABC):
    """A task, ready for any vocabulary.

    Attributes
    ----------
    name : str
        As ``--task`` takes it.
    items : Items
        The n clips that are scored.
    rows : (m, d) float32, unit rows
        All that is decomposed: the scored clips, and those that a classifier is trained on.
    scored : (n,) intp
        Places of the scored clips in ``rows``.
    classes : tuple of C str
        The names to choose among; empty where there are none.
    truth : (n,) int64 or None
        The class of each scored clip, where it has exactly one.
    main_metric : str
        What the card's top says.
    parameters : dict
        JSON-ready: all that a replay needs to know.
    """

    name: str
    items: Items
    rows: FloatArray = field(repr=False)
    scored: NDArray[np.intp] = field(repr=False)
    classes: tuple[str, ...] = field(repr=False)
    truth: Classes | None = field(repr=False)
    main_metric: str
    parameters: dict[str, Any]

    def class_name(self, label: int) -> str | None:
        """The name of a class by its place; None for ``NO_CLASS``."""
        return self.classes[label] if label >= 0 else None

    @abstractmethod
    def answer(self, representation: Representation) -> Answer:
        """What the task finds for a representation of its rows."""

    def repeat(self, representation: Representation, first: Answer) -> Answer:
        """The answer for another draw of the random directions that ``first`` is for.

        A task that selects by training keeps what it selected: ten draws do not take ten times.
        """
        return self.answer(representation)

    def represent(self, result: Decomposition, dictionary: Dictionary) -> Representation:
        """The representation that a vocabulary is judged by."""
        return plain(result)

    def details(self, evaluation: Evaluation) -> Mapping[str, Any]:
        """JSON-ready figures that only this task's card has."""
        return {}
