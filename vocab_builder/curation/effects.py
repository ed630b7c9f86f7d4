"""What a change of a few concepts does to coverage and redundancy, without measuring all anew.

Of every row of the reference the two best concepts are known: where the best leaves, the second
takes its place. Of every concept its neighbours above the threshold are known.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
Embed = Callable[[Sequence[str]], FloatArray]
_ROWS = 2048
# As concept_core.measures.redundancy compares cosines.
_DIGITS = 6


class LiveCoverage:
    """The mean over a reference of the best cosine to a concept of a vocabulary that changes.

    Parameters
    ----------
    reference : (m, d) float32, unit rows
    embed : callable
        From n labels to (n, d) unit rows.
    labels : iterable of str
        The vocabulary to begin with.
    """

    def __init__(self, reference: FloatArray, embed: Embed, labels: Iterable[str]) -> None:
        self._reference = reference
        self._embed = embed
        self._labels = list(dict.fromkeys(labels))
        self._best = np.full((len(reference), 2), -np.inf, np.float32)
        self._who = np.full((len(reference), 2), -1, np.int64)
        self._rank(np.arange(len(reference)))

    def value(self) -> float:
        """The coverage now."""
        return float(self._best[:, 0].mean()) if self._labels else 0.0

    def after(self, leaves: Collection[str], enters: Sequence[str]) -> float:
        """What it would be without some concepts and with others."""
        gone = self._places(leaves)
        best = np.where(np.isin(self._who[:, 0], gone), self._best[:, 1], self._best[:, 0])
        both = np.flatnonzero(np.isin(self._who, gone).all(axis=1))
        left = [one for one in self._labels if one not in leaves]
        if len(both):
            best[both] = -np.inf
            if left:
                best[both] = (self._reference[both] @ self._embed(left).T).max(axis=1)
        if enters:
            best = np.maximum(best, (self._reference @ self._embed(enters).T).max(axis=1))
        return float(best.mean()) if left or enters else 0.0

    def change(self, leaves: Collection[str], enters: Sequence[str]) -> None:
        """Take concepts out and in."""
        hit = np.isin(self._who, self._places(leaves)).any(axis=1)
        left = [one for one in self._labels if one not in leaves]
        places = {label: place for place, label in enumerate(left)}
        moved = np.array([places.get(label, -1) for label in self._labels] + [-1], np.int64)
        self._who = moved[self._who]  # -1 is nobody, and the last place
        self._labels = left
        self._rank(np.flatnonzero(hit))
        new = [label for label in enters if label not in places]
        if new:
            self._labels = [*left, *new]
            every = np.arange(len(self._reference))
            self._insert(every, self._reference @ self._embed(new).T, len(left))

    def _places(self, labels: Collection[str]) -> NDArray[np.int64]:
        return np.array([p for p, one in enumerate(self._labels) if one in labels], np.int64)

    def _rank(self, rows: NDArray[np.int64]) -> None:
        """Find the two best concepts of some rows anew."""
        self._best[rows], self._who[rows] = -np.inf, -1
        if not self._labels or not len(rows):
            return
        atoms = self._embed(self._labels)
        for start in range(0, len(rows), _ROWS):
            part = rows[start : start + _ROWS]
            self._insert(part, self._reference[part] @ atoms.T, 0)

    def _insert(self, rows: NDArray[np.int64], cosines: FloatArray, first: int) -> None:
        """Let columns, whose concepts begin at ``first``, be among the two best of some rows."""
        most = min(2, cosines.shape[1])
        order = np.argpartition(-cosines, most - 1, axis=1)[:, :most]
        values = np.hstack([self._best[rows], np.take_along_axis(cosines, order, 1)])
        who = np.hstack([self._who[rows], order + first])
        top = np.argsort(-values, axis=1, kind="stable")[:, :2]
        self._best[rows] = np.take_along_axis(values, top, 1)
        self._who[rows] = np.take_along_axis(who, top, 1)


class LiveRedundancy:
    """The share of concepts with a neighbour above a cosine, of a vocabulary that changes."""

    def __init__(self, embed: Embed, labels: Iterable[str], threshold: float) -> None:
        self._embed = embed
        self._threshold = threshold
        self._near: dict[str, set[str]] = {}
        names = list(dict.fromkeys(labels))
        atoms = embed(names)
        for start in range(0, len(names), _ROWS):
            near = self._are_near(atoms[start : start + _ROWS] @ atoms.T)
            for row, name in enumerate(names[start : start + _ROWS]):
                self._near[name] = {names[place] for place in np.flatnonzero(near[row])} - {name}

    def value(self) -> float:
        """The redundancy now."""
        return _share(self._near)

    def after(self, leaves: Collection[str], enters: Sequence[str]) -> float:
        """What it would be without some concepts and with others."""
        return _share(self._changed(leaves, enters))

    def change(self, leaves: Collection[str], enters: Sequence[str]) -> None:
        """Take concepts out and in."""
        self._near = self._changed(leaves, enters)

    def _changed(self, leaves: Collection[str], enters: Sequence[str]) -> dict[str, set[str]]:
        gone = set(leaves)
        near = {one: others - gone for one, others in self._near.items() if one not in gone}
        new = [label for label in enters if label not in near]
        if new:
            names = [*near, *new]
            found = self._are_near(self._embed(new) @ self._embed(names).T)
            for row, label in enumerate(new):
                near[label] = {names[place] for place in np.flatnonzero(found[row])} - {label}
                for other in near[label] & self._near.keys():
                    near[other] = near[other] | {label}
        return near

    def _are_near(self, cosines: FloatArray) -> NDArray[np.bool_]:
        return np.asarray(cosines.round(_DIGITS) > self._threshold)


def _share(near: dict[str, set[str]]) -> float:
    return sum(map(bool, near.values())) / len(near) if near else 0.0
