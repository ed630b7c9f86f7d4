"""Paired tests between two vocabularies on the same clips, from their cards.

Where several clips are of one recording, the signs of all differences of a recording are flipped
together. That stands in McNemar's place too: the test for clustered pairs of Durkalski et al.
(Statistics in Medicine 22 (2003), doi:10.1002/sim.1438) weighs every recording alike, whereas the
difference that a pair tells is a mean over clips, and it rests on the normal distribution of many
recordings; sign flips test that very difference, at any number of recordings, and are McNemar's
mid-p test where each clip is a recording of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from concept_core.errors import DataError
from concept_core.tasks.intervals import Interval, Units, bootstrap_means, interval, number_of
from concept_core.tasks.metrics import Array
from concept_core.tasks.scorecard import distinct_names

PERMUTATIONS = 9999

EQUAL = 0.02
"""How far two mean l0 may lie apart, relative, and still count as equal sparsity."""


@dataclass(frozen=True, slots=True)
class Paired:
    """The difference of two vocabularies on the same clips.

    Attributes
    ----------
    metric : str
        A mean over clips: the cards' main metric if it is one, else accuracy or ``lrap``.
    first, second : str
        ``id@version``, with part of the content hash where both have the same.
    difference : float
        Of the first less the second.
    interval : (low, high)
        Paired bootstrap over what ``resampled_by`` says.
    p, p_holm : float
        Two-sided, of no difference; and so that all pairs of a family hold at once.
    test : str
        ``mcnemar`` where clips are right or wrong and no two share a recording, else ``sign-flip``.
    resampled_by, resampled : str, int
        As the cards say: ``recording`` or ``clip``, and how many.
    equal_sparsity : bool
        The same limit; or mean l0 within ``EQUAL`` of each other.
    """

    metric: str
    first: str
    second: str
    difference: float
    interval: Interval
    p: float
    p_holm: float
    test: str
    resampled_by: str
    resampled: int
    equal_sparsity: bool


@dataclass(frozen=True, slots=True)
class AgainstDense:
    """The paired test of a vocabulary against the dense embeddings of the same clips.

    Attributes
    ----------
    name, metric : str
    p, p_holm : float
        Two-sided, of no difference; and so that all tests of a family hold at once.
    test, resampled_by, resampled : str, str, int
        As for `Paired`.
    """

    name: str
    metric: str
    p: float
    p_holm: float
    test: str
    resampled_by: str
    resampled: int


def compare_cards(
    first: Mapping[str, Any], second: Mapping[str, Any], *, metric: str | None = None, seed: int = 0
) -> Paired:
    """Compare two cards, clip by clip.

    Parameters
    ----------
    first, second : mapping
        As ``Scorecard.to_dict``, or a card's JSON, gives them.
    metric : str, optional
        A key of the cards' ``scores``.
    seed : int
        Of the bootstrap and of the sign flips.

    Raises
    ------
    DataError
        They are no cards of the same task, clips, encoder, mode and parameters (what differs is
        named), or have no such metric.
    """
    for key in ("task", "dataset", "data_hash", "n", "classes", "prompt_set", "mode", "parameters"):
        if _plain(first[key]) != _plain(second[key]):
            raise DataError(
                f"the cards differ in {key} ({_short(first[key])} / {_short(second[key])}); only"
                " cards of the same clips and task can be compared: score both alike"
            )
    specs = [card["encoder"]["fingerprint"] for card in (first, second)]
    if specs[0] != specs[1]:
        raise DataError(
            f"the cards differ in encoder ({_short(specs[0])} / {_short(specs[1])}); score both"
            " with one encoder"
        )
    metric = metric or _metric(first)
    if metric not in first["scores"] or metric not in second["scores"]:
        known = ", ".join(first["scores"])
        raise DataError(f"the cards have no scores of clips for {metric!r}; they have {known}")
    one, two = scores_of(first, metric), scores_of(second, metric)
    names = names_of([first, second])
    rng = np.random.default_rng(seed)
    by, units = _units(first, second)
    drawn = bootstrap_means((one - two)[:, None], units, rng)[:, 0]
    test, p = told_apart(one, two, units, rng)
    return Paired(
        metric=metric,
        first=names[0],
        second=names[1],
        difference=float(np.mean(one) - np.mean(two)),
        interval=interval(drawn, number_of(units)),
        p=p,
        p_holm=p,
        test=test,
        resampled_by=by,
        resampled=number_of(units),
        equal_sparsity=equal_sparsity(first, second),
    )


def against_dense(
    cards: Sequence[Mapping[str, Any]], metric: str, *, names: Sequence[str], seed: int = 0
) -> tuple[AgainstDense, ...]:
    """The tests of each card against the dense embeddings, as one family.

    Parameters
    ----------
    cards : sequence of mapping
    metric : str
        Cards that have no scores of clips for it have no test.
    names : sequence of str
        What the tests call the cards.
    seed : int
        Of the sign flips.
    """
    found = []
    for name, card in zip(names, cards, strict=True):
        if "dense" not in card["scores"].get(metric, {}):
            continue
        by, units = _units(card, card)
        concepts, dense = (scores_of(card, metric, system) for system in ("concepts", "dense"))
        test, p = told_apart(concepts, dense, units, np.random.default_rng(seed))
        found.append(AgainstDense(name, metric, p, p, test, by, number_of(units)))
    adjusted = holm([one.p for one in found])
    return tuple(replace(one, p_holm=p) for one, p in zip(found, adjusted, strict=True))


def told_apart(one: Array, two: Array, units: Units, rng: np.random.Generator) -> tuple[str, float]:
    """The test that the scores of clips (n,) of two systems call for, and its two-sided p-value.

    ``mcnemar`` where clips are right or wrong and no two share a recording, else ``sign-flip``.
    ``units`` (n,) are the clips' recordings.
    """
    binary = set(np.unique(np.concatenate([one, two]))) <= {0.0, 1.0}
    if binary and number_of(units) == len(units):
        return "mcnemar", mcnemar(one, two)
    return "sign-flip", sign_flips(np.bincount(units, weights=one - two).astype(np.float64), rng)


def compare_all(
    cards: Sequence[Mapping[str, Any]],
    *,
    names: Sequence[str] | None = None,
    metric: str | None = None,
    seed: int = 0,
) -> tuple[Paired, ...]:
    """Every pair of cards of one encoder that have scores of clips, as one family.

    Parameters
    ----------
    cards : sequence of mapping
    names : sequence of str, optional
        What pairs call the cards; by default what tells their vocabularies apart.
    metric : str, optional
        As for `compare_cards`.
    seed : int
        As for `compare_cards`.

    Raises
    ------
    DataError
        As `compare_cards`.
    """
    called = names_of(cards) if names is None else names
    pairs = [
        replace(
            compare_cards(cards[one], cards[two], metric=metric, seed=seed),
            first=called[one],
            second=called[two],
        )
        for one, two in combinations(range(len(cards)), 2)
        if cards[one]["encoder"] == cards[two]["encoder"]
        and cards[one]["scores"]
        and cards[two]["scores"]
    ]
    adjusted = holm([pair.p for pair in pairs])
    return tuple(replace(pair, p_holm=p) for pair, p in zip(pairs, adjusted, strict=True))


def equal_sparsity(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    """Whether two cards of one mode have the same limit, or mean l0 within ``EQUAL``."""
    if first["mode"] == "l0":
        return bool(first["value"] == second["value"])
    means = sorted((first["l0_mean"], second["l0_mean"]))
    return bool(means[1] - means[0] <= EQUAL * means[1])


def scores_of(card: Mapping[str, Any], metric: str, system: str = "concepts") -> Array:
    """The clips' own scores of a card, (n,), in the order of the clips."""
    return np.array(card["scores"][metric][system].split(), dtype=np.float64)


def _units(first: Mapping[str, Any], second: Mapping[str, Any]) -> tuple[str, Units]:
    """What is drawn, and its number for each clip: cards of former versions do not tell."""
    known = [card for card in (first, second) if "resampled_by" in card]
    if len(known) == 2 and first["recordings"] != second["recordings"]:
        raise DataError(
            "the cards differ in recordings: their clips are the same and are not of the same"
            " recordings; score both with the same table"
        )
    line = known[0]["recordings"] if known else ""
    units = np.array(line.split(), dtype=np.intp) if line else np.arange(first["n"])
    return (known[0]["resampled_by"] if known else "clip"), units


def mcnemar(first: Array, second: Array) -> float:
    """Exact two-sided p-value of McNemar's test: clips that only one of the two gets right.

    Parameters
    ----------
    first, second : (n,) of 0 and 1

    Notes
    -----
    Source: McNemar, Psychometrika 12 (1947), doi:10.1007/BF02295996.
    """
    from scipy.stats import binomtest

    ahead, behind = int(np.sum(first > second)), int(np.sum(first < second))
    return float(binomtest(ahead, ahead + behind).pvalue) if ahead + behind else 1.0


def sign_flips(differences: Array, rng: np.random.Generator) -> float:
    """Two-sided mid-p-value of a mean of zero: ``PERMUTATIONS`` random flips of signs.

    Flips that are exactly as extreme count half. Sums over the clips of a recording are small whole
    numbers that many flips reach: counted whole, a true null would be rejected too seldom.

    Source: Lancaster, JASA 56 (1961), doi:10.1080/01621459.1961.10482105; for McNemar's test,
    Fagerland, Lydersen, Laake, BMC Med. Res. Methodol. 13:91 (2013), doi:10.1186/1471-2288-13-91.

    Parameters
    ----------
    differences : (n,)
        Of clips; of recordings the sums over their clips.
    rng : numpy.random.Generator
    """
    there = differences[differences != 0]
    if not len(there):
        return 1.0
    reached = abs(float(there.sum()))
    # What was found is a flip too.
    extreme = 0.5
    for size in (1000,) * (PERMUTATIONS // 1000) + (PERMUTATIONS % 1000,):
        signs = rng.integers(0, 2, size=(size, len(there))) * 2 - 1
        # Sums of the same numbers in another order are rounded otherwise.
        found = np.abs(signs @ there)
        least, most = (np.sum(found >= reached * (1 + side)) for side in (-1e-9, 1e-9))
        extreme += float(least + most) / 2
    return extreme / (PERMUTATIONS + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values that hold for all of a family at once.

    Source: Holm, Scandinavian Journal of Statistics 6 (1979), 65-70.
    """
    order = np.argsort(p_values, kind="stable")
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(order.tolist()):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = highest
    return adjusted


def holm_of_tested(p_values: Sequence[float | None]) -> list[float | None]:
    """`holm` of a family in which some have no test: these stay None, and count for nothing."""
    adjusted = iter(holm([p for p in p_values if p is not None]))
    return [None if p is None else next(adjusted) for p in p_values]


def _metric(card: Mapping[str, Any]) -> str:
    """The main metric if clips have scores of it, else the first that they have."""
    scores = card["scores"]
    main: str = card["main_metric"]
    return main if main in scores else next(iter(scores), main)


def names_of(cards: Sequence[Mapping[str, Any]]) -> list[str]:
    """What tells the vocabularies of cards apart: see `distinct_names`."""
    vocabularies = [card["vocabulary"] for card in cards]
    return distinct_names(
        [(f"{one['id']}@{one['version']}", one["content_hash"]) for one in vocabularies]
    )


def _plain(value: Any) -> Any:
    """Tuples of a card as the lists that they are in its JSON."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
