"""Families of concepts: what the vocabularies themselves say is the broadest concept above each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vocab_builder.curation.decisions import BROADER
from vocab_builder.release.release import Release

LEAST = 5
"""Concepts that a family has at least: fewer are a relation, not a group to colour a map by."""

_OWN, _ABOVE = "audioset:", "audioset-broader:"


@dataclass(frozen=True, slots=True)
class Families:
    """The families of several vocabularies.

    Attributes
    ----------
    names : tuple of str
        Labels of the broadest concepts, the largest family first; empty where no vocabulary says
        what is broader.
    of : mapping of str to int
        By label the place in ``names``; what is not here is in no family.
    """

    names: tuple[str, ...]
    of: Mapping[str, int]


def families_of(releases: Sequence[Release]) -> Families:
    """Group the concepts of all vocabularies under the broadest concepts that these have.

    Broader is what a person decided to be, or else what AudioSet's hierarchy has as a parent, as
    the links of concepts say. A concept with neither, or above fewer than ``LEAST`` concepts with
    itself, is in no family: nothing is guessed from the encoder's space.
    """
    above: dict[str, str] = {}
    labels: dict[str, None] = {}
    for release in releases:
        for below, broader in _broader(release).items():
            above.setdefault(below, broader)
        labels.update(dict.fromkeys(release.vocabulary.labels))
    groups: dict[str, list[str]] = {}
    for label in labels:
        groups.setdefault(_broadest(label, above), []).append(label)
    large = {name: group for name, group in groups.items() if len(group) >= LEAST}
    names = sorted(large, key=lambda name: -len(large[name]))
    return Families(
        tuple(names), {label: place for place, name in enumerate(names) for label in large[name]}
    )


def _broader(release: Release) -> dict[str, str]:
    """By label that of the concept above it."""
    concepts = {concept.id: concept for concept in release.vocabulary}
    own: dict[str, str] = {}
    for concept in concepts.values():
        for link in concept.links:
            if link.startswith(_OWN):
                own.setdefault(link.removeprefix(_OWN), concept.label)
    found: dict[str, str] = {}
    for one in release.annotations:
        if one.kind == BROADER and one.id in concepts and one.value in concepts:
            found.setdefault(concepts[one.id].label, concepts[one.value].label)
    for concept in concepts.values():
        for link in concept.links:
            parent = own.get(link.removeprefix(_ABOVE)) if link.startswith(_ABOVE) else None
            if parent is not None and parent != concept.label:
                found.setdefault(concept.label, parent)
    return found


def _broadest(label: str, above: Mapping[str, str]) -> str:
    """The end of the way up; where it goes in a circle, the last concept before that."""
    seen = {label}
    while (broader := above.get(label)) is not None and broader not in seen:
        seen.add(broader)
        label = broader
    return label
