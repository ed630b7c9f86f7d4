"""Licence arithmetic: what a release may be passed on under, given where its concepts come from."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from concept_core.errors import DataError
from concept_core.vocabulary import Concept, Vocabulary
from vocab_builder.licences.identifiers import MILD, Licence, expression, parse_licences

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Terms:
    """The licences of all sources that gave a concept: a user must honour every one.

    Attributes
    ----------
    licences : tuple of Licence, by id
    demands : tuple of str
        All that they demand together, sorted.
    unclear : tuple of str
        Sources whose licence nobody states, or nobody knows here.
    """

    licences: tuple[Licence, ...]
    demands: tuple[str, ...]
    unclear: tuple[str, ...]

    @property
    def expression(self) -> str:
        """SPDX expression."""
        return expression(self.licences)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why a release cannot be passed on, and the concepts that would have to go.

    Attributes
    ----------
    reason : str
    sources : tuple of str
    concepts : tuple of Concept
        Those with evidence in one of these sources.
    """

    reason: str
    sources: tuple[str, ...]
    concepts: tuple[Concept, ...]


def terms_of(sources: Iterable[Mapping[str, Any]]) -> Terms:
    """The terms of a release, from the table of its sources.

    Parameters
    ----------
    sources : iterable of mapping
        As in ``vocabulary.json``: name, licence, and how many concepts have evidence in it. A
        source without concepts adds nothing.
    """
    licences: dict[str, Licence] = {}
    unclear = []
    for source in sources:
        if not source["concepts"]:
            continue
        stated = parse_licences(source["licence"])
        licences |= {licence.id: licence for licence in stated}
        if not all(licence.known for licence in stated):
            unclear.append(source["name"])
    ordered = tuple(licences[name] for name in sorted(licences))
    demands = sorted(set().union(*(licence.demands for licence in ordered)))
    return Terms(ordered, tuple(demands), tuple(unclear))


def find_conflicts(vocabulary: Vocabulary) -> tuple[Conflict, ...]:
    """Licences of one vocabulary that cannot be honoured together.

    A share-alike licence lets the whole go under no further restriction: a source that demands
    one, or another share-alike licence, does not mix with it. What is made from a source without
    leave to derive is passed on under no terms at all.
    """
    of_licence: dict[str, tuple[Licence, list[str]]] = {}
    for source in vocabulary.metadata.get("sources", ()):
        if source["concepts"]:
            for licence in parse_licences(source["licence"]):
                of_licence.setdefault(licence.id, (licence, []))[1].append(source["name"])
    conflicts = [
        _conflict(vocabulary, names, f"{licence.id} forbids to pass on what is made from it")
        for licence, names in of_licence.values()
        if "no-derivatives" in licence.demands
    ]
    for one, other in itertools.combinations(of_licence.values(), 2):
        shared, strict = sorted((one, other), key=_strictness)
        if not _mix(shared[0], strict[0]):
            conflicts.append(
                _conflict(
                    vocabulary,
                    strict[1],
                    f"{strict[0].id} ({', '.join(_beyond(strict[0]))}) cannot go into a release"
                    f" under {shared[0].id} ({', '.join(_beyond(shared[0]))})",
                )
            )
    return tuple(conflicts)


def refuse_conflicts(vocabulary: Vocabulary) -> None:
    """See that a vocabulary may be passed on.

    Raises
    ------
    DataError
        Its sources' licences contradict each other; the message has the concepts.
    """
    lines = []
    for conflict in find_conflicts(vocabulary):
        labels = [concept.label for concept in conflict.concepts]
        more = f" and {len(labels) - _SHOWN} more" if len(labels) > _SHOWN else ""
        lines.append(
            f"  {conflict.reason}: {', '.join(conflict.sources)}, {len(labels)} concepts:"
            f" {', '.join(labels[:_SHOWN])}{more}"
        )
    if lines:
        raise DataError(
            f"{vocabulary.specifier} cannot be released, its sources' licences contradict each"
            " other. Leave a source out of the recipe, or release with --permissive, which leaves"
            " out what restricts.\n" + "\n".join(lines)
        )


def licence_warnings(vocabulary: Vocabulary) -> list[str]:
    """What a maker should know before releasing: unclear licences, and those that contradict."""
    terms = terms_of(vocabulary.metadata["sources"])
    unclear = [f"licence: none that is known is stated for {name}" for name in terms.unclear]
    contradictions = [f"licence: {one.reason}" for one in find_conflicts(vocabulary)]
    return unclear + contradictions


def _beyond(licence: Licence) -> list[str]:
    return sorted(licence.demands - MILD)


def _strictness(entry: tuple[Licence, list[str]]) -> tuple[int, bool]:
    """Of two that do not mix, the one with more demands has to go; of equals, the guest."""
    licence = entry[0]
    return len(_beyond(licence)), "share-alike" not in licence.demands


def _mix(one: Licence, other: Licence) -> bool:
    """Whether one release can honour both; an unknown licence is flagged elsewhere, not here."""
    for sharing, guest in ((one, other), (other, one)):
        if "share-alike" not in sharing.demands or guest.id in sharing.later:
            continue
        if "share-alike" in guest.demands and sharing.id not in guest.later:
            return False
        if guest.demands - sharing.demands - MILD:
            return False
    return True


def _conflict(vocabulary: Vocabulary, sources: list[str], reason: str) -> Conflict:
    concepts = [
        concept
        for concept in vocabulary
        if any(evidence.source in sources for evidence in concept.evidence)
    ]
    return Conflict(reason, tuple(sources), tuple(concepts))
