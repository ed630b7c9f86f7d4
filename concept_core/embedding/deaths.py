"""A clip that ends its worker, found among the clips of its shard.

A decoder or a model may end its process at one clip of a million. A shard that was begun and not
ended leaves a mark; whoever tries it again marks each batch before it is embedded; whoever finds
such a mark tries the clips of that batch one by one first; and a clip at which that ended twice is
given up. Workers that are killed by something else leave marks too, and cost a second look.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from concept_core import stores
from concept_core.documents import parse_json
from concept_core.errors import DataError
from concept_core.files import pretty_json
from concept_core.values import from_data, to_data

REASON = "its worker ended twice while it was embedded; see whether other programs can open it"
_TWICE = 2


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a try came.

    Attributes
    ----------
    first, last : int
        Places in the shard, the last not included, of the clips that were embedded; none at first.
    deaths : mapping of str to int
        How often a try ended at a clip that was embedded alone, by its place.
    """

    first: int = 0
    last: int = 0
    deaths: dict[str, int] = field(default_factory=dict)


class Trial:
    """One try of a shard.

    Parameters
    ----------
    address : str
        Where its mark is.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        found = _read(address)
        self._again = found is not None
        self._before = found or Mark()
        if self._before.last - self._before.first == 1:
            place = str(self._before.first)
            count = self._before.deaths.get(place, 0) + 1
            self._before = replace(self._before, deaths={**self._before.deaths, place: count})
        self._write(self._before)

    def gives_up(self, place: int) -> bool:
        """Whether the clip at a place ended two tries."""
        return self._before.deaths.get(str(place), 0) >= _TWICE

    def batch(self, places: list[int], embed_alone: Callable[[int], object]) -> None:
        """Note that these clips are embedded now; those of the last mark are tried one by one.

        What is embedded alone is not kept: a model may give other last digits of it.
        """
        if not self._again:
            return
        before = range(self._before.first, self._before.last)
        for place in places:
            if place in before:
                self._write(replace(self._before, first=place, last=place + 1))
                embed_alone(place)
        self._write(replace(self._before, first=places[0], last=places[-1] + 1))

    def end(self) -> None:
        """Take the mark away: the process lives, whatever came of the shard."""
        stores.delete(self._address)

    def _write(self, mark: Mark) -> None:
        stores.write(self._address, pretty_json(to_data(mark)).encode("utf-8"))


def _read(address: str) -> Mark | None:
    if not stores.exists(address):
        return None
    try:
        return from_data(parse_json(stores.read(address), address), Mark, address)
    except DataError:
        return Mark()
