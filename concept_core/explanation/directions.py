"""Words for directions that were learned without any: the nearest concepts, the clips, the chance.

A direction of a dictionary, such as the decoder of a sparse autoencoder, gets the concept whose
atom has the greatest cosine with it; and keeps it as a name where two tests hold: the cosine is
above that of random directions, and the concept is heard in the clips that fire the direction more
than in the others. What fails either has no name.

Sources: naming by the nearest text, Oikarinen, Weng: "CLIP-Dissect" (ICLR 2023), arXiv 2204.10965,
and Rao et al.: "Discover-then-Name" (ECCV 2024), arXiv 2407.14499, for autoencoders' directions;
the rates of false names by Benjamini, Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from concept_core.decomposition.decomposing import Decomposition, decompose
from concept_core.decomposition.dictionary import Dictionary
from concept_core.encoders.base import FloatArray
from concept_core.errors import DataError, UsageError
from concept_core.measures.reference import Reference
from concept_core.values import DataFrame, Table, Value, frame, to_data

DRAWS = 1000
"""Random directions that a cosine is compared with: no p-value is below 1 / 1001."""

FALSE_NAMES = 0.05
"""The share of names that may be false, by either test."""

SHOWN = 5
"""Concepts and clips of a direction that are listed."""

_FEWEST = 20
_TILE = 512

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NamedDirection:
    """A direction, the words nearest to it, and how sure its name is.

    Attributes
    ----------
    place : int
        Of the direction in its dictionary, from 0.
    name : str or None
        The nearest concept, if both tests hold.
    why_none : str
        Which test fails; empty where there is a name.
    concepts : tuple of (str, float)
        The nearest concepts with their cosines, the nearest first.
    p, q : float
        How often a random direction has a concept as near; and the share of false names among
        those at least as near.
    fires : int or None
        Clips that have a weight of it; None without clips, as all that follows.
    clips : tuple of str
        Those with the greatest weights.
    clip_concepts : tuple of str
        Concepts that these clips, each by its weight, are nearer to than all clips are; the most
        so first.
    rank : int or None
        The place of the nearest concept in that order, from 1: half the vocabulary by chance.
    auc : float or None
        The probability that the concept is nearer to a clip that fires the direction than to one
        that does not; .5 by chance.
    clips_p, clips_q : float or None
        Of that: Mann and Whitney's test, one-sided; and the share of false names.
    """

    place: int
    name: str | None
    why_none: str
    concepts: tuple[tuple[str, float], ...]
    p: float
    q: float
    fires: int | None = None
    clips: tuple[str, ...] = ()
    clip_concepts: tuple[str, ...] = ()
    rank: int | None = None
    auc: float | None = None
    clips_p: float | None = None
    clips_q: float | None = None


@dataclass(frozen=True, slots=True, repr=False)
class DirectionNames(Value, Table):
    """The directions of a dictionary in words of a vocabulary.

    Attributes
    ----------
    vocabulary, content_hash : str
    encoder : dict
        The fingerprint of the space, with the name of its encoder.
    directions, named : int
    clips : int or None
        That fired the directions; None where there were none.
    l0 : int or None
        How many directions may explain a clip.
    chance : dict
        ``draws`` random directions, what they are ``sums_of``, and the ``median`` and ``p95`` of
        the greatest cosine of one with a concept.
    items : tuple of NamedDirection
    """

    vocabulary: str
    content_hash: str
    encoder: dict[str, str]
    directions: int
    named: int
    clips: int | None
    l0: int | None
    chance: dict[str, Any]
    items: tuple[NamedDirection, ...] = field(repr=False)

    @property
    def names(self) -> list[str | None]:
        """The name of each direction, None for those that have none."""
        return [one.name for one in self.items]

    def to_frame(self) -> DataFrame:
        """One row a direction. Needs pandas."""
        return frame(self.to_rows())

    def to_rows(self) -> list[dict[str, Any]]:
        """One row a direction, lists as text."""
        return [
            {
                **to_data(one),
                "concepts": "; ".join(f"{label} {cosine:.3f}" for label, cosine in one.concepts),
                "clips": "; ".join(one.clips),
                "clip_concepts": "; ".join(one.clip_concepts),
            }
            for one in self.items
        ]

    def __repr__(self) -> str:
        return f"DirectionNames({self.named} of {self.directions} named by {self.vocabulary!r})"


def name_directions(
    directions: ArrayLike,
    dictionary: Dictionary,
    clips: Reference | None = None,
    *,
    l0: int = 8,
    top: int = SHOWN,
    seed: int = 0,
    device: str = "auto",
) -> DirectionNames:
    """Name the directions of a dictionary by the concepts of a vocabulary.

    Parameters
    ----------
    directions : (m, d)
        Unit rows in the encoder's centred space of sounds; of rows as they come, a direction is
        what is learned once their mean is taken off.
    dictionary : Dictionary
        Of the vocabulary, in the same space.
    clips : Reference, optional
        Clips of the same encoder: they are decomposed over the directions, to see which fire each.
        Without, names stand on the cosine alone.
    l0 : int
        At most so many directions a clip.
    top : int
        Concepts and clips that are listed.
    seed : int
        Of the random directions.
    device : str
        Where the solver runs.

    Raises
    ------
    UsageError
        l0 or top below 1.
    DataError
        Directions that are no finite unit rows, or of another dimension.
    """
    if top < 1:
        raise UsageError(f"top {top}: list 1 concept or more")
    learned = Dictionary.of_atoms(directions)
    atoms, words = learned.rows, dictionary.rows
    if atoms.shape[1] != words.shape[1]:
        raise DataError(
            f"directions of {atoms.shape[1]} dimensions, and concepts of {words.shape[1]}; give"
            " those of one encoder"
        )
    rows = None if clips is None else clips.x
    chance, drawn = _chance(atoms, rows, words, seed)
    places, cosines = _nearest(atoms, words, min(top, len(words)))
    p = (1 + len(drawn) - np.searchsorted(drawn, cosines[:, 0], side="left")) / (1 + len(drawn))
    fired = None
    if clips is not None:
        result = decompose(clips.x, learned, l0=l0, device=device)
        fired = _Fired.of(clips, result, words, places[:, 0], top)
    items = _items(places, cosines, p, dictionary.labels, fired)
    return DirectionNames(
        vocabulary=dictionary.specifier,
        content_hash=dictionary.vocabulary,
        encoder={"name": dictionary.encoder_name, "fingerprint": dictionary.encoder},
        directions=len(atoms),
        named=sum(one.name is not None for one in items),
        clips=None if clips is None else len(clips.x),
        l0=None if clips is None else l0,
        chance=chance,
        items=items,
    )


def _items(
    places: NDArray[np.intp], cosines: Numbers, p: Numbers, labels: Sequence[str],
    fired: _Fired | None,
) -> tuple[NamedDirection, ...]:  # fmt: skip
    q = false_shares(p)
    items = []
    for place, (near, cosine) in enumerate(zip(places, cosines, strict=True)):
        of_clips: dict[str, Any] = {} if fired is None else fired.of_direction(place, labels)
        why = "" if q[place] <= FALSE_NAMES else "no concept is nearer than by chance"
        if not why and fired is not None:
            why = _not_heard(of_clips)
        items.append(
            NamedDirection(
                place=place,
                name=None if why else labels[near[0]],
                why_none=why,
                concepts=tuple(
                    (labels[one], float(value)) for one, value in zip(near, cosine, strict=True)
                ),
                p=float(p[place]),
                q=float(q[place]),
                **of_clips,
            )
        )
    return tuple(items)


def _not_heard(of_clips: dict[str, Any]) -> str:
    if not of_clips["fires"]:
        return "no clip fires it"
    if of_clips["clips_q"] is None:
        return "every clip fires it"
    return "" if of_clips["clips_q"] <= FALSE_NAMES else "the concept is not heard in its clips"


@dataclass(frozen=True, slots=True, eq=False)
class _Fired:
    """Which clips fire each direction, and whether its nearest concept is heard in them."""

    names: tuple[str, ...]
    result: Decomposition
    similar: Numbers
    nearest: NDArray[np.intp]
    top: int
    auc: Numbers
    p: Numbers
    q: Numbers

    @classmethod
    def of(
        cls, clips: Reference, result: Decomposition, words: Numbers, nearest: NDArray[np.intp],
        top: int,
    ) -> _Fired:  # fmt: skip
        similar = clips.x.astype(np.float64) @ words.T
        auc, p = heard(result, similar, nearest)
        q = np.full(len(p), np.nan)
        tested = np.isfinite(p)
        q[tested] = false_shares(p[tested])
        centred = similar - similar.mean(axis=0)
        return cls(clips.items, result, centred, nearest, top, auc, p, q)

    def of_direction(self, place: int, labels: Sequence[str]) -> dict[str, Any]:
        weights = self.result.weights[:, [place]].tocoo()
        order = np.lexsort((weights.coords[0], -weights.data))
        rows = weights.coords[0][order]
        found: dict[str, Any] = {"fires": len(rows)}
        if not len(rows):
            return found
        nearer = weights.data[order] @ self.similar[rows] / weights.data.sum()
        likeliest = np.argsort(-nearer, kind="stable")
        found |= {
            "clips": tuple(self.names[row] for row in rows[: self.top]),
            "clip_concepts": tuple(labels[one] for one in likeliest[: self.top]),
            "rank": int(np.flatnonzero(likeliest == self.nearest[place])[0]) + 1,
        }
        if np.isfinite(self.p[place]):
            found |= {
                name: float(values[place])
                for name, values in (("auc", self.auc), ("clips_p", self.p), ("clips_q", self.q))
            }
        return found


def heard(
    result: Decomposition, similar: Numbers, concepts: NDArray[np.intp]
) -> tuple[Numbers, Numbers]:
    """Whether a concept of each direction is nearer to the clips that fire it than to the others.

    Parameters
    ----------
    result : Decomposition
        Of n clips over m directions.
    similar : (n, K) float64
        Cosines of clips and concepts.
    concepts : (m,) intp
        The concept of each direction.

    Returns
    -------
    (m,) float64, (m,) float64
        The area under the curve, and the p-value of Mann and Whitney's one-sided test (1947,
        doi:10.1214/aoms/1177730491); NaN where no clip fires a direction, or all do.
    """
    from scipy.stats import mannwhitneyu

    n, m = result.weights.shape
    columns = result.weights.tocsc()
    auc, p = np.full(m, np.nan), np.full(m, np.nan)
    for place, concept in enumerate(concepts):
        fires = np.zeros(n, np.bool_)
        fires[columns.indices[columns.indptr[place] : columns.indptr[place + 1]]] = True
        if 0 < fires.sum() < n:
            values = similar[:, concept]
            found = mannwhitneyu(values[fires], values[~fires], alternative="greater")
            auc[place] = found.statistic / (fires.sum() * (~fires).sum())
            p[place] = found.pvalue
    return auc, p


def false_shares(p: Numbers) -> Numbers:
    """The least rate of false discoveries at which each p-value counts (Benjamini, Hochberg)."""
    from scipy.stats import false_discovery_control

    found: Numbers = np.atleast_1d(false_discovery_control(p))
    return found


def _chance(
    atoms: Numbers, rows: FloatArray | None, words: Numbers, seed: int
) -> tuple[dict[str, Any], Numbers]:
    """The greatest cosines of random directions with a concept, sorted; and what is said of them.

    Random directions are sums of clips, or of the directions themselves, with random weights of
    either sign: they vary as those do. Where there are too few of both, they are of any kind.
    """
    rng = np.random.default_rng([seed, *words.shape])
    pool, of = (atoms, "the directions") if rows is None else (rows, "the clips")
    if len(pool) < _FEWEST:
        pool, of = np.eye(atoms.shape[1]), "the axes"
    drawn = np.zeros((DRAWS, atoms.shape[1]))
    for start in range(0, len(pool), _TILE):
        part = pool[start : start + _TILE]
        drawn += rng.standard_normal((DRAWS, len(part))) @ part
    drawn /= np.maximum(np.linalg.norm(drawn, axis=1, keepdims=True), 1e-12)
    _, best = _nearest(drawn, words, 1)
    greatest = np.sort(best[:, 0])
    median, high = np.quantile(greatest, [0.5, 0.95])
    said = {"draws": DRAWS, "sums_of": of, "median": float(median), "p95": float(high)}
    return said, greatest


def _nearest(atoms: Numbers, words: Numbers, top: int) -> tuple[NDArray[np.intp], Numbers]:
    """The ``top`` concepts nearest to each direction, and their cosines; the earlier of equals."""
    places = np.empty((len(atoms), top), np.intp)
    cosines = np.empty((len(atoms), top))
    for start in range(0, len(atoms), _TILE):
        part = slice(start, start + _TILE)
        found = atoms[part] @ words.T
        places[part] = np.argsort(-found, axis=1, kind="stable")[:, :top]
        cosines[part] = np.take_along_axis(found, places[part], axis=1)
    return places, cosines
