"""Everything on the page as one JSON-ready value; equal inputs give equal pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from concept_core import __version__
from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.sparsity import l0_path
from concept_core.encoders.base import EncoderSpec, FloatArray
from concept_core.measures.coverage import coverage_curve
from concept_core.measures.reference import Reference
from concept_core.vocabulary import KINDS, Concept, Vocabulary
from vocab_builder.release.diff import diff
from vocab_builder.release.release import Release
from vocab_builder.release.why import Kept, Records
from vocab_builder.reporting.cards import ScoreRow
from vocab_builder.reporting.decided import alias_groups, decision_columns
from vocab_builder.reporting.families import families_of
from vocab_builder.reporting.rounded import short, thousandths
from vocab_builder.reporting.sounds import behind_concepts
from vocab_builder.reporting.space import make_map, nearest, neighbours
from vocab_builder.stages.candidates import Drop, told_twin

FORMAT = "sonolex-report@2"
_MAP_UNITS = 10_000
_L0S = (1, 2, 4, 8, 16)
_POINTS = 48


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A vocabulary of the report.

    Attributes
    ----------
    release : Release
    dictionary : Dictionary
        Its atoms, of the same encoder as all others of the report.
    """

    release: Release
    dictionary: Dictionary

    @property
    def vocabulary(self) -> Vocabulary:
        """The concepts that are shown."""
        return self.release.vocabulary


def report_data(
    subjects: Sequence[Subject],
    spec: EncoderSpec,
    *,
    reference: Reference | None = None,
    scores: Sequence[ScoreRow] = (),
    clips: Sequence[dict[str, Any]] = (),
    charts: Sequence[dict[str, Any]] = (),
    device: str = "auto",
) -> dict[str, Any]:
    """All that the page shows.

    Parameters
    ----------
    subjects : sequence of Subject
        At least one.
    spec : EncoderSpec
        Of the encoder that all of it was embedded with.
    reference : Reference, optional
        What coverage and fidelity are measured on; no curves without it. Of clips also what is
        heard behind each concept.
    scores : sequence of ScoreRow
        Figures of scorecards.
    clips : sequence of dict
        As `clip_data` gives them, with one explanation a subject.
    charts : sequence of dict
        Bars of groups of clips, and prominence over time, as `charts_of` gives them.
    device : str
        Where rows of the reference are decomposed.
    """
    places, families, chart = _map(subjects)
    return {
        "format": FORMAT,
        "software": f"sonolex {__version__}",
        "encoder": {**spec.to_dict(), "fingerprint": spec.fingerprint},
        "kinds": list(KINDS),
        "vocabularies": [
            _vocabulary(subject, own, family)
            for subject, own, family in zip(subjects, places, families, strict=True)
        ],
        "map": chart,
        "pairs": [
            _pair(subjects, one, other) for one, other in combinations(range(len(subjects)), 2)
        ],
        "reference": None if reference is None else reference.to_dict(),
        "curves": []
        if reference is None
        else [measure(subject.dictionary, reference.x, device=device) for subject in subjects],
        "sounds": behind_concepts(
            [subject.dictionary for subject in subjects], reference, device=device
        ),
        "scores": [row.to_dict() for row in scores],
        "clips": list(clips),
        "charts": list(charts),
    }


def _vocabulary(subject: Subject, places: list[int], families: list[int]) -> dict[str, Any]:
    vocabulary, atoms = subject.vocabulary, subject.dictionary.atoms
    metadata = vocabulary.metadata
    records = Records(subject.release)
    kept = [records.kept(rank) for rank in range(1, len(vocabulary) + 1)]
    near, cosines = neighbours(atoms)
    return {
        "specifier": vocabulary.specifier,
        "title": str(metadata.get("title") or vocabulary.id),
        "description": str(metadata.get("description", "")),
        "content_hash": vocabulary.content_hash,
        "licence": str(metadata.get("licence", "not stated")),
        "selection": str(metadata.get("selection", "")),
        "built_with": str(metadata.get("built_with", "")),
        "filtered_by": (metadata.get("encoder") or {}).get("name", ""),
        "sources": metadata.get("sources", []),
        "stages": metadata.get("stages", []),
        "size": len(vocabulary),
        "concepts": concept_columns(subject.release, kept),
        # Flat: two columns of numbers cost less than lists of pairs.
        "near": near.ravel().tolist(),
        "cosine": thousandths(cosines),
        "xy": places,
        "family": families,
        "drops": drop_columns(subject.release.drops),
        "aliases": alias_groups(kept, subject.release.drops),
        "decisions": decision_columns(subject.release, records, kept),
    }


def _map(subjects: Sequence[Subject]) -> tuple[list[list[int]], list[list[int]], dict[str, Any]]:
    """One map for all, so that vocabularies can be laid over each other; a label counts once.

    A concept of no family has -1.
    """
    rows: dict[str, int] = {}
    atoms: list[FloatArray] = []
    for subject in subjects:
        for label, atom in zip(subject.dictionary.labels, subject.dictionary.atoms, strict=True):
            if label not in rows:
                rows[label] = len(atoms)
                atoms.append(atom)
    chart = make_map(np.stack(atoms), list(rows))
    low, high = chart.places.min(axis=0), chart.places.max(axis=0)
    # Both axes have one scale: distances on the map are distances in the plane.
    scale = max(float((high - low).max()), 1e-9)
    units = np.round((chart.places - (low + high) / 2) / scale * _MAP_UNITS).astype(int)
    families = families_of([subject.release for subject in subjects])
    labels = [subject.dictionary.labels for subject in subjects]
    return (
        [units[[rows[label] for label in own]].ravel().tolist() for own in labels],
        [[families.of.get(label, -1) for label in own] for own in labels],
        {
            "families": list(families.names),
            "explained": [short(share) for share in chart.explained],
            "ends": [[list(end) for end in axis] for axis in chart.ends],
        },
    )


def _pair(subjects: Sequence[Subject], one: int, other: int) -> dict[str, Any]:
    """Two vocabularies side by side; ``match`` has the place in the second, or -1."""
    first, second = subjects[one], subjects[other]
    changes = diff(first.vocabulary, second.vocabulary)
    places = {concept.id: place for place, concept in enumerate(second.vocabulary)}
    there, back = nearest(first.dictionary.atoms, second.dictionary.atoms)
    return {
        "first": one,
        "second": other,
        "match": [places.get(concept.id, -1) for concept in first.vocabulary],
        "moved": [change.place_before for change in changes.of("moved")],
        "nearest": there[0].tolist(),
        "cosine": thousandths(there[1]),
        "nearest_back": back[0].tolist(),
        "cosine_back": thousandths(back[1]),
    }


def concept_columns(release: Release, kept: Sequence[Kept]) -> dict[str, Any]:
    """The concepts, one list a column, and what their release measured of each.

    Parameters
    ----------
    release : Release
    kept : sequence of Kept
        What it records about each concept, in their order.

    Returns
    -------
    dict
        ``id``, ``label``, ``kind`` (index into ``KINDS``), ``count``, ``links``, ``evidence``
        (source, locator, count; the source as index into ``sources``), ``gain`` and ``scores``
        (of each stage: values, labels that they were measured to, and by the concept's place the
        flags of those that the stage would have dropped).
    """
    concepts = release.vocabulary.concepts
    sources = list(dict.fromkeys(
        [str(source["name"]) for source in release.metadata.get("sources", ())]
        + [one.source for concept in concepts for one in concept.evidence]
    ))  # fmt: skip
    number = {name: place for place, name in enumerate(sources)}
    stages = list(dict.fromkeys(one.stage for each in kept for one in each.scores))
    gains = [stage for stage in stages if stage.startswith("selection:")][-1:]
    return {
        "sources": sources,
        "id": [concept.id for concept in concepts],
        "label": [concept.label for concept in concepts],
        "kind": [KINDS.index(concept.kind) for concept in concepts],
        "count": [concept.count for concept in concepts],
        "links": [list(concept.links) for concept in concepts],
        "evidence": [_evidence(concept, number) for concept in concepts],
        "gain": [value for stage in gains for value in _stage(kept, stage)["value"]],
        "scores": [_stage(kept, stage) for stage in stages if stage not in gains],
    }


def _evidence(concept: Concept, number: dict[str, int]) -> list[list[int | str]]:
    return [[number[one.source], one.locator, one.count] for one in concept.evidence]


def _stage(kept: Sequence[Kept], stage: str) -> dict[str, Any]:
    """One stage's values, the labels that they were measured to (or none at all), and flags."""
    scores = [{one.stage: one for one in each.scores}.get(stage) for each in kept]
    twins = [None if score is None else score.twin for score in scores]
    return {
        "stage": stage,
        "threshold": next((s.threshold for s in scores if s and s.threshold is not None), None),
        "value": [None if score is None else short(score.value) for score in scores],
        "twin": twins if any(twins) else [],
        "flag": {
            str(place): score.flag
            for place, each in enumerate(kept)
            for score in each.overruled
            if score.stage == stage
        },
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
        "twin": [told_twin(drop) for drop in drops],
        "rank": [drop.rank for drop in drops],
    }


def _kind(drop: Drop) -> int:
    kind = drop.candidate.kind
    return KINDS.index(kind if kind in KINDS else "word")


def _by_frequency(values: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    counts = Counter(values)
    return sorted(counts, key=lambda value: (-counts[value], value))


def measure(
    dictionary: Dictionary, reference: FloatArray, *, device: str = "auto"
) -> dict[str, Any]:
    """Coverage against size, and mean cosine against sparsity, of one vocabulary.

    Parameters
    ----------
    dictionary : Dictionary
        Its atoms in the order of the vocabulary.
    reference : (m, d), unit rows, m >= 1
    device : str
        As for ``decompose``.

    Returns
    -------
    dict
        ``sizes`` and ``coverage``: mean over the reference of the best cosine to one of the
        first so many concepts. ``l0`` and ``cosine``: mean cosine of a row with its best sum of
        so many concepts at most.
    """
    sizes = np.unique(np.geomspace(1, len(dictionary), _POINTS).round().astype(int))
    covered = coverage_curve(reference, dictionary.atoms, sizes.tolist())
    levels = [l0 for l0 in _L0S if l0 <= len(dictionary)]
    path = l0_path(reference, dictionary, levels, device=device)
    return {
        "sizes": sizes.tolist(),
        "coverage": [short(value) for value in covered],
        "l0": levels,
        "cosine": [short(float(one.cosine.mean())) for one in path],
    }
