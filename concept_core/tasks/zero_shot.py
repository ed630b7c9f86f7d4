"""Zero-shot classification: the class whose prompt is nearest, dense beside reconstructed.

A clip of a multi-label set is scored for every class by cosine. A clip whose decomposition is
empty counts as wrong (see ``metrics``).

Source: arXiv 2504.14076, zero-shot with concept-based representations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from concept_core.encoders.base import FloatArray
from concept_core.tasks.items import Embedded
from concept_core.tasks.labelled import LabelledTask, nearest_prompt, of_clips
from concept_core.tasks.metrics import Embeddings, value
from concept_core.tasks.task import Answer, Evaluation, Representation

NAME = "zero-shot"


@dataclass(frozen=True, slots=True, eq=False)
class ZeroShot(LabelledTask):
    """The task over embedded clips."""

    def answer(self, representation: Representation) -> Answer:
        """The nearest class prompt of ``PROMPT_SET``."""
        return self._by(representation.rows, self.data.class_atoms)

    def details(self, evaluation: Evaluation) -> Mapping[str, Any]:
        """``prompts``: the main metric with each prompt set, their mean and their spread.

        The concepts keep the texts that the encoder's spec has for them; only the class prompts
        change. The spread is the greatest less the smallest.
        """
        rows = {"value": evaluation.representation.rows, "dense": self.rows}
        sets = {
            name: {system: self._main(rows[system], atoms) for system in rows}
            for name, atoms in self.data.prompts.items()
        }
        by_system = {system: [found[system] for found in sets.values()] for system in rows}
        return {
            "prompts": {
                "sets": sets,
                "mean": {system: float(np.mean(found)) for system, found in by_system.items()},
                "spread": {system: float(np.ptp(found)) for system, found in by_system.items()},
            }
        }

    def _main(self, rows: Embeddings, atoms: FloatArray) -> float:
        return value(self._by(rows, atoms).statistics[self.main_metric], len(self.items))

    def _by(self, rows: Embeddings, atoms: FloatArray) -> Answer:
        return nearest_prompt(rows, atoms, self.truth, self.data.targets)


def prepare(data: Embedded) -> ZeroShot:
    """The task, ready for any vocabulary."""
    return ZeroShot(name=NAME, parameters={}, **of_clips(data))
