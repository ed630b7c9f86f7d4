"""A vocabulary as columns of short values: what the page's tables and its map are made of."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from concept_core.vocabulary import KINDS, Concept
from vocab_builder.release.release import Release
from vocab_builder.stages.candidates import Drop, Score


def short(value: float | None, digits: int = 4) -> float | None:
    """A number with as many digits as a person reads; None where there is none."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{digits}g}")


def concept_columns(release: Release) -> dict[str, Any]:
    """The concepts, one list a column, and what their release measured of each.

    Returns
    -------
    dict
        ``id``, ``label``, ``kind`` (index into ``KINDS``), ``count``, ``links``, ``evidence``
        (source, locator, count; the source as index into ``sources``), ``gain`` and ``scores``
        (of each stage: values, and labels that they were measured to).
    """
    concepts = release.vocabulary.concepts
    sources = list(dict.fromkeys(
        [str(source["name"]) for source in release.metadata.get("sources", ())]
        + [one.source for concept in concepts for one in concept.evidence]
    ))  # fmt: skip
    number = {name: place for place, name in enumerate(sources)}
    measured = release.scores or {}
    found = [measured.get(concept.id, ()) for concept in concepts]
    stages = list(dict.fromkeys(one.stage for scores in found for one in scores))
    gains = [stage for stage in stages if stage.startswith("selection:")][-1:]
    return {
        "sources": sources,
        "id": [concept.id for concept in concepts],
        "label": [concept.label for concept in concepts],
        "kind": [KINDS.index(concept.kind) for concept in concepts],
        "count": [concept.count for concept in concepts],
        "links": [list(concept.links) for concept in concepts],
        "evidence": [_evidence(concept, number) for concept in concepts],
        "gain": [value for stage in gains for value in _stage(found, stage)["value"]],
        "scores": [_stage(found, stage) for stage in stages if stage not in gains],
    }


def _evidence(concept: Concept, number: dict[str, int]) -> list[list[int | str]]:
    return [[number[one.source], one.locator, one.count] for one in concept.evidence]


def _stage(found: Sequence[tuple[Score, ...]], stage: str) -> dict[str, Any]:
    """One stage's values, and the labels that they were measured to."""
    scores = [{one.stage: one for one in each}.get(stage) for each in found]
    return {
        "stage": stage,
        "threshold": next((s.threshold for s in scores if s and s.threshold is not None), None),
        "value": [None if score is None else short(score.value) for score in scores],
        "twin": [None if score is None else score.twin for score in scores],
    }


def drop_columns(drops: Sequence[Drop] | None) -> dict[str, Any] | None:
    """What was left out, one list a column; None where nothing says so (a text file).

    ``why`` is an index into ``reasons``, pairs of filter and reason, the most frequent first.
    """
    if drops is None:
        return None
    reasons = _by_frequency((drop.filter, drop.reason) for drop in drops)
    number = {reason: place for place, reason in enumerate(reasons)}
    return {
        "reasons": [list(reason) for reason in reasons],
        "label": [drop.candidate.label for drop in drops],
        "kind": [_kind(drop) for drop in drops],
        "count": [drop.candidate.count for drop in drops],
        "why": [number[drop.filter, drop.reason] for drop in drops],
        "score": [short(drop.score) for drop in drops],
        "threshold": [short(drop.threshold) for drop in drops],
        "twin": [drop.twin for drop in drops],
        "rank": [drop.rank for drop in drops],
    }


def _kind(drop: Drop) -> int:
    kind = drop.candidate.kind
    return KINDS.index(kind if kind in KINDS else "word")


def _by_frequency(values: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    from collections import Counter

    counts = Counter(values)
    return sorted(counts, key=lambda value: (-counts[value], value))
