"""The version rule: what changed between two releases, and the least version that it asks for.

MAJOR where a concept is gone or the order changed, MINOR where concepts were appended or renamed,
PATCH for anything else: metadata, evidence, added formats. It holds from 0.1.0 on. Concepts are the
same where their ids are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from concept_core.errors import DataError, UsageError
from concept_core.releases.folder import DESCRIPTIONS
from concept_core.releases.specifiers import assign_ids
from concept_core.releases.versions import parse_version
from concept_core.values import Value
from concept_core.vocabulary import Concept, Vocabulary
from vocab_builder.curation.applying import STAGE
from vocab_builder.curation.decisions import MERGE, RENAME
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
    renamed : tuple of (id, old label, new label)
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
    renamed: tuple[tuple[str, str, str], ...] = ()
    metadata: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """The changes in words, one a line."""
        lines = [
            f"{len(pairs)} {name}: " + _shown(label for _, label in pairs)
            for name in ("removed", "inserted", "moved", "appended")
            if (pairs := getattr(self, name))
        ]
        if self.renamed:
            names = _shown(f"{old} -> {new}" for _, old, new in self.renamed)
            lines.append(f"{len(self.renamed)} renamed: {names}")
        lines += [] if not self.metadata else ["changed: " + ", ".join(self.metadata)]
        lines += [] if not self.files else ["files: " + ", ".join(self.files)]
        return lines


def compare(old: Release, new: Release, files: tuple[Iterable[str], Iterable[str]]) -> Changes:
    """What changed from one release to the next.

    Parameters
    ----------
    old, new : Release
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
    elif concepts.appended or concepts.renamed:
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
    changes : Changes
        Since the release before.
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
        append = "; to only append words: docs/releases.md, More words, same order"
        raise UsageError(
            f"version {version} is too low: since {changes.previous} this is a {changes.bump}"
            f" change, the least is {least} ({listed}){append if changes.bump == MAJOR else ''}"
        )
    return version


def check_ids(earlier: Iterable[Vocabulary], new: Vocabulary) -> None:
    """See that no id stands for another label than in an earlier release, unless it was renamed.

    Who renames a concept keeps its old label as an alias.

    Raises
    ------
    DataError
        One does: who cites it would mean another concept.
    """
    labels = {concept.id: concept.label for concept in new}
    former = {(one.id, one.alias) for one in new.aliases if one.source == STAGE}
    for release in earlier:
        for concept in release:
            now = labels.get(concept.id, concept.label)
            if now != concept.label and (concept.id, concept.label) not in former:
                # The id is that of the first name; any later one becomes another name of it.
                own = assign_ids([concept.label]) == [concept.id]
                action = RENAME if own else MERGE
                raise DataError(
                    f"{new.specifier}: the id {concept.id!r} is that of {now!r}, in"
                    f" {release.specifier} it was that of {concept.label!r}; an id is never used"
                    f" again for another label: keep the label, {action} it by a decision"
                    f" ({concept.label},{action},{now}), or release under another vocabulary id"
                )


def _compare_concepts(old: Vocabulary, new: Vocabulary) -> Changes:
    was, now = ({one.id: one.label for one in each} for each in (old, new))
    places = {name: place for place, name in enumerate(was)}
    kept = [name for name in now if name in places]
    order = [places[name] for name in kept]
    steady = {order[index] for index in longest_rising(order)}
    last_old = max((place for place, name in enumerate(now) if name in places), default=-1)
    fresh = [(place, (name, now[name])) for place, name in enumerate(now) if name not in places]
    return Changes(
        old.version,
        NONE,
        removed=tuple(pair for pair in was.items() if pair[0] not in now),
        inserted=tuple(pair for place, pair in fresh if place < last_old),
        moved=tuple((name, now[name]) for name in kept if places[name] not in steady),
        appended=tuple(pair for place, pair in fresh if place > last_old),
        renamed=tuple((name, was[name], now[name]) for name in kept if was[name] != now[name]),
    )


def _differences(old: Release, new: Release) -> Iterable[str]:
    """Names of what differs beside ids and labels."""
    one, other = old.vocabulary.metadata, new.vocabulary.metadata
    for key in sorted({*one, *other} - {*_OF_ITSELF}):
        if one.get(key) != other.get(key):
            yield key
    kept = {concept.id for concept in old.vocabulary} & {concept.id for concept in new.vocabulary}
    if _details(old.vocabulary, kept) != _details(new.vocabulary, kept):
        yield "kinds, counts, evidence or links"
    if set(old.vocabulary.aliases) != set(new.vocabulary.aliases):
        yield "aliases"
    for name in ("annotations", "decisions", "drops", "scores"):
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
    tables = release.recipe_tables()
    tables.get("vocabulary", {}).pop("version", None)
    return tables


def _shown(labels: Iterable[str]) -> str:
    listed = list(labels)
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + more
