"""Greedy choice over many candidates: the lazy order, and the two worths that it is asked for.

**Lazily** (Minoux 1978): if what a candidate is worth can only fall as others are chosen, then a
worth once computed bounds every later one: who leads with a worth just computed has won, whatever
the others' would be (doi:10.1007/BFb0006528). Where a worth is costly, an upper bound of it at
this moment is asked for first (``screen``), and the worth of those alone whose bound leads.

**Facility location**: what each candidate would add to the coverage of many reference rows. Cosines
of 50,000 candidates to 100,000 rows would fill 20 GB. They are computed in tiles and forgotten, but
for the few of a candidate that still gain something: coverage only grows, so what does not gain now
never will, and a second look at such a candidate needs no product.

**Nearest**: how near each candidate is to those that are chosen.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vocab_builder.selection.screen import Screen, Spread

FloatArray = NDArray[np.float32]
# So many candidates are looked at together.
_GROUP = 256
# Tiles have one shape, filled up with zero rows: how a product is summed depends on its shape,
# and a candidate's gain may not depend on who is looked at with it.
_ROWS = 2048
# At most so many entries of 8 bytes are stored together; those of one candidate where they are
# its share of these, or this part of the rows.
_ENTRIES = 150_000_000
_PART = 0.1
# Brought up to date for all candidates in strips of so many.
_STRIP = 1 << 14
# Fewer products than these take seconds: they are screened by no bounds.
_SCREENED = 1_000_000_000
# While no more than so many are chosen, bounds of all by the spread of the rows are of use.
_ROUGH = 10
# Cosines differ by about 1e-7 from one processor to the next: what is compared is rounded to so
# many digits, as sums over the reference and as cosines, so that near-ties fall alike everywhere.
_SUM_DIGITS, _COSINE_DIGITS = 4, 6


class Worth(Protocol):
    """What candidates are worth given those that are chosen; it never rises."""

    def is_quick(self, index: int) -> bool:
        """Whether this one costs little alone; others are asked for in groups."""
        ...

    def ceilings(self) -> NDArray[np.float64] | None:
        """What each of all is worth now at most, roughly; None where that helps no more."""
        ...

    def bounds(self, indices: Sequence[int]) -> list[float] | None:
        """What each is worth now at most; None where that costs as much as the worth."""
        ...

    def values(self, indices: Sequence[int]) -> list[float]:
        """The worth of each now."""
        ...

    def choose(self, index: int) -> None:
        """Count this one to the chosen."""
        ...


def lazy_greedy(
    worth: Worth,
    indices: Iterable[int],
    *,
    least: float = float("-inf"),
    most: int | None = None,
) -> tuple[list[int], list[float]]:
    """The order in which plain greedy choice would take ``indices``: the best first, every time.

    Equal worths go to the smaller index. It ends with all, with ``most``, or before the first that
    is worth no more than ``least``.

    Returns
    -------
    order : list of int
    values : list of float
        What each was worth when it was chosen.
    """
    queue = _Queue(worth, indices)
    order: list[int] = []
    values: list[float] = []
    while queue and (most is None or len(order) < most):
        value, index = queue.best(len(order))
        if value <= least:
            break
        worth.choose(index)
        order.append(index)
        values.append(value)
    return order, values


class _Queue:
    """Those that are not chosen, by what they are worth at most."""

    def __init__(self, worth: Worth, indices: Iterable[int]) -> None:
        self._worth = worth
        self._heap = [(float("-inf"), index) for index in sorted(indices)]
        # How many were chosen when the worth, and when its bound, was computed.
        self._computed: dict[int, int] = {}
        self._bounded: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._heap)

    def best(self, chosen: int) -> tuple[float, int]:
        """The one that is worth most when so many are chosen, taken out, with its worth."""
        if (ceilings := self._worth.ceilings()) is not None:
            self._heap = [(max(entry, -ceilings[index]), index) for entry, index in self._heap]
            heapq.heapify(self._heap)
        while True:
            negative, index = heapq.heappop(self._heap)
            if self._computed.get(index) == chosen:
                return -negative, index
            self._look(index, chosen)

    def _look(self, first: int, chosen: int) -> None:
        """Compute the worth of the leading, or a bound of it, and put them back."""
        group = [first]
        bounds = None
        if not self._worth.is_quick(first):
            bounded = self._bounded.get(first) == chosen
            group = self._group(first, chosen, bounded=bounded)
            bounds = None if bounded else self._worth.bounds(group)
        if bounds is None:
            self._put(self._worth.values(group), group, self._computed, chosen)
        else:
            self._put(bounds, group, self._bounded, chosen)

    def _group(self, first: int, chosen: int, *, bounded: bool) -> list[int]:
        """The first, and those after it that may need the same look, a group at most.

        A worth costs as much for a group as for one, so that those with an old bound join too.
        """
        group = [first]
        aside: list[tuple[float, int]] = []
        # Those between are put back, which costs far less than a look at a group that is not full.
        while self._heap and len(group) < _GROUP and len(aside) < 16 * _GROUP:
            entry = heapq.heappop(self._heap)
            index = entry[1]
            known = self._computed.get(index) == chosen or self._worth.is_quick(index)
            if known or (not bounded and self._bounded.get(index) == chosen):
                aside.append(entry)
            else:
                group.append(index)
        for entry in aside:
            heapq.heappush(self._heap, entry)
        return group

    def _put(
        self, values: Sequence[float], group: Sequence[int], when: dict[int, int], chosen: int
    ) -> None:
        for value, index in zip(values, group, strict=True):
            when[index] = chosen
            heapq.heappush(self._heap, (-value, index))


class Facility:
    """The gains of candidates over a reference, and how well each row is covered by the chosen.

    The worth of a candidate (see ``Worth``) is what it adds to the weighted sum over the rows of
    the best cosine to a chosen one, at least 0, rounded to 4 digits.

    Parameters
    ----------
    atoms : (k, d) float32, unit rows
    reference : (m, d) float32, unit rows
    weights : (m,) float64, optional
        What each row counts, from 0; 1 by default.
    """

    def __init__(
        self,
        atoms: FloatArray,
        reference: FloatArray,
        weights: NDArray[np.float64] | None = None,
    ) -> None:
        self._atoms = atoms
        weights = np.ones(len(reference)) if weights is None else weights
        count = -(-len(reference) // _ROWS)
        # Every count-th row: what lies side by side in the reference is often alike, and a
        # candidate's entries should spread over all strips.
        self._strips = [_padded(reference[first::count], _ROWS) for first in range(count)]
        self._weights = np.zeros((count, _ROWS))
        for first in range(count):
            of_strip = weights[first::count]
            self._weights[first, : len(of_strip)] = of_strip
        self._covered = np.zeros((count, _ROWS), np.float32)
        self._part = max(_PART, _ENTRIES / (len(atoms) * self._covered.size or 1))
        self._entries: dict[int, tuple[NDArray[np.int32], FloatArray]] = {}
        self._stored = 0
        self._chosen = 0
        large = len(atoms) * self._covered.size > _SCREENED
        self._screen = Screen(self._strips) if large else None
        self._spread = Spread(atoms, self._strips, self._weights) if large else None

    def is_quick(self, index: int) -> bool:
        """Whether this candidate's entries are stored."""
        return index in self._entries

    def ceilings(self) -> NDArray[np.float64] | None:
        """What each is worth now at most, while few are chosen."""
        if self._spread is None or self._chosen > _ROUGH:
            return None
        return _rounded_up(self._spread.bounds(self._covered))

    def bounds(self, indices: Sequence[int]) -> list[float] | None:
        """What each is worth now at most; None where there is too little to screen."""
        if self._screen is None:
            return None
        atoms = self._atoms[list(indices)]
        found = self._screen.bounds(atoms, self._covered, self._weights)
        bounds: list[float] = _rounded_up(found).tolist()
        return bounds

    def values(self, indices: Sequence[int]) -> list[float]:
        """The worth of each now."""
        gains = {index: self._second_look(index) for index in indices if index in self._entries}
        others = [index for index in indices if index not in self._entries]
        for start in range(0, len(others), _GROUP):
            gains.update(self._first_look(others[start : start + _GROUP]))
        return [round(gains[index], _SUM_DIGITS) for index in indices]

    def choose(self, index: int) -> None:
        """Cover the rows by this candidate too."""
        self._chosen += 1
        if index not in self._entries:
            self.cover([index])
            return
        places, cosines = self._entries.pop(index)
        self._stored -= len(places)
        covered = self._covered.reshape(-1)
        covered[places] = np.maximum(covered[places], cosines)

    def cover(self, indices: Sequence[int]) -> None:
        """Cover the rows by many candidates at once."""
        for start in range(0, len(indices), _GROUP):
            block = indices[start : start + _GROUP]
            atoms = _padded(self._atoms[list(block)], _GROUP)
            for strip, covered in zip(self._strips, self._covered, strict=True):
                cosines = (atoms @ strip.T)[: len(block)]
                np.maximum(covered, cosines.max(axis=0), out=covered)

    def _second_look(self, index: int) -> float:
        """The gain from stored entries; those that gain no more are forgotten."""
        from vocab_builder.selection.kernels import shrink

        places, cosines = self._entries[index]
        gain, stay = shrink(places, cosines, self._covered.reshape(-1), self._weights.reshape(-1))
        if stay < len(places):
            self._stored -= len(places) - stay
            self._entries[index] = places[:stay].copy(), cosines[:stay].copy()
        return gain

    def _first_look(self, block: Sequence[int]) -> dict[int, float]:
        """The gains of up to ``_GROUP`` candidates; entries are stored where they are few."""
        from threadpoolctl import threadpool_limits

        from concept_core.parallel import map_ordered

        atoms = _padded(self._atoms[list(block)], _GROUP)
        with threadpool_limits(1, "blas"):  # each tile has a thread of its own
            tiles = map_ordered(
                lambda number: self._tile(atoms, number, len(block)), range(len(self._strips))
            )
        gains = np.sum([tile.gains for tile in tiles], axis=0)
        for place, index in enumerate(block):
            if all(tile.has[place] for tile in tiles):
                self._store(index, [tile.entries(place) for tile in tiles])
        return dict(zip(block, gains.tolist(), strict=True))

    def _tile(self, atoms: FloatArray, number: int, wanted: int) -> _Tile:
        from vocab_builder.selection.kernels import extract, tile_gains

        cosines = atoms @ self._strips[number].T
        covered = self._covered[number]
        gains = np.zeros(wanted)
        counts = np.zeros(wanted, np.int64)
        tile_gains(cosines, covered, self._weights[number], gains, counts)
        # A tile may have more than its part, but one with far more tells of too many in all.
        has = counts <= 2 * self._part * _ROWS
        ends = np.cumsum(np.where(has, counts, 0))
        places = np.empty(ends[-1], np.int32)
        values = np.empty(ends[-1], np.float32)
        extract(cosines, covered, has, number * _ROWS, places, values)
        return _Tile(gains, has, ends, places, values)

    def _store(self, index: int, parts: list[tuple[NDArray[np.int32], FloatArray]]) -> None:
        size = sum(len(places) for places, _ in parts)
        if size > self._part * self._covered.size:
            return
        if self._stored + size > _ENTRIES:
            for other in self._entries:
                self._second_look(other)
        if self._stored + size <= _ENTRIES:
            places, cosines = zip(*parts, strict=True)
            self._entries[index] = np.concatenate(places), np.concatenate(cosines)
            self._stored += size


@dataclass(frozen=True, slots=True)
class _Tile:
    """Gains of candidates in one strip, and the entries of those that ``has`` says."""

    gains: NDArray[np.float64]
    has: NDArray[np.bool_]
    ends: NDArray[np.int64]
    places: NDArray[np.int32]
    cosines: FloatArray

    def entries(self, place: int) -> tuple[NDArray[np.int32], FloatArray]:
        """The entries of one candidate."""
        part = slice(self.ends[place - 1] if place else 0, self.ends[place])
        return self.places[part], self.cosines[part]


def _rounded_up(bounds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bounds as a worth may be rounded."""
    rounded: NDArray[np.float64] = np.ceil(bounds * 10**_SUM_DIGITS) / 10**_SUM_DIGITS
    return rounded


def _padded(rows: NDArray[np.floating], length: int) -> FloatArray:
    """The rows in float32, then zero rows until there are ``length``."""
    out = np.zeros((length, rows.shape[1]), np.float32)
    out[: len(rows)] = rows
    return out


class Nearest:
    """The best cosine of each candidate to a chosen one, 0 at least and while none is chosen.

    Brought up to date for all in blocks of choices: one product of matrices costs far less than
    as many products of a matrix and a vector.
    """

    def __init__(self, atoms: FloatArray) -> None:
        self._atoms = atoms
        self._best = np.zeros(len(atoms), np.float32)
        # The chosen that the best cosines do not know yet are copied: they are looked at often.
        self._recent = np.zeros((_GROUP, atoms.shape[1]), np.float32)
        self._count = 0

    def choose(self, index: int) -> None:
        """Count this candidate to the chosen."""
        self._recent[self._count] = self._atoms[index]
        self._count += 1
        if self._count == _GROUP:
            for start in range(0, len(self._atoms), _STRIP):
                rows = slice(start, start + _STRIP)
                cosines = self._atoms[rows] @ self._recent.T
                np.maximum(self._best[rows], cosines.max(axis=1), out=self._best[rows])
            self._count = 0

    def cosine(self, index: int) -> float:
        """The best cosine of this candidate, rounded to 6 digits."""
        best = self._best[index]
        if self._count:
            best = max(best, (self._recent[: self._count] @ self._atoms[index]).max())
        return round(float(best), _COSINE_DIGITS)
