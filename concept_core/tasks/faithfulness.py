"""Faithfulness: do the prominent concepts carry what the explanation says of a clip?

Clips are classified zero-shot, and the card's metrics are those of zero-shot. ``details`` has what
happens when concepts are taken away or given one by one, in the order of their prominence and in
orders drawn at random; whether few concepts are enough for the class; whether prominence ranks
concepts as their removal does; and how steady the explanation is. Nothing is solved anew: what
stays does not move. ``docs/measures.md`` has the definitions.

Sources: deletion and insertion: Petsiuk, Das, Saenko, "RISE", BMVC 2018, arXiv 1806.07421, section
4.3. Sufficiency and comprehensiveness: DeYoung et al., "ERASER", ACL 2020,
doi:10.18653/v1/2020.acl-main.408, section 4. Here a class is kept or lost, where ERASER has the
fall of its probability: cosines are none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from concept_core.decomposition.decomposing import Decomposition
from concept_core.decomposition.overlap import overlaps
from concept_core.decomposition.removal import (
    Ranks,
    counts_at,
    first_alone,
    prominence_ranks,
    random_ranks,
    without_first,
)
from concept_core.tasks.assemble import take
from concept_core.tasks.effects import rank_correlations
from concept_core.tasks.intervals import Units, bootstrap_means, interval, number_of
from concept_core.tasks.items import Embedded
from concept_core.tasks.labelled import LabelledTask, nearest_prompt, of_clips
from concept_core.tasks.metrics import (
    NO_CLASS,
    Array,
    Classes,
    Embeddings,
    classify,
    cosines,
    label_ranking_precisions,
    unit_rows,
)
from concept_core.tasks.task import Answer, Evaluation, Representation

NAME = "faithfulness"

Places = NDArray[np.intp]

SHARES = tuple(place / 10 for place in range(11))
"""Of each clip's concepts: those that are taken away, or given."""

ORDERS = 10
"""Orders drawn at random, whose mean is the chance level."""

KEPT = (1, 3, 5)
"""Concepts that may be enough for the class."""

TOP = 5
"""Concepts of a clip whose steadiness is asked for."""

NOISE = 0.1
"""Length of what is added to an embedding: its cosine with what it was is .995."""

ROUNDING = 1e-6
"""A residual of this length has no direction of its own: rows are float32."""

_WAYS = {"deletion": without_first, "insertion": first_alone}


@dataclass(frozen=True, slots=True, eq=False)
class Faithfulness(LabelledTask):
    """The task over embedded clips."""

    def answer(self, representation: Representation) -> Answer:
        """The nearest class prompt."""
        rows = representation.rows
        return nearest_prompt(rows, self.data.class_atoms, self.truth, self.data.targets)

    def details(self, evaluation: Evaluation) -> Mapping[str, Any]:
        """Curves, sufficiency, comprehensiveness, rank correlation and stability.

        Each figure is a mean over clips with its interval, what chance gives (``chance``), and
        the paired difference of the two.
        """
        result, rng = evaluation.result, np.random.default_rng([evaluation.seed, 5])
        orders = [random_ranks(result, rng) for _ in range(ORDERS)]
        ranks = prominence_ranks(result)
        seed = evaluation.seed
        return {
            "metric": self._metric,
            "shares": list(SHARES),
            "orders": ORDERS,
            "curves": {
                base: {way: self._curves(result, offset, way, ranks, orders, seed) for way in _WAYS}
                for base, offset in (
                    ("explanation", np.zeros((1, self.rows.shape[1]))),
                    ("embedding", self._residuals(result)),
                )
            },
            **self._few(result, ranks, orders, seed),
            "rank_correlation": {
                of: self._beside(found, np.zeros_like(found), seed)
                for of, found in rank_correlations(
                    result, self.rows, self.data.class_atoms, self._classes(result)
                ).items()
            },
            "stability": self._stability(evaluation, rng),
        }

    @property
    def _metric(self) -> str:
        return "lrap" if self.truth is None else "accuracy"

    def _curves(
        self,
        result: Decomposition,
        offset: Embeddings,
        way: str,
        ranks: Ranks,
        orders: list[Ranks],
        seed: int,
    ) -> dict[str, Any]:
        """One way, the metric and the cosine: curves, and the areas under them."""

        def points(order: Ranks) -> Array:
            kept = [_WAYS[way](result, order, counts_at(result, share)) for share in SHARES]
            return np.stack([self._points(offset + one.reconstruct()) for one in kept])

        found, chance = points(ranks), np.mean([points(order) for order in orders], axis=0)
        return {
            name: {
                "curve": found[:, place].mean(axis=1).tolist(),
                "chance_curve": chance[:, place].mean(axis=1).tolist(),
                "area": self._beside(area(found[:, place]), area(chance[:, place]), seed),
            }
            for place, name in enumerate((self._metric, "cosine"))
        }

    def _residuals(self, result: Decomposition) -> Array:
        """What no concept says of each clip; nothing where it is rounding alone."""
        found = np.asarray(self.rows - result.reconstruct(), dtype=np.float64)
        found[np.linalg.norm(found, axis=1) < ROUNDING] = 0.0
        return found

    def _beside(self, values: Array, chance: Array, seed: int) -> dict[str, Any]:
        return beside(values, chance, self.items.units, seed)

    def _points(self, rows: Embeddings) -> Array:
        """Of each clip the metric, and the cosine with its embedding: (2, n)."""
        unit, _ = unit_rows(rows)
        cosine = np.einsum("ij,ij->i", unit, unit_rows(self.rows)[0])
        return np.stack([self._scores(rows), cosine])

    def _scores(self, rows: Embeddings) -> Array:
        if self.truth is None:
            return label_ranking_precisions(self.data.targets, cosines(rows, self.data.class_atoms))
        right = classify(rows, self.data.class_atoms, self.truth) == self.truth
        return np.asarray(right, dtype=np.float64)

    def _classes(self, result: Decomposition) -> Classes:
        return classify(result.reconstruct(), self.data.class_atoms)

    def _few(
        self, result: Decomposition, ranks: Ranks, orders: list[Ranks], seed: int
    ) -> dict[str, Any]:
        """Whether few concepts keep the class of all, and whether it is lost without them."""
        whole = self._classes(result)
        there = whole != NO_CLASS

        def same(way: str, order: Ranks, k: int) -> Array:
            few = self._classes(_WAYS[way](result, order, k))
            return np.where(there, (few == whole).astype(np.float64), np.nan)

        def figures(way: str, lost: bool) -> dict[str, Any]:
            found: dict[str, Any] = {}
            for k in KEPT:
                pair = [same(way, ranks, k)]
                pair.append(np.mean([same(way, order, k) for order in orders], axis=0))
                ours, chance = (1 - one if lost else one for one in pair)
                found[str(k)] = self._beside(ours, chance, seed)
            return found

        return {
            "sufficiency": figures("insertion", lost=False),
            "comprehensiveness": figures("deletion", lost=True),
        }

    def _stability(self, evaluation: Evaluation, rng: np.random.Generator) -> dict[str, Any]:
        """Overlap of the first ``TOP`` concepts with those under each change.

        The chance level is the overlap of each clip's with those of another, drawn at random.
        """
        noise = rng.standard_normal(self.rows.shape)
        noise *= NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
        moved = unit_rows(self.rows + noise)[0].astype(np.float32)
        every = np.arange(len(self.rows))
        changed = {"embedding noise": (every, evaluation.decompose(moved)), **evaluation.changed()}
        found: dict[str, Any] = {}
        for name, (places, other) in changed.items():
            one = take(evaluation.result, places)
            other_clips = take(one, _others(len(places), rng))
            chance = overlaps(one, other_clips, TOP) if len(places) > 1 else np.full(1, np.nan)
            units = self.items.units[places]
            found[name] = beside(overlaps(one, other, TOP), chance, units, evaluation.seed)
        return found


def _others(n: int, rng: np.random.Generator) -> Places:
    """Of each of n clips another one, drawn at random; each is drawn once."""
    order = rng.permutation(n)
    found = np.empty(n, dtype=np.intp)
    found[order] = np.roll(order, 1)
    return found


def area(points: Array) -> Array:
    """Area under each clip's curve against ``SHARES``, by the trapezoidal rule.

    Parameters
    ----------
    points : (number of shares, n)

    Returns
    -------
    (n,) float64
        In the range of the points: the base has length 1.
    """
    return np.asarray(np.trapezoid(points, SHARES, axis=0))


def beside(values: Array, chance: Array, units: Units, seed: int) -> dict[str, Any]:
    """A mean over clips beside what chance gives: JSON-ready, the difference paired by clip.

    Parameters
    ----------
    values, chance : (n,) float64
        Clips where either is NaN are left out; ``clips`` says how many are in.
    units : (n,) int
        The recording of each clip.
    seed : int
        Of the bootstrap.
    """
    both = np.stack([values, chance, values - chance], axis=1)
    good = ~np.isnan(both).any(axis=1)
    if not good.any():
        return {"clips": 0, "value": None, "chance": None}
    there, own = both[good], np.unique(units[good], return_inverse=True)[1]
    samples = bootstrap_means(there, own, np.random.default_rng(seed))
    means, number = there.mean(axis=0).tolist(), number_of(own)
    return {
        "clips": len(there),
        "value": means[0],
        "interval": interval(samples[:, 0], number),
        "chance": means[1],
        "chance_interval": interval(samples[:, 1], number),
        "difference": means[2],
        "difference_interval": interval(samples[:, 2], number),
    }


def prepare(data: Embedded) -> Faithfulness:
    """The task, ready for any vocabulary."""
    return Faithfulness(name=NAME, parameters={}, **of_clips(data))
