"""What a task finds for a vocabulary, beside baselines that are found once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from concept_core.bench.baselines import DRAWS, RandomDirections, Sparsity, mean_only
from concept_core.bench.changes import Changes
from concept_core.bench.learned import LearnedDirections, NotScored
from concept_core.decomposition.decomposing import Decomposition
from concept_core.decomposition.dictionary import Dictionary
from concept_core.encoders.base import FloatArray
from concept_core.tasks.request import TaskRequest
from concept_core.tasks.task import Answer, Evaluation, Representation, Task
from concept_core.vocabulary import Vocabulary


@dataclass(frozen=True, eq=False)
class Evaluator:
    """The one way to what scorecards and the points of sweeps are made from.

    Attributes
    ----------
    task : Task
    request : TaskRequest
        Whose seed and device are meant.
    not_scored : callable
        Gives rows to learn directions from.
    make_changes : callable
        Makes `changes`, once a task asks for them.
    """

    task: Task = field(repr=False)
    request: TaskRequest
    not_scored: NotScored = field(repr=False)
    make_changes: Callable[[], Changes] = field(repr=False)

    @cached_property
    def dense(self) -> Answer:
        """What the task finds for the embeddings themselves."""
        return self.task.answer(Representation(self.task.rows, self.task.rows))

    @cached_property
    def mean_only(self) -> Answer:
        """What it finds for the mean of all rows in each one's place."""
        return self.task.answer(mean_only(self.task.rows))

    @cached_property
    def random(self) -> RandomDirections:
        """The random directions of scorecards."""
        return self.drawing(DRAWS)

    @cached_property
    def learned(self) -> LearnedDirections:
        """Learned directions, by any method."""
        request = self.request
        return LearnedDirections(self.task, self.not_scored, request.seed, request.device)

    @cached_property
    def changes(self) -> Changes:
        """Changes that should not matter to an explanation."""
        return self.make_changes()

    def drawing(self, draws: int) -> RandomDirections:
        """So many draws of random directions; raises as `RandomDirections`."""
        return RandomDirections(self.task, self.request.seed, self.request.device, draws)

    def evaluate(
        self,
        vocabulary: Vocabulary,
        dictionary: Dictionary,
        sparsity: Sparsity,
        directions: RandomDirections,
        learned: Sequence[str] = (),
    ) -> Evaluation:
        """A vocabulary and its baselines; ``learned`` are the methods that are asked for."""
        task = self.task

        def apart(rows: FloatArray) -> Decomposition:
            return sparsity.decompose(rows, dictionary, self.request.device)

        result = apart(task.rows)
        representation = task.represent(result, dictionary)
        random, facts = directions.metrics(len(dictionary), result)
        return Evaluation(
            concepts=task.answer(representation),
            dense=self.dense,
            random=random,
            mean_only=self.mean_only,
            representation=representation,
            result=result,
            dictionary=dictionary,
            decompose=apart,
            directions=facts,
            mean_l0=sparsity.mean_l0,
            seed=self.request.seed,
            baselines={
                method: self.learned.answer(method, len(dictionary), result) for method in learned
            },
            changed=lambda: self.changes.explained(vocabulary, dictionary, sparsity),
        )
