"""``index.toml`` beside the releases: which there are, by hash, and which are deprecated.

Standard library only. A release that was replaced as a whole, its own ``SHA256SUMS`` too, still
differs from what the index says.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from concept_core.documents import read_toml
from concept_core.errors import DataError
from concept_core.files import write_text
from concept_core.releases.versions import check_release_name, parse_version
from concept_core.spelling import check_names

INDEX = "index.toml"
_HEAD = """\
# The releases of this folder, written by `sonolex release` and `sonolex deprecate`.
# sums_sha256 is the sha256 of a release's SHA256SUMS, which has the sums of all its other files.
"""


@dataclass(frozen=True, slots=True)
class Listed:
    """One release, as the index lists it.

    Attributes
    ----------
    id, version : str
    content_hash : str
        Of the ordered (id, label) pairs.
    sums_sha256 : str
        sha256 of the file ``SHA256SUMS``.
    concepts : int
    licence : str
    deprecated : str
        What to do instead, such as "use audioset@2"; "" for a release in good standing.
    """

    id: str
    version: str
    content_hash: str
    sums_sha256: str
    concepts: int
    licence: str
    deprecated: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Id and version."""
        return self.id, self.version


def read_index(root: Path) -> dict[tuple[str, str], Listed]:
    """The index of a folder of releases, by (id, version); empty where there is none.

    Raises
    ------
    DataError
        It is broken; the message says where.
    """
    path = root / INDEX
    try:
        tables = read_toml(path)
    except FileNotFoundError:
        return {}
    check_names("table", tables, ["release"], str(path))
    rows = tables.get("release", [])
    if not isinstance(rows, list):
        raise DataError(f"{path}: expected tables [[release]], with two brackets")
    entries = [_parse(row, f"{path}: [[release]] {place}") for place, row in enumerate(rows, 1)]
    index = {entry.key: entry for entry in entries}
    if len(index) < len(entries):
        raise DataError(f"{path}: a release is listed twice; take out the one that is wrong")
    return index


def write_index(root: Path, entries: Iterable[Listed]) -> None:
    """Write the index whole, sorted by id and version, or leave it as it was."""
    blocks = [_HEAD]
    for entry in sorted(entries, key=lambda entry: (entry.id, parse_version(entry.version))):
        lines = [
            f"{name} = {_toml(value)}"
            for name, value in asdict(entry).items()
            if name != "deprecated" or value
        ]
        blocks.append("\n".join(["[[release]]", *lines]) + "\n")
    write_text(root / INDEX, "\n".join(blocks))


def _toml(value: str | int) -> str:
    # A JSON string is a basic string of TOML, but for DEL, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _parse(row: Any, where: str) -> Listed:
    if not isinstance(row, dict):
        raise DataError(f"{where}: expected a table, found {row!r}")
    check_names("key", row, [field.name for field in fields(Listed)], where)
    for field in fields(Listed):
        kind = int if field.name == "concepts" else str
        if type(row.get(field.name, "" if field.name == "deprecated" else None)) is not kind:
            raise DataError(f"{where}: {field.name} must be a {kind.__name__}")
    check_release_name(row["id"], row["version"], where)
    return Listed(**row)
