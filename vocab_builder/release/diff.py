"""What changed between two vocabularies: added, removed, moved, renamed, and what it does."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from concept_core.decomposition.dictionary import Dictionary
from concept_core.encoders.base import Encoder, FloatArray
from concept_core.values import Table, Value
from concept_core.vocabulary import Vocabulary

if TYPE_CHECKING:
    import pandas as pd

_BLOCK = 1024
CHANGES = ("added", "removed", "renamed", "moved")


@dataclass(frozen=True, slots=True)
class Change:
    """One concept that is not what, or where, it was.

    Attributes
    ----------
    change : str
        One of ``CHANGES``. A renamed concept that moved too is ``renamed``.
    id : str
    before, after : str or None
        The label in either vocabulary; None where it has none.
    place_before, place_after : int or None
        The place in either vocabulary, from 1.
    coverage : float or None
        What this change alone does to coverage; None where no reference was given, and for a
        concept that only moved, which covers what it covered.
    """

    change: str
    id: str
    before: str | None
    after: str | None
    place_before: int | None
    place_after: int | None
    coverage: float | None = None


@dataclass(frozen=True, slots=True)
class Difference(Value, Table):
    """Two vocabularies and every change from the first to the second.

    Attributes
    ----------
    before, after : str
        Specifiers.
    hash_before, hash_after : str
        Content hashes.
    size_before, size_after : int
    kept : int
        Concepts with the same id and label in both.
    changes : tuple of Change
        In the order of ``CHANGES``, then by place.
    coverage_before, coverage_after : float or None
        Mean over the reference of the best cosine to a concept; None without a reference.
    """

    before: str
    after: str
    hash_before: str
    hash_after: str
    size_before: int
    size_after: int
    kept: int
    changes: tuple[Change, ...]
    coverage_before: float | None = None
    coverage_after: float | None = None

    def of(self, change: str) -> tuple[Change, ...]:
        """The changes of one of ``CHANGES``."""
        return tuple(one for one in self.changes if one.change == change)

    def to_frame(self) -> pd.DataFrame:
        """One row a change; needs pandas."""
        import pandas as pd

        columns = list(Change.__dataclass_fields__)
        return pd.DataFrame([asdict(one) for one in self.changes], columns=columns)


@dataclass(frozen=True, slots=True, eq=False)
class Covered:
    """What coverage is measured with: the reference, and the atoms of both vocabularies.

    Attributes
    ----------
    reference : (m, d) float32, unit rows, m >= 1
    before, after : (K, d) float32, unit rows
    """

    reference: FloatArray
    before: FloatArray
    after: FloatArray

    @classmethod
    def build(
        cls, reference: FloatArray, before: Vocabulary, after: Vocabulary, encoder: Encoder
    ) -> Covered:
        """Both vocabularies in the space of the encoder that gave the reference."""
        one, other = (Dictionary.build(each, encoder).atoms for each in (before, after))
        return cls(reference, one, other)


def diff(before: Vocabulary, after: Vocabulary, covered: Covered | None = None) -> Difference:
    """Every change from one vocabulary to another.

    Concepts are the same where their ids are: another label under the same id is a renaming. As
    ``moved`` count the fewest concepts whose moving explains the new order: all but a longest
    subsequence that both vocabularies have in the same order.

    What a change does to coverage is measured one at a time: the second vocabulary with and
    without an added concept, the first with and without a removed one, the second with either
    label of a renamed one. These do not add up, since neighbours stand in for each other.

    Parameters
    ----------
    before, after : Vocabulary
    covered : Covered, optional
        To measure coverage with.
    """
    places = {concept.id: place for place, concept in enumerate(after)}
    shared = [
        (place, places[concept.id]) for place, concept in enumerate(before) if concept.id in places
    ]
    stays = longest_rising([there for _, there in shared])
    changes = [*_only(before, after, "removed"), *_only(after, before, "added")]
    kept = 0
    for index, (here, there) in enumerate(shared):
        old, new = before.concepts[here], after.concepts[there]
        kept += old.label == new.label
        if old.label == new.label and index in stays:
            continue
        kind = "moved" if old.label == new.label else "renamed"
        changes.append(Change(kind, old.id, old.label, new.label, here + 1, there + 1))
    totals: tuple[float | None, float | None] = (None, None)
    if covered is not None:
        changes = list(_effects(changes, covered))
        totals = (
            coverage(covered.before, covered.reference),
            coverage(covered.after, covered.reference),
        )
    changes.sort(key=lambda one: (CHANGES.index(one.change), one.place_after or one.place_before))
    return Difference(
        before.specifier, after.specifier, before.content_hash, after.content_hash,
        len(before), len(after), kept, tuple(changes), *totals,
    )  # fmt: skip


def coverage(atoms: FloatArray, reference: FloatArray) -> float:
    """Mean over the reference's rows of the best cosine to an atom."""
    from concept_core.measures.coverage import best_cosines

    return float(best_cosines(reference, atoms).mean())


def _only(here: Vocabulary, there: Vocabulary, change: str) -> Iterator[Change]:
    """The concepts that only the first has."""
    others = {concept.id for concept in there}
    for place, concept in enumerate(here, 1):
        if concept.id in others:
            continue
        if change == "added":
            yield Change(change, concept.id, None, concept.label, None, place)
        else:
            yield Change(change, concept.id, concept.label, None, place, None)


def longest_rising(places: Sequence[int]) -> set[int]:
    """Indices of a longest rising subsequence of different numbers: what need not have moved."""
    ends: list[int] = []  # the smallest number that a subsequence of each length ends with
    at: list[int] = []
    previous: list[int] = []
    for index, place in enumerate(places):
        length = bisect_left(ends, place)
        previous.append(at[length - 1] if length else -1)
        ends[length : length + 1] = [place]
        at[length : length + 1] = [index]
    chosen = set()
    index = at[-1] if at else -1
    while index >= 0:
        chosen.add(index)
        index = previous[index]
    return chosen


def _best_two(
    atoms: FloatArray, reference: FloatArray
) -> Iterator[tuple[NDArray[np.intp], FloatArray, FloatArray]]:
    """Of blocks of the reference: the best atom of each row, its cosine, and the second best.

    Where there is only one atom, nothing stands in for it: the second best cosine is 0.
    """
    for start in range(0, len(reference), _BLOCK):
        cosines = reference[start : start + _BLOCK] @ atoms.T
        rows = np.arange(len(cosines))
        best = cosines.argmax(axis=1)
        value = cosines[rows, best]
        cosines[rows, best] = -np.inf
        second = cosines.max(axis=1) if atoms.shape[0] > 1 else np.zeros(len(rows), np.float32)
        yield best, value, second


def _alone(atoms: FloatArray, reference: FloatArray) -> NDArray[np.float64]:
    """(K,) what coverage loses without each atom."""
    lost = np.zeros(len(atoms))
    for best, value, second in _best_two(atoms, reference):
        np.add.at(lost, best, (value - second).astype(np.float64))
    return lost / len(reference)


def _effects(changes: Sequence[Change], covered: Covered) -> Iterator[Change]:
    """The changes with what each alone does to coverage."""
    gains, losses = (_alone(atoms, covered.reference) for atoms in (covered.after, covered.before))
    for one in changes:
        if one.change == "added" and one.place_after is not None:
            yield replace(one, coverage=float(gains[one.place_after - 1]))
        elif one.change == "removed" and one.place_before is not None:
            yield replace(one, coverage=-float(losses[one.place_before - 1]))
        elif one.change == "renamed" and one.place_before is not None and one.place_after:
            swapped = covered.after.copy()
            swapped[one.place_after - 1] = covered.before[one.place_before - 1]
            was = coverage(swapped, covered.reference)
            yield replace(one, coverage=coverage(covered.after, covered.reference) - was)
        else:
            yield one
