"""Explain many clips at once, such as a class or a data set, and set two such groups apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from concept_core.decomposition.decomposing import Decomposition, decompose
from concept_core.decomposition.dictionary import Dictionary
from concept_core.errors import DataError
from concept_core.values import DataFrame, Table, Value, frame

Rows = NDArray[np.intp]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ConceptShare:
    """What a concept has of a group: its mean prominence over all clips, and the share it is in."""

    label: str
    prominence: float
    share: float


@dataclass(frozen=True, slots=True)
class GroupExplanation(Table, Value):
    """A group of clips as a sum of concepts.

    Attributes
    ----------
    name : str
    n : int
        Clips.
    concepts : tuple of ConceptShare
        Highest mean first; among equals in the order of the vocabulary.
    l0, cosine : float
        Means over clips; the cosine is that of a clip with the sum of all its concepts.
    """

    name: str
    n: int
    concepts: tuple[ConceptShare, ...]
    l0: float
    cosine: float

    def to_frame(self) -> DataFrame:
        """One row a concept: group, label, prominence, share. Needs pandas."""
        rows = [(self.name, one.label, one.prominence, one.share) for one in self.concepts]
        return frame(rows, ["group", "label", "prominence", "share"])


@dataclass(frozen=True, slots=True)
class ConceptDifference:
    """A concept in two groups; ``difference`` is that of the mean prominences."""

    label: str
    difference: float
    one: ConceptShare
    other: ConceptShare


@dataclass(frozen=True, slots=True)
class Contrast(Table, Value):
    """What one group has that another has not.

    Attributes
    ----------
    one, other : str
        The groups' names.
    n_one, n_other : int
        Clips.
    more, less : tuple of ConceptDifference
        Concepts with a higher mean prominence in the one group, and in the other; the greatest
        difference first.
    """

    one: str
    other: str
    n_one: int
    n_other: int
    more: tuple[ConceptDifference, ...]
    less: tuple[ConceptDifference, ...]

    def to_frame(self) -> DataFrame:
        """One row a concept: label, difference, both prominences, both shares. Needs pandas."""
        rows = [
            (each.label, each.difference, each.one.prominence, each.other.prominence,
             each.one.share, each.other.share)
            for each in (*self.more, *reversed(self.less))
        ]  # fmt: skip
        columns = ["label", "difference", self.one, self.other]
        shares = [f"share in {self.one}", f"share in {self.other}"]
        return frame(rows, [*columns, *shares])


def explain_groups(
    x: ArrayLike,
    groups: Mapping[str, Sequence[int] | Rows],
    dictionary: Dictionary,
    *,
    l1: float | None = None,
    l0: int | None = None,
    top: int | None = None,
    device: str = "auto",
) -> list[GroupExplanation]:
    """The mean concepts of groups of clips, which may overlap.

    Each clip is decomposed by itself; a concept's prominence in a group is the mean of its weights
    over all clips, zeros among them.

    Parameters
    ----------
    x : (n, d)
        Embeddings from the dictionary's encoder.
    groups : mapping of name to rows of x
    dictionary : Dictionary
    l1, l0 : float, int
        As ``decompose`` takes them: exactly one.
    top : int, optional
        Keep this many of each group's concepts; all that occur by default.
    device : str
        As for ``decompose``.

    Raises
    ------
    DataError
        A group has no clips, or x does not fit the dictionary.
    """
    result = decompose(x, dictionary, l1=l1, l0=l0, device=device)
    return [
        _group(result, dictionary, name, _rows(name, rows), top) for name, rows in groups.items()
    ]


def contrast(
    x: ArrayLike,
    one: tuple[str, Sequence[int] | Rows],
    other: tuple[str, Sequence[int] | Rows],
    dictionary: Dictionary,
    *,
    l1: float | None = None,
    l0: int | None = None,
    top: int | None = None,
    device: str = "auto",
) -> Contrast:
    """The concepts by which two groups of clips differ.

    Parameters
    ----------
    x : (n, d)
        Embeddings from the dictionary's encoder.
    one, other : name and rows of x
    dictionary : Dictionary
    l1, l0 : float, int
        As ``decompose`` takes them: exactly one.
    top : int, optional
        Keep this many concepts on either side; all that differ by default.
    device : str
        As for ``decompose``.

    Raises
    ------
    DataError
        A group has no clips, or x does not fit the dictionary.
    """
    (here, first), (there, second) = one, other
    result = decompose(x, dictionary, l1=l1, l0=l0, device=device)
    found = [_means(result, _rows(*each)) for each in (one, other)]
    difference = found[0][0] - found[1][0]

    def listed(sign: float) -> tuple[ConceptDifference, ...]:
        order = np.argsort(-sign * difference, kind="stable")
        chosen = [int(at) for at in order if sign * difference[at] > 0][:top]
        pairs = [[_share(dictionary, at, *each) for each in found] for at in chosen]
        return tuple(
            ConceptDifference(one.label, float(difference[at]), one, other)
            for at, (one, other) in zip(chosen, pairs, strict=True)
        )

    return Contrast(here, there, len(first), len(second), listed(1.0), listed(-1.0))


def _rows(name: str, rows: Sequence[int] | Rows) -> Rows:
    found = np.asarray(rows, dtype=np.intp)
    if not len(found):
        raise DataError(f"{name}: no clips to explain; name a class that occurs in these folds")
    return found


def _means(result: Decomposition, rows: Rows) -> tuple[Numbers, Numbers]:
    """Of each concept the mean weight, and the share of clips that have it: (K,) both."""
    weights = result.weights[rows]
    counts = np.bincount(weights.indices, minlength=weights.shape[1])
    return np.asarray(weights.sum(axis=0)).ravel() / len(rows), counts / len(rows)


def _share(dictionary: Dictionary, at: int, means: Numbers, shares: Numbers) -> ConceptShare:
    return ConceptShare(dictionary.labels[at], float(means[at]), float(shares[at]))


def _group(
    result: Decomposition, dictionary: Dictionary, name: str, rows: Rows, top: int | None
) -> GroupExplanation:
    means, shares = _means(result, rows)
    order = [int(at) for at in np.argsort(-means, kind="stable") if means[at] > 0][:top]
    return GroupExplanation(
        name,
        len(rows),
        tuple(_share(dictionary, at, means, shares) for at in order),
        float(result.l0[rows].mean()),
        float(result.cosine[rows].mean()),
    )
