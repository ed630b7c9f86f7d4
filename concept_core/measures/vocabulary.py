"""All measures of a vocabulary on one reference, from as few decompositions as will do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from concept_core.decomposition.decomposing import Decomposition, decompose
from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.sparsity import l0_path
from concept_core.errors import DataError
from concept_core.measures.classes import ClipClasses
from concept_core.measures.coverage import coverage_curve, curve_sizes
from concept_core.measures.fidelity import FidelityPoint, area, fidelity, mean_only_cosine
from concept_core.measures.grounding import firings, grounding
from concept_core.measures.naming import nameable, naming_places
from concept_core.measures.purity import purity
from concept_core.measures.redundancy import effective_rank, redundancy
from concept_core.measures.stability import stability
from concept_core.solvers.base import Rows
from concept_core.solvers.validate import check_rows
from concept_core.values import DataFrame, Table, Value, frame

LIMITS = (1, 2, 5, 10, 20)
"""The sparsities of the fidelity curve."""

COSINES = (0.7, 0.8, 0.9)
"""The cosines of redundancy, unless an encoder's own threshold is asked for."""

NAMED_AT = (1, 3, 5)

GROUNDING_TOP = 100


@dataclass(frozen=True, slots=True, repr=False)
class VocabularyMeasures(Value, Table):
    """What one vocabulary is worth on one reference; None is what it cannot say.

    Attributes
    ----------
    size, n : int
        Concepts, and clips or captions.
    mode, value : str, float
        ``l0`` or ``l1``, and the limit or penalty, of all that needs one decomposition.
    l0_mean : float
    coverage : float
    coverage_curve : tuple of (size, coverage)
        Of prefixes.
    redundancy : tuple of (cosine, share)
    effective_rank : float
    dead : float
        Share of concepts that never fire, in [0, 1].
    grounding, grounding_chance : float or None
        Means over the concepts that fire.
    fidelity : tuple of FidelityPoint
        By limit.
    centred_cosine_area, explained_variance_area : float or None
        Under the fidelity curve, see `area`.
    mean_only_cosine : float
    stability, stability_chance : float or None
    purity, purity_chance : float or None
    named : tuple of (k, share)
        Over the clips with a class; empty where no classes are given.
    nameable : float or None
        The share that no k can pass.
    """

    size: int
    n: int
    mode: str
    value: float
    l0_mean: float
    coverage: float
    coverage_curve: tuple[tuple[int, float], ...]
    redundancy: tuple[tuple[float, float], ...]
    effective_rank: float
    dead: float
    grounding: float | None
    grounding_chance: float | None
    fidelity: tuple[FidelityPoint, ...]
    centred_cosine_area: float | None
    explained_variance_area: float | None
    mean_only_cosine: float
    stability: float | None
    stability_chance: float | None
    purity: float | None
    purity_chance: float | None
    named: tuple[tuple[int, float], ...]
    nameable: float | None

    def to_frame(self) -> DataFrame:
        """One row a measure: measure, value, chance. Needs pandas."""
        rows: list[tuple[str, float | None, float | None]] = []
        for name, value in self.to_dict().items():
            if name.endswith("_chance") or name in ("mode", "value"):
                continue
            if name == "fidelity":
                for kept in ("centred_cosine", "explained_variance"):
                    points = [
                        (f"{kept} at l0 {p.value:g}", getattr(p, kept)) for p in self.fidelity
                    ]
                    rows += [(*point, None) for point in points]
            elif isinstance(value, (list, tuple)):
                rows += [(f"{name} at {place:g}", number, None) for place, number in value]
            else:
                rows.append((name, value, getattr(self, f"{name}_chance", None)))
        return frame(rows, ["measure", "value", "chance"])

    def __repr__(self) -> str:
        return (
            f"VocabularyMeasures({self.size:,} concepts on {self.n:,} rows, {self.mode}"
            f" {self.value:g}: coverage {self.coverage:.3f}, dead {self.dead:.3f})"
        )


def measure_vocabulary(
    dictionary: Dictionary,
    x: ArrayLike,
    *,
    l1: float | None = None,
    l0: int | None = None,
    classes: ClipClasses | None = None,
    cosines: Sequence[float] = COSINES,
    limits: Sequence[int] = LIMITS,
    seed: int = 0,
    device: str = "auto",
) -> VocabularyMeasures:
    """Measure a vocabulary on reference clips or captions.

    Each measure is defined where it is computed, in the modules of ``concept_core.measures``.

    Parameters
    ----------
    dictionary : Dictionary
    x : (n, d), n >= 1
        Embeddings of the reference from the dictionary's encoder.
    l1, l0 : float, int
        As ``decompose`` takes them: exactly one.
    classes : ClipClasses, optional
        Of the n clips; without them purity and naming are None.
    cosines : sequence of float
        Thresholds of redundancy.
    limits : sequence of int
        The l0 of the fidelity curve, at least one, in any order.
    seed : int
        Of the splits of stability and the shuffles of purity.
    device : str
        ``auto``, ``cpu`` or ``cuda``: where solvers run.

    Raises
    ------
    DataError
        No rows, rows that do not fit the dictionary, or classes of another number of clips.
    UsageError
        Not exactly one of l1 and l0, or one out of range.
    """
    rows = check_rows(x, dictionary.atoms.shape[1])
    if not len(rows):
        raise DataError("x has no rows; measures need reference clips or captions")
    result = decompose(rows, dictionary, l1=l1, l0=l0, device=device)
    points = _fidelity(rows, dictionary, limits, result, device)
    sizes = curve_sizes(len(dictionary.labels))
    curve = coverage_curve(rows, dictionary.atoms, sizes)
    fired = firings(result.weights)
    grounded = grounding(rows, result, top=GROUNDING_TOP)
    steady = stability(result.weights, np.random.default_rng(seed))
    pure, named, most = _by_class(result, dictionary.labels, classes, seed)
    return VocabularyMeasures(
        size=len(dictionary.labels),
        n=len(rows),
        mode=result.mode,
        value=float(result.value),
        l0_mean=float(result.l0.mean()),
        coverage=curve[-1],
        coverage_curve=tuple(zip(sizes, curve, strict=True)),
        redundancy=tuple(zip(cosines, redundancy(dictionary.atoms, cosines), strict=True)),
        effective_rank=effective_rank(dictionary.atoms),
        dead=float(np.mean(fired == 0)),
        grounding=_mean(grounded.overlap[fired > 0]),
        grounding_chance=_mean(grounded.chance[fired > 0]),
        fidelity=points,
        centred_cosine_area=_area(points, [one.centred_cosine for one in points]),
        explained_variance_area=_area(points, [one.explained_variance for one in points]),
        mean_only_cosine=mean_only_cosine(rows),
        stability=steady.overlap,
        stability_chance=steady.chance,
        purity=pure[0],
        purity_chance=pure[1],
        named=named,
        nameable=most,
    )


def _fidelity(
    x: Rows, dictionary: Dictionary, limits: Sequence[int], shared: Decomposition, device: str
) -> tuple[FidelityPoint, ...]:
    # The shared answer is one of them, where its limit is.
    known = {shared.value: shared} if shared.mode == "l0" else {}
    asked = [limit for limit in sorted(set(limits)) if limit not in known]
    known |= dict(zip(asked, l0_path(x, dictionary, asked, device=device), strict=True))
    return tuple(fidelity(x, known[limit]) for limit in sorted(set(limits)))


def _by_class(
    result: Decomposition, labels: Sequence[str], classes: ClipClasses | None, seed: int
) -> tuple[tuple[float | None, float | None], tuple[tuple[int, float], ...], float | None]:
    """Purity and its chance, named@k, and the most that named@k can be."""
    if classes is None:
        return (None, None), (), None
    pure = purity(result.weights, classes, np.random.default_rng(seed))
    places = naming_places(result.weights, labels, classes)
    labelled = ~np.isnan(places)
    if not labelled.any():
        return (None, None), (), None
    named = tuple((k, float(np.mean(places[labelled] <= k))) for k in NAMED_AT)
    return (pure.mean, pure.chance), named, float(np.mean(nameable(labels, classes)[labelled]))


def _area(points: Sequence[FidelityPoint], values: Sequence[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    # Rows that do not differ have none at any sparsity.
    return area([point.value for point in points], there) if there else None


def _mean(values: np.ndarray[Any, np.dtype[np.float64]]) -> float | None:
    return float(values.mean()) if len(values) else None
