"""Releases: the concepts of another vocabulary as candidates, with all they bring."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from concept_core.errors import UsageError
from concept_core.files import canonical_json, sha256_file, sha256_text
from concept_core.releases.folder import ALIASES, CONCEPTS, EVIDENCE
from concept_core.releases.specifiers import find_release, load_vocabulary
from concept_core.releases.versions import check_release_name
from concept_core.vocabulary import Concept, Evidence
from vocab_builder.licences.identifiers import NOT_STATED
from vocab_builder.sources.base import Located, Place, Source, ranked_by_place
from vocab_builder.stages.candidates import Candidate, OtherName, merge_candidates, sorted_names
from vocab_builder.words.normal_form import normal_form

_TABLES = (CONCEPTS, EVIDENCE, ALIASES)


@dataclass(frozen=True, slots=True)
class ReleasedConcepts(Source):
    """Concepts of a release in its order, with their kind, counts, links and other labels.

    The source of the evidence is the release, whose licence holds for it; the locator goes on to
    say where the release had the word from (``audiocaps-train/v1_train.csv:caption``). Where no
    concept has a count, as in an imported list, the place ranks.
    """

    place_keys: ClassVar[tuple[str, ...]] = ("path",)

    def locate(self, place: Place, pinned: str | None = None) -> Located:
        """A folder, or a release by its specifier; of a range that which a lock pins.

        Raises
        ------
        UsageError
            No path is given.
        DataError, MissingError
            There is no such release, or it is broken.
        """
        if place.path is None:
            raise UsageError(
                f"{place.where}: say which release with path = 'id@version' or a folder"
            )
        local = place.folder / place.path
        if pinned is not None:
            # A lock pins a version of what the recipe names, and leads nowhere else.
            check_release_name(*pinned.partition("@")[::2], f"{place.where}: the lock's {pinned!r}")
        folder = local if local.is_dir() else find_release(pinned or place.path)
        vocabulary = load_vocabulary(folder)
        # Kinds, counts and evidence pass on too, which the content hash says nothing of.
        tables = (folder / one for one in _TABLES if one != ALIASES or (folder / one).is_file())
        digest = sha256_text(canonical_json(list(map(sha256_file, tables))))
        licence = str(vocabulary.metadata.get("licence", NOT_STATED))
        return Located(folder, vocabulary.specifier, digest, licence)

    def __call__(self, name: str, path: Path) -> list[Candidate]:
        """Read the release."""
        vocabulary = load_vocabulary(path)
        names: dict[str, list[OtherName]] = {}
        for one in vocabulary.aliases:
            alias = normal_form(one.alias)
            if alias:
                names.setdefault(one.id, []).append(OtherName(alias, one.kind, name))
        labels = {one.id: normal_form(one.label) for one in vocabulary}
        merged = merge_candidates(
            _candidate(concept, labels[concept.id], name, names.get(concept.id, ()))
            for concept in vocabulary
            if labels[concept.id]
        )
        places = {label: place for place, label in enumerate(dict.fromkeys(labels.values()))}
        found = sorted(merged, key=lambda one: places[one.label])
        return found if any(one.count for one in found) else ranked_by_place(found, name)


def _candidate(concept: Concept, label: str, name: str, names: Iterable[OtherName]) -> Candidate:
    return Candidate(
        label,
        concept.kind,
        _evidence(concept, name),
        concept.links,
        other_names=sorted_names({one for one in names if one.alias != label}),
    )


def _evidence(concept: Concept, name: str) -> tuple[Evidence, ...]:
    if not concept.evidence:
        return (Evidence(name, concept.id, concept.count),)
    return tuple(
        sorted(
            replace(one, source=name, locator=f"{one.source}/{one.locator}")
            for one in concept.evidence
        )
    )
