"""Topic: of what is not the person's own, only what is about the same thing.

How near something is to a topic: the mean of its best cosine to a phrase that names the topic, and
of the mean of its three best cosines to the person's own words. Near enough is what is as near as
the median of the own words, each measured to the others. Where there are no own words, the first
cosine alone counts, and near enough is the nearest quarter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from concept_core.errors import UsageError
from vocab_builder.stages.candidates import Candidate, Drop, Outcome, Score
from vocab_builder.stages.context import Context

FloatArray = NDArray[np.float32]
Nearness = NDArray[np.float64]
TOPIC = "topic"
_NEAREST = 3
_WITHOUT_OWN = 0.75
_LEAST_ROWS = 100
# The last bits of a product differ between machines, a build must not.
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Topic:
    """Drop what is not about a topic; own words stay, whatever they are about.

    Attributes
    ----------
    about : tuple of str
        Phrases that name the topic: ``underwater sound``.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"encoder"})
    about: tuple[str, ...]

    def __post_init__(self) -> None:
        if not all(phrase.strip() for phrase in self.about) or not self.about:
            raise UsageError('about: name the topic in a few phrases, such as ["underwater sound"]')

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> Outcome:
        """Reason: off-topic; the score is how near it is to the topic."""
        nearness, least = self._measured(candidates, context)
        kept: list[Candidate] = []
        dropped: list[Drop] = []
        for candidate, near in zip(candidates, nearness.tolist(), strict=True):
            if near >= least or candidate.own_place is not None:
                kept.append(candidate.scored(Score(TOPIC, near, least)))
            else:
                dropped.append(Drop(candidate, TOPIC, "off-topic", near, least))
        return Outcome(tuple(kept), tuple(dropped))

    def rows(self, candidates: Sequence[Candidate], context: Context) -> NDArray[np.int64]:
        """Which rows of the reference are about the topic; a hundred at least, if there are.

        Parameters
        ----------
        candidates : sequence of Candidate
            Those that the filter was given.
        context : Context
            It has the reference and the encoder.
        """
        _, least = self._measured(candidates, context)
        own = _own(candidates, context)
        near = self._near(context.reference(), own, context)
        best = np.argsort(-near, kind="stable")
        count = max(int((near >= least).sum()), _LEAST_ROWS)
        return np.sort(best[:count])

    def _measured(
        self, candidates: Sequence[Candidate], context: Context
    ) -> tuple[Nearness, float]:
        """How near each candidate is, and how near it must be."""
        own = _own(candidates, context)
        near = self._near(context.embed([one.label for one in candidates]), own, context)
        is_own = np.array([one.own_place is not None for one in candidates], bool)
        if is_own.any():
            least = float(np.median(near[is_own]))
        else:
            least = float(np.quantile(near, _WITHOUT_OWN)) if len(near) else 0.0
        return near, round(least, _DIGITS)

    def _near(self, rows: FloatArray, own: FloatArray, context: Context) -> Nearness:
        """(n,) how near rows (n, d) are to the topic; a row is not compared with itself."""
        named = (rows @ context.embed(self.about).T).max(axis=1, initial=-1.0)
        if not len(own):
            return np.asarray(named, np.float64).round(_DIGITS)
        cosines = rows @ own.T
        cosines[cosines > 1 - 10.0**-_DIGITS] = -1.0
        nearest = np.sort(cosines, axis=1)[:, -_NEAREST:].mean(axis=1)
        return np.asarray((named + nearest) / 2, np.float64).round(_DIGITS)


def _own(candidates: Sequence[Candidate], context: Context) -> FloatArray:
    return context.embed([one.label for one in candidates if one.own_place is not None])
