"""Vocabularies by specifier: ``id@version``, ``id``, a release folder, or a text file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from concept_core.errors import DataError, UsageError
from concept_core.files import package_folder, sha256_text
from concept_core.release_folder import is_release, read_release
from concept_core.spelling import unknown_name
from concept_core.vocabulary import Concept, Vocabulary

ORDERS = ("descending", "ascending")
_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


def parse_version(text: str) -> tuple[int, int, int]:
    """``MAJOR.MINOR.PATCH`` as numbers, so that 0.10.0 is newer than 0.9.0.

    Raises
    ------
    UsageError
        If the text is no such version.
    """
    match = _VERSION.fullmatch(text)
    if match is None:
        raise UsageError(f"version {text!r} is not MAJOR.MINOR.PATCH, such as 0.1.0")
    return int(match[1]), int(match[2]), int(match[3])


def list_releases(root: Path | None = None) -> dict[str, list[str]]:
    """The ids of the carried vocabularies with their versions, oldest first."""
    root = root or package_folder("vocabularies")
    releases: dict[str, list[str]] = {}
    for folder in sorted(root.glob("*/*")):
        if is_release(folder) and _VERSION.fullmatch(folder.name):
            releases.setdefault(folder.parent.name, []).append(folder.name)
    return {name: sorted(versions, key=parse_version) for name, versions in releases.items()}


def find_release(specifier: str, root: Path | None = None) -> Path:
    """The folder of ``id`` (its newest version), ``id@version``, or of a path to a folder.

    Raises
    ------
    UsageError
        If nothing has that name; the message lists what there is.
    """
    path = Path(specifier)
    if is_release(path):
        return path
    if path.is_dir():
        raise DataError(f"{path}: not a release folder (it has no vocabulary.json)")
    root = root or package_folder("vocabularies")
    releases = list_releases(root)
    name, _, version = specifier.partition("@")
    if name not in releases:
        raise unknown_name("vocabulary or file", specifier, releases)
    version = version or releases[name][-1]
    if version not in releases[name]:
        raise unknown_name(f"version of {name}", version, releases[name])
    return root / name / version


def load_vocabulary(
    specifier: str | Path, *, order: str = "descending", root: Path | None = None
) -> Vocabulary:
    """Load a vocabulary.

    Parameters
    ----------
    specifier : str or Path
        ``id@version``, ``id`` (the newest), a release folder, or a text file with one label a
        line.
    order : str
        For text files: ``descending`` when the most important label comes first, ``ascending``
        when it comes last (as in SpLiCE's lists).
    root : Path, optional
        Folder of releases; the ones that this installation carries by default.

    Raises
    ------
    UsageError
        Unknown name, version or order.
    DataError, IntegrityError
        The file or folder is broken; the message says where.
    """
    if order not in ORDERS:
        raise unknown_name("order", order, ORDERS)
    path = Path(specifier)
    if path.is_file():
        return _read_text(path, reverse=order == "ascending")
    return read_release(find_release(str(specifier), root))


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


def _read_text(path: Path, *, reverse: bool) -> Vocabulary:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 text ({error}); save it as UTF-8") from error
    labels = [line.strip() for line in lines if line.strip()]
    if not labels:
        raise DataError(f"{path}: no labels; expected one a line")
    if reverse:
        labels.reverse()
    # A list may name a label twice (SpLiCE's do not, people's do): the first, most important stays.
    labels = list(dict.fromkeys(labels))
    concepts = tuple(
        Concept(concept_id, label, "word", 0)
        for concept_id, label in zip(assign_ids(labels), labels, strict=True)
    )
    return Vocabulary(path.stem, "unreleased", concepts, {"licence": "not stated"})
