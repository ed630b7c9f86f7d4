"""The places that vocabularies are fetched from, in order: the first good answer wins."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from concept_core.errors import DataError, UsageError
from concept_core.files import package_folder
from concept_core.resources import home
from concept_core.spelling import check_names
from vocab_builder.publish.store import Store, open_store

VARIABLE = "SONOLEX_MIRRORS"
MIRRORS = "mirrors.toml"


def load_mirrors() -> list[Store]:
    """The mirrors of the first that names any: the environment, the user, this installation.

    ``SONOLEX_MIRRORS`` has them with commas; ``mirrors.toml``, in the cache folder or beside the
    carried vocabularies, as ``mirrors = ["s3://bucket/prefix", "https://host/path"]``.

    Raises
    ------
    UsageError
        There are none, or one is no place for releases.
    DataError
        A file of mirrors is broken.
    """
    given = os.environ.get(VARIABLE, "")
    if texts := [text.strip() for text in given.split(",") if text.strip()]:
        return [open_store(text) for text in texts]
    files = [home() / MIRRORS, package_folder("vocabularies") / MIRRORS]
    for path in files:
        if texts := _read(path):
            return [open_store(text) for text in texts]
    raise UsageError(
        "no mirrors are known; name a place with --from, or set"
        f" {VARIABLE}, or write {files[0]} with a line such as"
        ' mirrors = ["https://host/vocabularies"]'
    )


def _read(path: Path) -> list[str]:
    if not path.is_file():
        return []
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"{path}: not valid UTF-8 TOML: {error}") from error
    check_names("key", table, ["mirrors"], str(path))
    mirrors = table.get("mirrors", [])
    if not isinstance(mirrors, list) or not all(isinstance(one, str) for one in mirrors):
        raise DataError(f"{path}: mirrors must be a list of texts")
    return mirrors
