"""Everything on the page as one JSON-ready value; equal inputs give equal pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from concept_core import __version__
from concept_core.decomposition.dictionary import Dictionary
from concept_core.encoders.base import EncoderSpec, FloatArray
from concept_core.measures.reference import Reference
from concept_core.vocabulary import KINDS, Vocabulary
from vocab_builder.release.diff import diff
from vocab_builder.release.release import Release
from vocab_builder.reporting.cards import ScoreRow
from vocab_builder.reporting.clips import ExplainedClip, clip_data
from vocab_builder.reporting.columns import concept_columns, drop_columns, short
from vocab_builder.reporting.curves import measure
from vocab_builder.reporting.space import make_map, nearest, neighbours

FORMAT = "sonolex-report@1"
_MAP_UNITS = 10_000


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
    clips: Sequence[ExplainedClip] = (),
    charts: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """All that the page shows.

    Parameters
    ----------
    subjects : sequence of Subject
        At least one.
    spec : EncoderSpec
        Of the encoder that all of it was embedded with.
    reference : Reference, optional
        What coverage and fidelity are measured on; no curves without it.
    scores : sequence of ScoreRow
        Figures of scorecards.
    clips : sequence of ExplainedClip
        With one explanation a subject.
    charts : sequence of dict
        Bars of groups of clips, and prominence over time: ``vocab_builder.reporting.explained``.

    Raises
    ------
    DataError
        A clip's file, or one of a release folder, cannot be read.
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
        else [measure(subject.dictionary.atoms, reference.x) for subject in subjects],
        "scores": [row.to_dict() for row in scores],
        "clips": [clip_data(clip) for clip in clips],
        "charts": list(charts),
    }


def _vocabulary(subject: Subject, places: list[int], families: list[int]) -> dict[str, Any]:
    vocabulary, atoms = subject.vocabulary, subject.dictionary.atoms
    metadata = vocabulary.metadata
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
        "concepts": concept_columns(subject.release),
        # Flat: two columns of numbers cost less than lists of pairs.
        "near": near.ravel().tolist(),
        "cosine": _thousandths(cosines),
        "xy": places,
        "family": families,
        "drops": drop_columns(subject.release.drops),
    }


def _map(subjects: Sequence[Subject]) -> tuple[list[list[int]], list[list[int]], dict[str, Any]]:
    """One map for all, so that vocabularies can be laid over each other; a label counts once."""
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
    own = [[rows[label] for label in subject.dictionary.labels] for subject in subjects]
    return (
        [units[each].ravel().tolist() for each in own],
        [chart.families[each].tolist() for each in own],
        {"families": list(chart.names), "explained": [short(share) for share in chart.explained]},
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
        "cosine": _thousandths(there[1]),
        "nearest_back": back[0].tolist(),
        "cosine_back": _thousandths(back[1]),
    }


def _thousandths(cosines: FloatArray) -> list[int]:
    """Three digits are what the page shows; whole numbers are shorter than fractions."""
    return [int(value) for value in np.round(cosines.ravel() * 1000)]
