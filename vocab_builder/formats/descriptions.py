"""The descriptions of a release for other tools: made where it is published, checked when read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from concept_core.documents import read_json
from concept_core.errors import DataError, IntegrityError
from concept_core.files import pretty_json, sha256_file
from concept_core.releases.folder import CONCEPTS, DESCRIPTION_SUMS
from concept_core.resources.unpacking import is_unsafe
from vocab_builder.formats import croissant, datapackage
from vocab_builder.formats.prov import MAKER, PROV, prov, stated_maker
from vocab_builder.formats.records import expect
from vocab_builder.formats.skos import SKOS, skos
from vocab_builder.release.files import render_sums, table_texts
from vocab_builder.release.release import Release

CHECKED = {
    datapackage.DATAPACKAGE: datapackage.FILE_KEYS,
    croissant.CROISSANT: croissant.FILE_KEYS,
}
"""The descriptions that list files with their sums."""


def describe(release: Release) -> dict[str, str]:
    """Texts by file name: Croissant, Data Package, SKOS, PROV, and their checksums.

    They are made anew from the release alone, so that equal releases give equal bytes.
    """
    tables = table_texts(release)
    texts = {
        croissant.CROISSANT: pretty_json(croissant.croissant(release, tables)),
        datapackage.DATAPACKAGE: pretty_json(datapackage.datapackage(release, tables)),
        SKOS: pretty_json(skos(release)),
        PROV: pretty_json(prov(release)),
    }
    return {**texts, DESCRIPTION_SUMS: render_sums(texts)}


def check_descriptions(folder: Path, where: str) -> str:
    """See that the descriptions that came with a release are those that are made of it.

    Parameters
    ----------
    folder : Path
        A release folder whose checksums hold, those of its descriptions too.
    where : str
        The folder's name for people.

    Returns
    -------
    str
        The version that they state to be made by, where that is another one: it may have written
        them otherwise, so that they are not vouched for. "" where they are equal, or not there.

    Raises
    ------
    IntegrityError
        They are not what this version makes of the release, and state no other version.
    """
    if not (folder / DESCRIPTION_SUMS).is_file():
        return ""
    different = [
        name
        for name, text in describe(Release.load(folder)).items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != text.encode("utf-8")
    ]
    if not different:
        return ""
    path = folder / PROV
    maker = stated_maker(read_json(path)) if path.is_file() else ""
    if maker in ("", MAKER):
        raise IntegrityError(
            f"{where}: {', '.join(different)}: not what is made of this release, so that somebody"
            " changed them; take a fresh copy, or make them with sonolex export"
        )
    return maker


def check_described(folder: Path) -> dict[str, Any]:
    """See that the files that a folder's description lists are there, with its sums.

    Returns
    -------
    metadata : dict
        What the description says of the vocabulary: version, title, description.

    Raises
    ------
    DataError
        A broken description, or one without the table of concepts.
    IntegrityError
        A file differs from its sum, or its path leads out of the folder.
    """
    path = next(folder / name for name in CHECKED if (folder / name).is_file())
    document = expect(read_json(path), dict, "the description", str(path))
    listed = dict(_listed(document, path))
    if CONCEPTS not in listed:
        raise DataError(f"{path}: names no {CONCEPTS}, the table of concepts")
    for name, digest in listed.items():
        if is_unsafe(name):
            raise IntegrityError(f"{path}: names the unsafe path {name!r}; nothing was read")
        target = folder / name
        if target.is_symlink() or not target.is_file():
            raise IntegrityError(f"{path}: names {name}, which is no plain file of {folder}")
        if (actual := sha256_file(target)) != digest:
            raise IntegrityError(
                f"{target}: sha256 is {actual}, {path.name} says {digest}; take a fresh copy"
            )
    metadata = {
        key: document[key] for key in ("version", "title", "description") if key in document
    }
    # Croissant's "name" is the id, its title the other one.
    if "alternateName" in document:
        metadata["title"] = document["alternateName"]
    return metadata


def _listed(document: dict[str, Any], path: Path) -> Iterator[tuple[str, str]]:
    """Paths with their sha256."""
    where = str(path)
    key, name, digest = CHECKED[path.name]
    for entry in expect(document.get(key), list, key, where):
        file = expect(expect(entry, dict, "a file", where).get(name), str, name, where)
        yield file, expect(entry.get(digest), str, digest, where).removeprefix("sha256:")
