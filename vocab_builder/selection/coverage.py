"""Selection by coverage: greedy facility location over the reference embeddings.

The coverage of a set S of concepts is mean over reference rows r of max over c in S of
max(0, cos(r, c)). It is monotone and submodular, so that taking the candidate with the largest
marginal gain, again and again, is within 1 - 1/e of the best set of any size (Nemhauser, Wolsey
and Fisher 1978, doi:10.1007/BF01588971), and a gain once computed bounds every later one: most
candidates need no second look (Minoux 1978, doi:10.1007/BFb0006528).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from vocab_builder.candidates import Candidate
from vocab_builder.context import Context
from vocab_builder.selection.ranking import Ranked

_ROWS = 512
# Cosines differ by about 1e-7 from one processor to the next: gains are compared as sums over the
# reference rounded to this many digits, so that near-ties fall alike everywhere.
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class CoverageSelection:
    """Largest marginal coverage gain first; ties go to the more frequent candidate.

    Where the reference is covered before ``size`` is reached, the candidates themselves become
    the reference: what stands for the most of what is not yet said comes next, and what is left
    out is what others say best.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"encoder", "reference"})

    def __call__(
        self, candidates: Sequence[Candidate], size: int, context: Context
    ) -> list[Ranked]:
        """Order all candidates: ``size`` by greedy gain, the rest by the gain left to them.

        The score is the gain in coverage of the reference, 0 for those that only the second
        rule chose.
        """
        atoms = context.embed([candidate.label for candidate in candidates])
        reference = context.reference()
        chosen, gains = greedy(atoms, reference, size)
        more: list[int] = []
        if len(chosen) < size:
            more, _ = greedy(atoms, atoms, size - len(chosen), chosen)
        chosen, gains = chosen + more, gains + [0.0] * len(more)
        left = sorted(set(range(len(candidates))) - set(chosen))
        left_gains = marginal_gains(atoms, reference, left, chosen)
        rest = sorted(zip(left, left_gains, strict=True), key=lambda one: (-one[1], one[0]))
        return [
            Ranked(candidates[index], round(gain, 9))
            for index, gain in [*zip(chosen, gains, strict=True), *rest]
        ]


def greedy(
    atoms: NDArray[np.float32],
    reference: NDArray[np.float32],
    size: int,
    chosen: Sequence[int] = (),
) -> tuple[list[int], list[float]]:
    """Greedy facility location, lazily evaluated, until ``size`` or until nothing is gained.

    Parameters
    ----------
    atoms : (k, d) float32, unit rows
    reference : (m, d) float32, unit rows
    size : int
        How many to choose at most.
    chosen : sequence of int
        Indices into ``atoms`` that are chosen already.

    Returns
    -------
    order : list of indices into ``atoms``, none of them in ``chosen``
    gains : list of float
        The coverage that each added when it was chosen.
    """
    covered = _covered(atoms, reference, chosen)
    left = sorted(set(range(len(atoms))) - set(chosen))
    cosines = dict(zip(left, _rows(atoms[left], reference), strict=True))
    # (-gain, index): equal gains go to the earlier, more frequent candidate.
    heap = [(-_gain(cosines[index], covered), index) for index in left]
    heapq.heapify(heap)
    order: list[int] = []
    gains: list[float] = []
    while heap and len(order) < size:
        _, index = heapq.heappop(heap)
        gain = _gain(cosines[index], covered)
        if heap and (-gain, index) > heap[0]:
            heapq.heappush(heap, (-gain, index))
            continue
        if gain <= 0:
            break
        order.append(index)
        gains.append(gain)
        np.maximum(covered, cosines[index], out=covered)
    return order, gains


def marginal_gains(
    atoms: NDArray[np.float32],
    reference: NDArray[np.float32],
    indices: Sequence[int],
    chosen: Sequence[int],
) -> list[float]:
    """What each of ``indices`` alone would add to the coverage of ``chosen``."""
    covered = _covered(atoms, reference, chosen)
    return [_gain(row, covered) for row in _rows(atoms[list(indices)], reference)]


def _covered(
    atoms: NDArray[np.float32], reference: NDArray[np.float32], chosen: Sequence[int]
) -> NDArray[np.float32]:
    """The best cosine of each reference row to a chosen atom, at least 0: (m,)."""
    covered = np.zeros(len(reference), np.float32)
    for row in _rows(atoms[list(chosen)], reference):
        np.maximum(covered, row, out=covered)
    return covered


def _rows(
    atoms: NDArray[np.float32], reference: NDArray[np.float32]
) -> Iterator[NDArray[np.float32]]:
    """The cosines of one atom after the other to all reference rows, computed in blocks."""
    for start in range(0, len(atoms), _ROWS):
        yield from atoms[start : start + _ROWS] @ reference.T


def _gain(cosines: NDArray[np.float32], covered: NDArray[np.float32]) -> float:
    """Marginal coverage of one candidate."""
    total = float(np.maximum(cosines - covered, 0).sum(dtype=np.float64))
    return round(total, _DIGITS) / max(len(covered), 1)
