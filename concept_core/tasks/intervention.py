"""Concept intervention: take named concepts out of the explanations, and see what changes.

The weights of the concepts are set to zero, nothing else moves: what the remaining concepts say
is what they said before. Then clips are classified as in zero-shot. The figures are those after
the removal; ``details`` has what they were before, what changed by class and by clip, and the
control: as many other concepts that are in use, removed at random.

Source: Bhalla et al., "Interpreting CLIP with Sparse Linear Concept Embeddings", NeurIPS 2024,
intervention on concepts.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from concept_core.decomposition.decomposing import Decomposition
from concept_core.decomposition.dictionary import Dictionary
from concept_core.errors import UsageError
from concept_core.tasks.intervals import compare_means
from concept_core.tasks.items import Embedded
from concept_core.tasks.labelled import LabelledTask, nearest_prompt, of_clips
from concept_core.tasks.metrics import Embeddings, value
from concept_core.tasks.task import Answer, Evaluation, Representation, plain

NAME = "intervention"
CONTROLS = 20

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Intervention(LabelledTask):
    """The task over embedded clips, without some concepts."""

    without: tuple[str, ...]

    def represent(self, result: Decomposition, dictionary: Dictionary) -> Representation:
        """Weights and reconstructions without the concepts.

        Raises
        ------
        UsageError
            One of them is no concept of the vocabulary; the nearest are named.
        """
        return plain(remove(result, places_of(self.without, dictionary.labels)))

    def answer(self, representation: Representation) -> Answer:
        """The nearest class prompt."""
        return self._answer(representation.rows)

    def details(self, evaluation: Evaluation) -> Mapping[str, Any]:
        """What the removal did.

        ``clips_with_it``: how many had a weight of any of the concepts. ``before``: the main
        metric before, and the paired difference with its interval. ``control``: the
        mean difference over ``CONTROLS`` removals of as many concepts in use, at random.
        ``by_class``: the class figure before, for classes whose figure changed. ``changes``:
        clips whose class changed, with both.
        """
        places = places_of(self.without, evaluation.dictionary.labels)
        before = self._answer(evaluation.result.reconstruct())
        after, metric = evaluation.concepts, self.main_metric
        compared = compare_means(
            before.statistics[metric],
            after.statistics[metric],
            self.items.units,
            evaluation.seed,
        )
        touched = np.asarray((evaluation.result.weights[:, places] > 0).sum(axis=1)).ravel() > 0
        return {
            "clips_with_it": int(touched.sum()),
            "before": compared,
            "control": self._control(evaluation, places, compared["value"]),
            "by_class": {
                self.classes[label]: {"before": found, "after": after.by_class[label][1]}
                for label, (_, found) in before.by_class.items()
                if found != after.by_class[label][1]
            },
            "changes": self._changes(before, after),
        }

    def _answer(self, rows: Embeddings) -> Answer:
        return nearest_prompt(rows, self.data.class_atoms, self.truth, self.data.targets)

    def _control(self, evaluation: Evaluation, places: Places, before: float) -> dict[str, Any]:
        """What removing other concepts at random does; ``None`` if there are not as many."""
        used = np.setdiff1d(np.unique(evaluation.result.weights.indices), places)
        if len(used) < len(places):
            return {"removals": 0, "difference": None}
        rng = np.random.default_rng([evaluation.seed, 4])
        found = []
        for _ in range(CONTROLS):
            other = rng.choice(used, len(places), replace=False)
            answer = self._answer(remove(evaluation.result, other).reconstruct())
            found.append(value(answer.statistics[self.main_metric], len(self.items)) - before)
        return {"removals": CONTROLS, "difference": float(np.mean(found))}

    def _changes(self, before: Answer, after: Answer) -> list[dict[str, str | None]]:
        if self.truth is None or before.predicted is None or after.predicted is None:
            return []
        name = self.class_name
        rows = zip(self.items.names, self.truth, before.predicted, after.predicted, strict=True)
        return [
            {"clip": clip, "truth": name(true), "before": name(one), "after": name(two)}
            for clip, true, one, two in rows
            if one != two
        ]


def places_of(concepts: Sequence[str], labels: Sequence[str]) -> Places:
    """Places of concepts among the labels of a vocabulary, case ignored.

    Raises
    ------
    UsageError
        A concept is not there; the nearest labels are named.
    """
    places = {label.casefold(): place for place, label in enumerate(labels)}
    for concept in concepts:
        if concept.casefold() not in places:
            near = difflib.get_close_matches(concept.casefold(), places, n=3)
            hint = f"; near it are {', '.join(map(repr, near))}" if near else ""
            raise UsageError(
                f"no concept {concept!r} among the {len(places)} of the vocabulary{hint}; name one"
                " that 'sonolex show' lists"
            )
    return np.array(sorted({places[concept.casefold()] for concept in concepts}), dtype=np.intp)


def remove(result: Decomposition, places: Places) -> Decomposition:
    """The decomposition with the weights of some atoms set to zero, and nothing else moved."""
    kept = np.ones(result.weights.shape[1])
    kept[places] = 0.0
    weights = result.weights.copy()
    weights.data = weights.data * kept[weights.indices]
    weights.eliminate_zeros()
    return replace(result, weights=weights)


def prepare(data: Embedded, *, without: Sequence[str]) -> Intervention:
    """The task, ready for any vocabulary that has the concepts.

    Raises
    ------
    UsageError
        No concepts are named.
    """
    if not without:
        raise UsageError("intervention removes concepts; name at least one, with --without")
    parameters = {"without": list(without)}
    return Intervention(name=NAME, parameters=parameters, without=tuple(without), **of_clips(data))
