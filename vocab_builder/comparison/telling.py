"""What one vocabulary can say that another cannot: clips whose best concept drops most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from concept_core.decomposition.decomposing import decompose
from concept_core.decomposition.dictionary import Dictionary
from concept_core.measures.coverage import best_cosines
from concept_core.measures.reference import Reference
from vocab_builder.comparison.model import Said, Says, Telling

SHOWN = 3
"""Clips a comparison of two vocabularies, and of all of them."""

_HEARD = 0.9
"""A clip is heard as what it is where its class names reach this share of the best cosine."""

_DIGITS = 6

Floats = NDArray[np.float64]


def tell(
    reference: Reference,
    letters: Sequence[str],
    dictionaries: Sequence[Dictionary],
    l0: int,
    device: str = "auto",
) -> tuple[tuple[Telling, ...], tuple[Says, ...]]:
    """The clips or captions that tell vocabularies apart.

    A drop is the cosine of a clip with the best concept of one vocabulary, less that with the best
    concept of the other. The greatest drops of different classes (or captions) come before a
    second of the same: three clips of one class say one thing. Of labelled clips only those
    count whose own class names are among the nearest words that anyone has: where the encoder
    mishears a clip, its words are wrong in every vocabulary, and tell nothing of one.

    Parameters
    ----------
    reference : Reference
    letters : sequence of str
    dictionaries : sequence of Dictionary
        Of one encoder, at least two.
    l0 : int
        The most concepts of the words that are shown.
    device : str
        Where solvers run.

    Returns
    -------
    apart : tuple of Telling
        By the greatest less the smallest cosine of all vocabularies.
    says : tuple of Says
        Of every ordered pair.
    """
    best = np.stack([best_cosines(reference.x, one.atoms).round(_DIGITS) for one in dictionaries])
    spread = best.max(axis=0) - best.min(axis=0)
    pairs = list(permutations(range(len(dictionaries)), 2))
    drops = [spread, *(best[one] - best[other] for one, other in pairs)]
    heard = np.ones(len(spread), np.bool_)
    if reference.own is not None:
        heard = reference.own >= _HEARD * best.max(axis=0)
    chosen = [_greatest(drop, heard, reference) for drop in drops]
    places = sorted({place for places in chosen for place in places})
    said = _said(reference, dictionaries, places, l0, device)

    def tellings(drop: Floats, places: list[int]) -> tuple[Telling, ...]:
        return tuple(
            Telling(reference.items[at], reference.descriptions[at], float(drop[at]), said[at])
            for at in places
        )

    says = tuple(
        Says(
            first=letters[one],
            second=letters[other],
            nearer=int(np.sum(drop > 0)),
            mean_drop=float(drop.mean()),
            tellings=tellings(drop, places),
        )
        for (one, other), drop, places in zip(pairs, drops[1:], chosen[1:], strict=True)
    )
    return tellings(spread, chosen[0]), says


def _greatest(drop: Floats, heard: NDArray[np.bool_], reference: Reference) -> list[int]:
    """Places of the greatest drops above zero: first one of each class, then a second, ..."""
    before: Counter[str] = Counter()
    ranked: list[tuple[int, int]] = []
    for place in np.argsort(-drop, kind="stable").tolist():
        if drop[place] <= 0:
            break
        if not heard[place]:
            continue
        # What nothing is said of is one of its kind.
        what = reference.descriptions[place] or reference.items[place]
        ranked.append((before[what], place))
        before[what] += 1
    # Stable: within a round the greatest drop stays first.
    ranked.sort(key=lambda pair: pair[0])
    return [place for _, place in ranked[:SHOWN]]


def _said(
    reference: Reference,
    dictionaries: Sequence[Dictionary],
    places: list[int],
    l0: int,
    device: str,
) -> dict[int, tuple[Said, ...]]:
    """What every vocabulary says of some of the clips."""
    if not places:
        return {}
    x = reference.x[places]
    by_vocabulary = [_words(x, dictionary, l0, device) for dictionary in dictionaries]
    return dict(zip(places, zip(*by_vocabulary, strict=True), strict=True))


def _words(x: NDArray[np.float32], dictionary: Dictionary, l0: int, device: str) -> list[Said]:
    cosines = x @ dictionary.atoms.T
    weights = decompose(x, dictionary, l0=l0, device=device).weights
    found = []
    for row, best in enumerate(cosines.argmax(axis=1).tolist()):
        span = slice(weights.indptr[row], weights.indptr[row + 1])
        concepts = weights.indices[span].tolist()
        order = sorted(zip(weights.data[span].tolist(), concepts, strict=True), key=_by_weight)
        words = tuple((dictionary.labels[concept], weight) for weight, concept in order)
        found.append(Said(dictionary.labels[best], float(cosines[row, best]), words))
    return found


def _by_weight(pair: tuple[float, int]) -> tuple[float, int]:
    return -pair[0], pair[1]
