"""Vocabularies by specifier: ``id``, ``id@version`` or range, a release folder, a text file."""

from __future__ import annotations

import contextlib
import warnings
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from concept_core.errors import (
    DataError,
    DeprecatedReleaseWarning,
    IntegrityError,
    UnknownFileError,
)
from concept_core.files import named_path, package_folder, sha256_text
from concept_core.releases.folder import is_release, read_release
from concept_core.releases.index import INDEX, read_index
from concept_core.releases.label_files import read_labels
from concept_core.releases.versions import (
    UNRELEASED,
    VOCABULARY_ID,
    is_version,
    parse_version,
    select_versions,
)
from concept_core.spelling import check_names, unknown_name
from concept_core.vocabulary import Concept, Vocabulary, check_top

ORDERS = ("descending", "ascending")


def fetched_folder() -> Path:
    """Where ``sonolex fetch vocabulary:NAME@VERSION`` puts releases, there yet or not."""
    from concept_core.resources.cache import home

    return home() / "vocabularies"


def release_roots() -> list[Path]:
    """The folders that names are looked up in: the carried releases first, then the fetched."""
    roots = [package_folder("vocabularies")]
    # Carried releases are read without any other package; where platformdirs is missing and no
    # SONOLEX_HOME is set, nothing can have been fetched.
    with contextlib.suppress(ModuleNotFoundError):
        roots.append(fetched_folder())
    return roots


def list_releases(root: Path | None = None) -> dict[str, list[str]]:
    """The ids of the carried vocabularies with their versions, oldest first."""
    root = root or package_folder("vocabularies")
    releases: dict[str, list[str]] = {}
    for folder in sorted(root.glob("*/*")):
        named = VOCABULARY_ID.fullmatch(folder.parent.name) and is_version(folder.name)
        if named and is_release(folder):
            releases.setdefault(folder.parent.name, []).append(folder.name)
    return {name: sorted(versions, key=parse_version) for name, versions in releases.items()}


def load_all() -> list[tuple[Vocabulary, str]]:
    """Every release of this machine, carried or fetched, by id and version, each with its notice.

    The notice is what the index says to use instead; "" of a release in good standing. Of one that
    is carried and fetched, the carried.
    """
    places = {
        (name, version): root
        for root in reversed(release_roots())
        for name, versions in list_releases(root).items()
        for version in versions
    }
    indexes = {root: read_index(root) for root in places.values()}
    listed = []
    for name, version in sorted(places, key=lambda key: (key[0], parse_version(key[1]))):
        root = places[name, version]
        entry = indexes[root].get((name, version))
        # By folder, not by name, which would warn of one that is deprecated.
        vocabulary = load_vocabulary(root / name / version)
        listed.append((vocabulary, entry.deprecated if entry else ""))
    return listed


def find_release(specifier: str, root: Path | None = None) -> Path:
    """The folder of ``id`` (its newest version), ``id@version``, ``id@range``, or of a path.

    Of a range (``audioset@^1``; see ``versions.select_versions``) the newest version is taken
    that this machine has, carried or fetched; of one that is both, the carried one.
    A release that the index calls deprecated is found all the same, with a warning.

    Raises
    ------
    UsageError
        If nothing has that name; the message lists what there is.
    """
    path = named_path(specifier)
    if is_release(path):
        return path
    if path.is_dir():
        raise DataError(f"{path}: not a release folder (it has no vocabulary.json)")
    name, _, wanted = specifier.partition("@")
    known: set[str] = set()
    places: dict[str, Path] = {}
    for place in release_roots() if root is None else [root]:
        releases = list_releases(place)
        known |= set(releases)
        places = dict.fromkeys(releases.get(name, []), place) | places
    if not places:
        raise unknown_name("vocabulary or file", specifier, known, kind=UnknownFileError)
    matching = select_versions(wanted, places)
    if not matching:
        raise unknown_name(f"version of {name}", wanted, places)
    version = matching[-1]
    root = places[version]
    entry = read_index(root).get((name, version))
    if entry is not None and entry.deprecated:
        warnings.warn(
            f"{name}@{version} is deprecated: {entry.deprecated}",
            DeprecatedReleaseWarning,
            stacklevel=2,
        )
    return root / name / version


def load_vocabulary(
    specifier: str | Path, *, order: str = "descending", root: Path | None = None
) -> Vocabulary:
    """Load a vocabulary.

    Parameters
    ----------
    specifier : str or Path
        ``id@version``, ``id@range`` (its newest, as ``audioset@^1``), ``id`` (the newest), a
        release folder, or a text file with one label a line (and a tab and a count, if there
        are counts: they decide the order).
    order : str
        For text files: ``descending`` when the most important label comes first, ``ascending``
        when it comes last (as in SpLiCE's lists).
    root : Path, optional
        Folder of releases; by default what this installation carries and what was fetched.

    Raises
    ------
    UsageError
        Unknown name, version or order.
    DataError, IntegrityError
        The file or folder is broken, or not what the index says; the message says where.
    """
    check_names("order", [order], ORDERS)
    path = named_path(specifier)
    if path.is_file():
        return _read_text(path, reverse=order == "ascending")
    folder = find_release(str(specifier), root)
    vocabulary = read_release(folder)
    _check_index(folder, vocabulary)
    return vocabulary


def load_vocabularies(
    vocabularies: Iterable[Vocabulary | str | Path],
    *,
    order: str = "descending",
    top: int | None = None,
) -> list[Vocabulary]:
    """Vocabularies, or what `load_vocabulary` takes: of each the first ``top`` concepts.

    Raises
    ------
    UsageError
        A ``top`` below 1; an unknown name, as `load_vocabulary`.
    """
    check_top(top)
    loaded = (
        one if isinstance(one, Vocabulary) else load_vocabulary(one, order=order)
        for one in vocabularies
    )
    return [one if top is None else replace(one, concepts=one.concepts[:top]) for one in loaded]


def assign_ids(labels: Iterable[str]) -> list[str]:
    """A stable slug for every label, unique within the list, made without looking elsewhere.

    Labels that give one slug ("cafe", "café"), or none (emoji), get eight digits of their own
    hash, whichever comes first: a label's id does not depend on its neighbours' order.
    """
    from slugify import slugify

    labels = list(labels)
    slugs = [slugify(label) for label in labels]
    # "cafe" would keep its slug only until "café" joins; both are marked from the start.
    twice = {slug for slug, count in Counter(slugs).items() if count > 1}
    return [
        slug
        if slug and slug not in twice
        else "-".join(filter(None, (slug, sha256_text(label)[:8])))
        for slug, label in zip(slugs, labels, strict=True)
    ]


def _check_index(folder: Path, vocabulary: Vocabulary) -> None:
    """The labels are those that the index of the folder's root lists, if it lists any."""
    root = folder.parent.parent
    entry = read_index(root).get((folder.parent.name, folder.name))
    if entry is not None and entry.content_hash != vocabulary.content_hash:
        raise IntegrityError(
            f"{folder}: content hash is {vocabulary.content_hash}, {root / INDEX} says"
            f" {entry.content_hash}; take a fresh copy of {folder.parent.name}@{folder.name}"
        )


def _read_text(path: Path, *, reverse: bool) -> Vocabulary:
    labels = read_labels(path, reverse=reverse)
    ids = assign_ids(label for label, _ in labels)
    concepts = tuple(
        Concept(concept_id, label, "word", count)
        for concept_id, (label, count) in zip(ids, labels, strict=True)
    )
    return Vocabulary(path.stem, UNRELEASED, concepts, {"licence": "not stated"})
