"""Selection by coverage: greedy facility location over what is heard and what is named.

The coverage of a set S of concepts is the weighted mean over rows r of max over c in S of
max(0, cos(r, c)). The rows are the reference, captions or clips, and the names themselves: of a
candidate that is said n times the name counts by the square root of n. Captions alone are said
best by phrases, so that "engine" never gains beside "engine humming"; the names ask for it.

Coverage is monotone and submodular, so that taking the candidate with the largest marginal gain,
again and again, is within 1 - 1/e of the best set of any size (Nemhauser, Wolsey and Fisher 1978,
doi:10.1007/BF01588971), and a gain once computed bounds every later one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from concept_core.errors import UsageError
from vocab_builder.selection.base import Ranked
from vocab_builder.selection.greedy import Facility, Nearest, lazy_greedy
from vocab_builder.stages.candidates import Candidate
from vocab_builder.stages.context import Context

_DIGITS = 9


@dataclass(frozen=True, slots=True)
class CoverageSelection:
    """Largest marginal gain first; ties go to the more frequent candidate.

    The score is the gain in coverage. A vocabulary ends where the next would gain no more than
    ``least``; protected candidates are chosen before all others, which gain what these leave.

    Attributes
    ----------
    names : float
        In [0, 1]: what part of coverage is that of the names. 0 looks at the reference alone, 1
        needs none.
    least : float
        In [0, 1): what a concept must gain more than.
    redundancy : float
        In [0, 1]: the gain is multiplied by 1 - redundancy * the best cosine to a concept chosen
        before, when candidates are compared. 0 looks at coverage alone.
    """

    names: float = 0.5
    least: float = 0.0
    redundancy: float = 0.0

    def __post_init__(self) -> None:
        for name in ("names", "least", "redundancy"):
            if not 0 <= getattr(self, name) <= 1:
                raise UsageError(f"coverage: {name} {getattr(self, name)} is not in [0, 1]")

    @property
    def needs(self) -> frozenset[str]:
        """See the protocol."""
        return frozenset({"encoder"} if self.names == 1 else {"encoder", "reference"})

    def __call__(
        self, candidates: Sequence[Candidate], context: Context, size: int | None = None
    ) -> list[Ranked]:
        """Order the candidates; those that gain nothing come last, the more frequent first."""
        atoms = context.embed([candidate.label for candidate in candidates])
        heard = atoms[:0] if self.names == 1 else context.reference()
        rows, weights = self._targets(candidates, atoms, heard)
        protected = [place for place, one in enumerate(candidates) if one.protected]
        order, gains = self._order(atoms, rows, weights, protected, size)
        rest = np.setdiff1d(np.arange(len(atoms)), order).tolist()
        ranked = [
            Ranked(candidates[index], round(gain, _DIGITS), self.least)
            for index, gain in zip(order, gains, strict=True)
        ]
        ended = size is not None and len(order) >= size
        return ranked + [
            Ranked(candidates[index], None if ended else 0.0, self.least) for index in rest
        ]

    def _targets(
        self,
        candidates: Sequence[Candidate],
        atoms: NDArray[np.float32],
        heard: NDArray[np.float32],
    ) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """Rows to cover, and what each counts: 1 on average."""
        if self.names == 0 or not len(atoms):
            return heard, np.ones(len(heard))
        said = np.sqrt(np.maximum([candidate.mass for candidate in candidates], 0.0))
        rows = np.concatenate([heard, atoms])
        parts = [
            np.full(len(heard), (1 - self.names) / max(len(heard), 1)),
            self.names * said / (said.sum() or 1.0),
        ]
        return rows, np.concatenate(parts) * len(rows)

    def _order(
        self,
        atoms: NDArray[np.float32],
        rows: NDArray[np.float32],
        weights: NDArray[np.float64],
        protected: list[int],
        size: int | None,
    ) -> tuple[list[int], list[float]]:
        """The order and the gains of those that gain, all of the protected first."""
        if not protected:
            return greedy(atoms, rows, redundancy=self.redundancy, weights=weights, most=size)
        order, gains = greedy(atoms[protected], rows, redundancy=self.redundancy, weights=weights)
        first = [protected[place] for place in order]
        idle = [place for place in protected if place not in set(first)]
        left = None if size is None else max(size - len(protected), 0)
        rest, more = greedy(
            atoms, rows, [*first, *idle], redundancy=self.redundancy, weights=weights, most=left
        )
        return [*first, *idle, *rest], [*gains, *(0.0 for _ in idle), *more]


def greedy(
    atoms: NDArray[np.float32],
    reference: NDArray[np.float32],
    chosen: Sequence[int] = (),
    *,
    redundancy: float = 0.0,
    weights: NDArray[np.float64] | None = None,
    most: int | None = None,
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
    weights : (m,) float64, optional
        What each row of the reference counts; 1 by default.
    most : int, optional
        It ends with so many.

    Returns
    -------
    order : list of indices into ``atoms``, none of them in ``chosen``
    gains : list of float
        The coverage that each added when it was chosen, per row of the reference.
    """
    if not len(reference):
        return [], []
    worth = _Coverage(atoms, reference, redundancy, weights)
    worth.cover(chosen)
    left = set(range(len(atoms))).difference(chosen)
    order, _ = lazy_greedy(worth, left, least=0.0, most=most)
    return order, [worth.gains[index] / len(reference) for index in order]


class _Coverage:
    """Gains, with a discount for what is near to a chosen candidate: a ``greedy.Worth``.

    ``gains`` has the gain of each candidate, without discount, when it was last looked at.
    """

    def __init__(
        self,
        atoms: NDArray[np.float32],
        reference: NDArray[np.float32],
        redundancy: float,
        weights: NDArray[np.float64] | None,
    ) -> None:
        self.gains: dict[int, float] = {}
        self._facility = Facility(atoms, reference, weights)
        self._nearest = Nearest(atoms) if redundancy else None
        self._redundancy = redundancy

    def is_quick(self, index: int) -> bool:
        """See the protocol."""
        return self._facility.is_quick(index)

    def ceilings(self) -> NDArray[np.float64] | None:
        """See the protocol."""
        return self._facility.ceilings()  # a discount only lowers them

    def bounds(self, indices: Sequence[int]) -> list[float] | None:
        """See the protocol."""
        gains = self._facility.bounds(indices)
        return None if gains is None else self._discounted(gains, indices)

    def values(self, indices: Sequence[int]) -> list[float]:
        """See the protocol."""
        gains = self._facility.values(indices)
        self.gains.update(zip(indices, gains, strict=True))
        return self._discounted(gains, indices)

    def _discounted(self, gains: list[float], indices: Sequence[int]) -> list[float]:
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
