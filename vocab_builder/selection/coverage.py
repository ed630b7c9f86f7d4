"""Selection by coverage: greedy facility location over the reference embeddings.

The coverage of a set S of concepts is mean over reference rows r of max over c in S of
max(0, cos(r, c)). It is monotone and submodular, so that taking the candidate with the largest
marginal gain, again and again, is within 1 - 1/e of the best set of any size (Nemhauser, Wolsey
and Fisher 1978, doi:10.1007/BF01588971), and a gain once computed bounds every later one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from concept_core.errors import UsageError
from vocab_builder.selection.base import Ranked
from vocab_builder.selection.greedy import Facility, Nearest, lazy_greedy
from vocab_builder.stages.candidates import Candidate
from vocab_builder.stages.context import Context


@dataclass(frozen=True, slots=True)
class CoverageSelection:
    """Largest marginal coverage gain first; ties go to the more frequent candidate.

    Where no candidate gains any more, those that are left become the reference: what stands for
    the most of what is not yet said comes next, and last comes what others say best. The score
    is the gain in coverage of the reference, 0 for those that only the second rule ranks.
    Protected candidates are chosen before all others, which gain what these leave.

    Attributes
    ----------
    redundancy : float
        In [0, 1]: the gain is multiplied by 1 - redundancy * the best cosine to a concept chosen
        before, when candidates are compared. 0 looks at coverage alone.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"encoder", "reference"})
    redundancy: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.redundancy <= 1:
            raise UsageError(f"coverage: redundancy {self.redundancy} is not in [0, 1]")

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> list[Ranked]:
        """Order all candidates."""
        atoms = context.embed([candidate.label for candidate in candidates])
        protected = [place for place, one in enumerate(candidates) if one.protected]
        order, gains = self._order(atoms, context.reference(), protected)
        left = np.setdiff1d(np.arange(len(atoms)), order)
        more, _ = greedy(atoms, atoms[left], order, redundancy=self.redundancy)
        # Two with one embedding: the second stands for nothing, not even for itself.
        last = np.setdiff1d(left, more).tolist()
        ranked = [
            Ranked(candidates[index], round(gain, 9))
            for index, gain in zip(order, gains, strict=True)
        ]
        return ranked + [Ranked(candidates[index], 0.0) for index in (*more, *last)]

    def _order(
        self, atoms: NDArray[np.float32], reference: NDArray[np.float32], protected: list[int]
    ) -> tuple[list[int], list[float]]:
        """The order and the gains of those that gain, all of the protected first."""
        if not protected:
            return greedy(atoms, reference, redundancy=self.redundancy)
        order, gains = greedy(atoms[protected], reference, redundancy=self.redundancy)
        first = [protected[place] for place in order]
        idle = [place for place in protected if place not in set(first)]
        rest, more = greedy(atoms, reference, [*first, *idle], redundancy=self.redundancy)
        return [*first, *idle, *rest], [*gains, *(0.0 for _ in idle), *more]


def greedy(
    atoms: NDArray[np.float32],
    reference: NDArray[np.float32],
    chosen: Sequence[int] = (),
    *,
    redundancy: float = 0.0,
) -> tuple[list[int], list[float]]:
    """Greedy facility location until nothing is gained.

    What is compared is the gain summed over the reference, rounded to 4 digits, times the
    discount for redundancy; equals go to the smaller index.

    Parameters
    ----------
    atoms : (k, d) float32, unit rows
    reference : (m, d) float32, unit rows
    chosen : sequence of int
        Indices into ``atoms`` that are chosen already.
    redundancy : float
        See ``CoverageSelection``.

    Returns
    -------
    order : list of indices into ``atoms``, none of them in ``chosen``
    gains : list of float
        The coverage that each added when it was chosen, in [0, 1].
    """
    if not len(reference):
        return [], []
    worth = _Coverage(atoms, reference, redundancy)
    worth.cover(chosen)
    order, _ = lazy_greedy(worth, set(range(len(atoms))).difference(chosen), least=0.0)
    return order, [worth.gains[index] / len(reference) for index in order]


class _Coverage:
    """Gains, with a discount for what is near to a chosen candidate: a ``greedy.Worth``.

    ``gains`` has the gain of each candidate, without discount, when it was last looked at.
    """

    def __init__(
        self, atoms: NDArray[np.float32], reference: NDArray[np.float32], redundancy: float
    ) -> None:
        self.gains: dict[int, float] = {}
        self._facility = Facility(atoms, reference)
        self._nearest = Nearest(atoms) if redundancy else None
        self._redundancy = redundancy

    def is_quick(self, index: int) -> bool:
        """See the protocol."""
        return self._facility.is_quick(index)

    def values(self, indices: Sequence[int]) -> list[float]:
        """See the protocol."""
        gains = self._facility.values(indices)
        self.gains.update(zip(indices, gains, strict=True))
        if self._nearest is None:
            return gains
        cosines = map(self._nearest.cosine, indices)
        return [
            gain * (1 - self._redundancy * cosine)
            for gain, cosine in zip(gains, cosines, strict=True)
        ]

    def choose(self, index: int) -> None:
        """See the protocol."""
        self._facility.choose(index)
        if self._nearest is not None:
            self._nearest.choose(index)

    def cover(self, indices: Sequence[int]) -> None:
        """Choose many at once, without asking what they are worth."""
        self._facility.cover(indices)
        if self._nearest is not None:
            for index in indices:
                self._nearest.choose(index)
