"""Greedy choice with a second look only where one is needed (Minoux 1978).

If what a candidate is worth can only fall as others are chosen, then a worth once computed
bounds every later one: who leads with a worth just computed has won, whatever the others' would
be (doi:10.1007/BFb0006528).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from typing import Protocol

_GROUP = 256


class Worth(Protocol):
    """What candidates are worth beside those that are chosen; it never rises."""

    def is_quick(self, index: int) -> bool:
        """Whether this one costs little alone; others are asked for in groups."""
        ...

    def values(self, indices: Sequence[int]) -> list[float]:
        """The worth of each now."""
        ...

    def choose(self, index: int) -> None:
        """Count this one to the chosen."""
        ...


def lazy_greedy(
    worth: Worth, indices: Iterable[int], *, least: float = float("-inf")
) -> tuple[list[int], list[float]]:
    """The order in which plain greedy choice would take ``indices``: the best first, every time.

    Equal worths go to the smaller index. It ends with all, or before the first that is worth no
    more than ``least``.

    Returns
    -------
    order : list of int
    values : list of float
        What each was worth when it was chosen.
    """
    # (-worth, index) with how many were chosen when it was computed.
    heap = [(float("-inf"), index) for index in sorted(indices)]
    computed: dict[int, int] = {}
    order: list[int] = []
    values: list[float] = []
    while heap:
        negative, index = heapq.heappop(heap)
        if computed.get(index) == len(order):
            if -negative <= least:
                break
            worth.choose(index)
            order.append(index)
            values.append(-negative)
            continue
        group = [index]
        if not worth.is_quick(index):
            group += [heapq.heappop(heap)[1] for _ in range(min(_GROUP - 1, len(heap)))]
        for member, value in zip(group, worth.values(group), strict=True):
            computed[member] = len(order)
            heapq.heappush(heap, (-value, member))
    return order, values
