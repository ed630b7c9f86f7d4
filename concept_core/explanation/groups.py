"""Explain many clips at once, such as a class or a data set, and set two such groups apart.

Intervals are bootstraps over recordings, where it is known which one each clip is from, else over
clips. Beside each prominence stands what chance gives: of a group the
mean over all clips, of a difference how far two groups drawn from the same clips are apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from concept_core.decomposition.decomposing import Decomposition, decompose
from concept_core.decomposition.dictionary import Dictionary
from concept_core.errors import DataError
from concept_core.tasks.intervals import Interval, Units, interval, number_of, unit_draws
from concept_core.values import DataFrame, Table, Value, frame
from concept_core.vocabulary import check_top

Rows = NDArray[np.intp]
Numbers = NDArray[np.float64]

SHUFFLES = 200
"""Pairs of groups drawn at random, for the chance level of a difference."""


@dataclass(frozen=True, slots=True)
class ConceptShare:
    """What a concept has of a group.

    Attributes
    ----------
    label : str
    prominence : float
        Mean over all clips of the group, zeros among them.
    share : float
        Of the clips that have it.
    interval : (low, high)
        Of the prominence.
    overall : float
        Mean prominence over all clips that were decomposed, those of other groups among them: what
        a group drawn at random has.
    """

    label: str
    prominence: float
    share: float
    interval: Interval
    overall: float


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
        """One row a concept: group, label, prominence, low, high, overall, share. Needs pandas."""
        rows = [
            (self.name, one.label, one.prominence, *one.interval, one.overall, one.share)
            for one in self.concepts
        ]
        return frame(rows, ["group", "label", "prominence", "low", "high", "overall", "share"])


@dataclass(frozen=True, slots=True)
class ConceptDifference:
    """A concept in two groups.

    Attributes
    ----------
    label : str
    difference : float
        Of the mean prominences.
    interval : (low, high)
        Of the difference; each group is resampled by itself.
    chance : float
        Mean size of the difference of two groups of the same sizes that are drawn from the same
        clips, of ``SHUFFLES`` draws.
    one, other : ConceptShare
    """

    label: str
    difference: float
    interval: Interval
    chance: float
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
        """One row a concept: label, difference, low, high, chance, both prominences, both shares.

        Needs pandas.
        """
        rows = [
            (each.label, each.difference, *each.interval, each.chance,
             each.one.prominence, each.other.prominence, each.one.share, each.other.share)
            for each in (*self.more, *reversed(self.less))
        ]  # fmt: skip
        columns = ["label", "difference", "low", "high", "chance", self.one, self.other]
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
    recordings: Sequence[str] | None = None,
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
        Keep this many of each group's concepts, 1 or more; all that occur by default.
    recordings : sequence of n str, optional
        The recording that each clip is from: those of one are resampled together.
    device : str
        As for ``decompose``.

    Raises
    ------
    UsageError
        A ``top`` below 1; l1 or l0 as ``decompose`` refuses them.
    DataError
        A group has no clips, x does not fit the dictionary, or recordings are not one a clip.
    """
    check_top(top)
    result = decompose(x, dictionary, l1=l1, l0=l0, device=device)
    units = _units(result, recordings)
    return [
        _group(result, dictionary, name, _rows(name, rows), top, units)
        for name, rows in groups.items()
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
    recordings: Sequence[str] | None = None,
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
        Keep this many concepts on either side, 1 or more; all that differ by default.
    recordings : sequence of n str, optional
        The recording that each clip is from: those of one are resampled together.
    device : str
        As for ``decompose``.

    Raises
    ------
    UsageError
        A ``top`` below 1; l1 or l0 as ``decompose`` refuses them.
    DataError
        A group has no clips, x does not fit the dictionary, or recordings are not one a clip.
    """
    check_top(top)
    (here, first), (there, second) = one, other
    result = decompose(x, dictionary, l1=l1, l0=l0, device=device)
    groups = [_rows(*each) for each in (one, other)]
    units = _units(result, recordings)
    fewest = min(number_of(_own(units, rows)) for rows in groups)
    means = [_means(result, rows)[0] for rows in groups]
    difference = means[0] - means[1]

    def listed(sign: float) -> tuple[ConceptDifference, ...]:
        order = np.argsort(-sign * difference, kind="stable")
        chosen = np.array([at for at in order if sign * difference[at] > 0][:top], dtype=np.intp)
        samples = [
            _resampled(result, rows, chosen, units, seed) for seed, rows in enumerate(groups)
        ]
        chance = _shuffled(result, groups, chosen)
        shares = [_shares(result, dictionary, rows, chosen, units) for rows in groups]
        return tuple(
            ConceptDifference(
                dictionary.labels[at], float(difference[at]),
                interval(samples[0][:, place] - samples[1][:, place], fewest), float(chance[place]),
                shares[0][place], shares[1][place],
            )
            for place, at in enumerate(chosen.tolist())
        )  # fmt: skip

    return Contrast(here, there, len(first), len(second), listed(1.0), listed(-1.0))


def _units(result: Decomposition, recordings: Sequence[str] | None) -> Units:
    """The number of each clip's recording; of its own where none is known."""
    n = len(result.l0)
    if recordings is None:
        return np.arange(n)
    if len(recordings) != n:
        raise DataError(f"{len(recordings)} recordings for {n} clips; give one each, or none")
    numbers = {name: place for place, name in enumerate(dict.fromkeys(recordings))}
    return np.array([numbers[name] for name in recordings], dtype=np.intp)


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


def _resampled(result: Decomposition, rows: Rows, chosen: Rows, units: Units, seed: int) -> Numbers:
    """Mean prominences of some concepts in resamples of a group: (resamples, m)."""
    weights = result.weights[rows][:, chosen].T
    draws = unit_draws(_own(units, rows), np.random.default_rng(seed))
    return np.concatenate(
        [np.asarray(weights @ counts.T).T / counts.sum(axis=1, keepdims=True) for counts in draws]
    )


def _own(units: Units, rows: Rows) -> Units:
    """The recordings of a group's clips, numbered from 0."""
    return np.unique(units[rows], return_inverse=True)[1]


def _shuffled(result: Decomposition, groups: Sequence[Rows], chosen: Rows) -> Numbers:
    """Of some concepts the mean size of the difference between groups drawn at random: (m,)."""
    one, other = map(len, groups)
    signs = np.repeat([1 / one, -1 / other], [one, other])
    rng = np.random.default_rng(0)
    drawn = np.stack([rng.permutation(signs) for _ in range(SHUFFLES)])
    weights = result.weights[np.concatenate(groups)][:, chosen]
    return np.asarray(np.abs(weights.T @ drawn.T).mean(axis=1))


def _shares(
    result: Decomposition, dictionary: Dictionary, rows: Rows, chosen: Rows, units: Units
) -> tuple[ConceptShare, ...]:
    """What some concepts have of a group."""
    means, shares = _means(result, rows)
    overall, _ = _means(result, np.arange(len(result.l0)))
    samples = _resampled(result, rows, chosen, units, 0)
    number = number_of(_own(units, rows))
    return tuple(
        ConceptShare(
            dictionary.labels[at], float(means[at]), float(shares[at]),
            interval(samples[:, place], number), float(overall[at]),
        )
        for place, at in enumerate(chosen.tolist())
    )  # fmt: skip


def _group(
    result: Decomposition,
    dictionary: Dictionary,
    name: str,
    rows: Rows,
    top: int | None,
    units: Units,
) -> GroupExplanation:
    means, _ = _means(result, rows)
    order = [at for at in np.argsort(-means, kind="stable") if means[at] > 0][:top]
    return GroupExplanation(
        name,
        len(rows),
        _shares(result, dictionary, rows, np.array(order, dtype=np.intp), units),
        float(result.l0[rows].mean()),
        float(result.cosine[rows].mean()),
    )
