"""Folders with a Data Package or Croissant description: tables checked against its sums."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from concept_core.errors import DataError, IntegrityError
from concept_core.files import sha256_file
from concept_core.releases.folder import CONCEPTS
from concept_core.resources.unpacking import is_unsafe
from vocab_builder.formats.export_croissant import CROISSANT
from vocab_builder.formats.export_datapackage import DATAPACKAGE
from vocab_builder.formats.import_records import expect, load_json


def check_described(folder: Path) -> dict[str, Any]:
    """See that the files that a folder's description names are there, with its sums.

    Returns
    -------
    stated : dict
        What the description says of the vocabulary: version, title, description.

    Raises
    ------
    DataError
        A broken description, or one without the table of concepts.
    IntegrityError
        A file differs from its sum, or its path leads out of the folder.
    """
    path = folder / (DATAPACKAGE if (folder / DATAPACKAGE).is_file() else CROISSANT)
    document = expect(load_json(path), dict, "the description", str(path))
    entries = list(_entries(document, path))
    if CONCEPTS not in [name for name, _ in entries]:
        raise DataError(f"{path}: names no {CONCEPTS}, the table of concepts")
    for name, digest in entries:
        if is_unsafe(name):
            raise IntegrityError(f"{path}: names the unsafe path {name!r}; nothing was read")
        target = folder / name
        if target.is_symlink() or not target.is_file():
            raise IntegrityError(f"{path}: names {name}, which is no plain file of {folder}")
        if (found := sha256_file(target)) != digest:
            raise IntegrityError(
                f"{target}: sha256 is {found}, {path.name} says {digest}; take a fresh copy"
            )
    keys = {"version": "version", "title": "title", "description": "description"}
    title = {"title": document["alternateName"]} if "alternateName" in document else {}
    return {**{key: document[name] for key, name in keys.items() if name in document}, **title}


def _entries(document: dict[str, Any], path: Path) -> Iterator[tuple[str, str]]:
    """Names of files with their sha256."""
    where = str(path)
    package = path.name == DATAPACKAGE
    key, name, digest = (
        ("resources", "path", "hash") if package else ("distribution", "contentUrl", "sha256")
    )
    for entry in expect(document.get(key), list, key, where):
        file = expect(expect(entry, dict, "a file", where).get(name), str, name, where)
        yield file, expect(entry.get(digest), str, digest, where).removeprefix("sha256:")
