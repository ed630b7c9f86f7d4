"""The version rule: what changed between two releases, and the least version that it asks for.

MAJOR where a concept is gone or the order changed, MINOR where concepts were appended, PATCH for
anything else: metadata, evidence, added formats. It holds from 0.1.0 on.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from concept_core.errors import DataError, UsageError
from concept_core.releases.folder import DESCRIPTIONS
from concept_core.releases.versions import parse_version
from concept_core.values import Value
from concept_core.vocabulary import Concept, Vocabulary
from vocab_builder.release.diff import longest_rising
from vocab_builder.release.release import Release

FIRST, MAJOR, MINOR, PATCH, NONE = "first", "major", "minor", "patch", "none"
# What changes by itself from one release to the next.
_OF_ITSELF = ("version", "previous", "content_hash", "size", "built_with")
_SHOWN = 20
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Changes(Value):
    """What changed since the release before.

    Attributes
    ----------
    previous : str or None
        Its version; None for a first release, which has nothing below.
    bump : str
        ``first``, ``major``, ``minor``, ``patch``, or ``none`` where nothing changed.
    removed, inserted, moved, appended : tuple of (id, label)
        Concepts that are gone; new before an old one; at another place among the old; new at the
        end.
    metadata : tuple of str
        Keys of ``vocabulary.json``, and other parts of a release, that differ.
    files : tuple of str
        Files that are new or gone.
    """

    previous: str | None
    bump: str
    removed: Pairs = ()
    inserted: Pairs = ()
    moved: Pairs = ()
    appended: Pairs = ()
    metadata: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """The changes in words, one a line."""
        lines = [
            f"{len(pairs)} {name}: " + _shown(label for _, label in pairs)
            for name in ("removed", "inserted", "moved", "appended")
            if (pairs := getattr(self, name))
        ]
        lines += [] if not self.metadata else ["changed: " + ", ".join(self.metadata)]
        lines += [] if not self.files else ["files: " + ", ".join(self.files)]
        return lines


def compare(old: Release, new: Release, files: tuple[Iterable[str], Iterable[str]]) -> Changes:
    """What changed from one release to the next.

    Parameters
    ----------
    files : (old, new) iterables of str
        The names of the files that the two folders have or will have.
    """
    # Some releases hold descriptions, which are exports: no change of a release.
    before, after = set(files[0]) - DESCRIPTIONS, set(files[1]) - DESCRIPTIONS
    concepts = _compare_concepts(old.vocabulary, new.vocabulary)
    metadata = tuple(_differences(old, new))
    renamed = tuple(
        [f"+{name}" for name in sorted(after - before)]
        + [f"-{name}" for name in sorted(before - after)]
    )
    if concepts.removed or concepts.inserted or concepts.moved:
        bump = MAJOR
    elif concepts.appended:
        bump = MINOR
    else:
        bump = PATCH if metadata or renamed else NONE
    return replace(concepts, bump=bump, metadata=metadata, files=renamed)


def least_version(changes: Changes) -> str:
    """The lowest version that a release with these changes may have."""
    if changes.previous is None:
        return "0.0.0"
    major, minor, patch = parse_version(changes.previous)
    raised = {
        MAJOR: (major + 1, 0, 0),
        MINOR: (major, minor + 1, 0),
        PATCH: (major, minor, patch + 1),
        NONE: (major, minor, patch),
    }[changes.bump]
    return ".".join(map(str, raised))


def choose_version(changes: Changes, stated: str, asked: str | None) -> str:
    """The version of a release: what is asked for, else the higher of stated and least.

    Parameters
    ----------
    stated : str
        The version that the built folder has.
    asked : str or None
        The version that the user wants.

    Raises
    ------
    UsageError
        Less is asked than the rule allows.
    """
    least = least_version(changes)
    version = asked or max(stated, least, key=parse_version)
    if parse_version(version) < parse_version(least):
        listed = "; ".join(changes.lines())
        raise UsageError(
            f"version {version} is too low: since {changes.previous} this is a {changes.bump}"
            f" change, the least is {least} ({listed})"
        )
    return version


def check_ids(earlier: Iterable[Vocabulary], new: Vocabulary) -> None:
    """See that no id stands for another label than in an earlier release.

    Raises
    ------
    DataError
        One does: who cites it would mean another concept.
    """
    labels = {concept.id: concept.label for concept in new}
    for release in earlier:
        for concept in release:
            if labels.get(concept.id, concept.label) != concept.label:
                raise DataError(
                    f"{new.specifier}: the id {concept.id!r} is that of"
                    f" {labels[concept.id]!r}, in {release.specifier} it was that of"
                    f" {concept.label!r}; an id is never used again for another label: keep the"
                    " label, or release under another vocabulary id"
                )


def _compare_concepts(old: Vocabulary, new: Vocabulary) -> Changes:
    was, now = _pairs(old), _pairs(new)
    places = {pair: place for place, pair in enumerate(was)}
    kept = [pair for pair in now if pair in places]
    order = [places[pair] for pair in kept]
    steady = {order[index] for index in longest_rising(order)}
    last_old = max((place for place, pair in enumerate(now) if pair in places), default=-1)
    fresh = [(place, pair) for place, pair in enumerate(now) if pair not in places]
    remaining = set(now)
    return Changes(
        old.version,
        NONE,
        removed=tuple(pair for pair in was if pair not in remaining),
        inserted=tuple(pair for place, pair in fresh if place < last_old),
        moved=tuple(pair for pair in kept if places[pair] not in steady),
        appended=tuple(pair for place, pair in fresh if place > last_old),
    )


def _pairs(vocabulary: Vocabulary) -> Pairs:
    return tuple((concept.id, concept.label) for concept in vocabulary)


def _differences(old: Release, new: Release) -> Iterable[str]:
    """Names of what differs beside ids and labels."""
    one, other = old.vocabulary.metadata, new.vocabulary.metadata
    for key in sorted({*one, *other} - {*_OF_ITSELF}):
        if one.get(key) != other.get(key):
            yield key
    kept = {concept.id for concept in old.vocabulary} & {concept.id for concept in new.vocabulary}
    if _details(old.vocabulary, kept) != _details(new.vocabulary, kept):
        yield "kinds, counts, evidence or links"
    for name in ("drops", "scores"):
        if getattr(old, name) != getattr(new, name):
            yield name
    if _recipe(old) != _recipe(new):
        yield "recipe"


def _details(vocabulary: Vocabulary, ids: set[str]) -> dict[str, Concept]:
    return {concept.id: concept for concept in vocabulary if concept.id in ids}


def _recipe(release: Release) -> Mapping[str, Any] | None:
    """A recipe without its version, which every release has another of."""
    if release.recipe is None:
        return None
    tables = tomllib.loads(release.recipe)
    tables.get("vocabulary", {}).pop("version", None)
    return tables


def _shown(labels: Iterable[str]) -> str:
    listed = list(labels)
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + more
