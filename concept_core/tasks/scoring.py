"""Score vocabularies on a task: decompose, answer, and set every figure beside its baselines."""

from __future__ import annotations

from typing import Any

from concept_core.decomposition.decomposing import Decomposition, decompose
from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.sparsity import calibrate_l1
from concept_core.encoders.base import FloatArray
from concept_core.errors import DataError, UsageError
from concept_core.solvers.registry import check_mode
from concept_core.tasks.assemble import Answers, scorecard, take
from concept_core.tasks.baselines import RANDOM, mean_only, random_atoms
from concept_core.tasks.scorecard import Scorecard
from concept_core.tasks.statistics import value
from concept_core.tasks.task import Answer, Beside, Representation, Task, plain
from concept_core.vocabulary import Vocabulary

EQUAL = 0.02
"""How far two mean l0 may lie apart, relative, and still count as equal sparsity."""


class Scorer:
    """A task with what all vocabularies share: the answers of its baselines, found once.

    Parameters
    ----------
    task : Task
    seed : int
        Of the bootstrap and of the random dictionary.
    """

    def __init__(self, task: Task, *, seed: int = 0) -> None:
        self.task = task
        self.seed = seed
        self._dense = task.answer(Representation(task.rows, task.rows))
        self._mean = task.answer(mean_only(task.rows))
        self._random: dict[tuple[int, str, float], tuple[Answer, dict[str, Any]]] = {}

    @property
    def dense(self) -> Answer:
        """What the task finds for the embeddings themselves."""
        return self._dense

    def value(
        self,
        dictionary: Dictionary,
        *,
        l1: float | None = None,
        l0: int | None = None,
        mean_l0: float | None = None,
    ) -> dict[str, float]:
        """The metrics alone, without baselines and intervals: for grids of many points."""
        result = _decompose(self.task.rows, dictionary.atoms, l1=l1, l0=l0, mean_l0=mean_l0)
        answer = self.task.answer(self.task.represent(result, dictionary))
        n = len(self.task.items)
        return {name: value(one, n) for name, one in answer.statistics.items()}

    def score(
        self,
        vocabulary: Vocabulary,
        dictionary: Dictionary,
        *,
        l1: float | None = None,
        l0: int | None = None,
        mean_l0: float | None = None,
    ) -> Scorecard:
        """Score a vocabulary.

        Parameters
        ----------
        vocabulary : Vocabulary
        dictionary : Dictionary
            Of this vocabulary and the task's encoder.
        l1, l0, mean_l0 : float, int, float
            Exactly one: a penalty, a limit, or the mean number of concepts that the penalty is
            calibrated to.

        Raises
        ------
        UsageError
            Not exactly one of the three, or one out of range.
        DataError
            The dictionary is another vocabulary's or another encoder's; no penalty gives the
            asked mean.
        """
        task, spec = self.task, self.task.items.encoder
        if (dictionary.vocabulary, dictionary.encoder) != (
            vocabulary.content_hash,
            spec.fingerprint,
        ):
            raise DataError(
                f"the dictionary was built from another vocabulary or encoder than"
                f" {vocabulary.specifier} with {spec.name}; build it from these"
            )

        def apart(rows: FloatArray) -> Decomposition:
            return _decompose(rows, dictionary.atoms, l1=l1, l0=l0, mean_l0=mean_l0)

        result = apart(task.rows)
        representation = task.represent(result, dictionary)
        concepts = task.answer(representation)
        mine = take(result, task.scored)
        random, told = self._random_answer(dictionary.atoms, result)
        beside = Beside(
            concepts=concepts,
            dense=self._dense,
            representation=representation,
            result=result,
            dictionary=dictionary,
            decompose=apart,
            seed=self.seed,
        )
        answers = Answers(concepts, self._dense, random, self._mean)
        return scorecard(task, vocabulary, mine, answers, beside, random=told, mean_l0=mean_l0)

    def _random_answer(
        self, atoms: FloatArray, mine: Decomposition
    ) -> tuple[Answer, dict[str, Any]]:
        """What random directions keep at the same limit, or at the same mean l0."""
        sparsity = mine.value if mine.mode == "l0" else float(mine.l0.mean())
        key = (len(atoms), mine.mode, sparsity)
        if key not in self._random:
            directions = random_atoms(len(atoms), atoms.shape[1], self.seed)
            result = decompose(self.task.rows, directions, **self._random_mode(directions, mine))
            told = {
                "kind": RANDOM,
                "mode": result.mode,
                "value": result.value,
                "l0_mean": float(take(result, self.task.scored).l0.mean()),
            }
            self._random[key] = (self.task.answer(plain(result)), told)
        return self._random[key]

    def _random_mode(self, directions: FloatArray, mine: Decomposition) -> dict[str, Any]:
        if mine.mode == "l0":
            return {"l0": int(mine.value)}
        mean = float(mine.l0.mean())
        try:
            return {"l1": calibrate_l1(self.task.rows, directions, mean_l0=mean, tolerance=EQUAL)}
        except (DataError, UsageError):
            # Few clips, or none with a concept: no penalty gives that mean. The card tells.
            return {"l1": mine.value}


def _decompose(
    rows: FloatArray, atoms: FloatArray, *, l1: float | None, l0: int | None, mean_l0: float | None
) -> Decomposition:
    if mean_l0 is None:
        check_mode(l1, l0)
    elif l1 is not None or l0 is not None:
        raise UsageError("give exactly one of l0, l1 and mean_l0 (a mean for the penalty)")
    else:
        l1 = calibrate_l1(rows, atoms, mean_l0=mean_l0, tolerance=EQUAL / 2)
    return decompose(rows, atoms, l1=l1, l0=l0)
