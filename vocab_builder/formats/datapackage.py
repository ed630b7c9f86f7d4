"""Frictionless Data Package 1: tables with their columns, types, keys and checksums.

https://specs.frictionlessdata.io/data-package/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from concept_core.files import sha256_text
from concept_core.vocabulary import KINDS
from vocab_builder.release.release import Release
from vocab_builder.release.tables import TABLES, Column

DATAPACKAGE = "datapackage.json"
FILE_KEYS = ("resources", "path", "hash")
"""Where a description lists its files, and of each its path and sum."""


def datapackage(release: Release, tables: Mapping[str, str]) -> dict[str, Any]:
    """The description of a release's tables; ``tables`` are their texts by file name."""
    vocabulary = release.vocabulary
    return {
        "profile": "tabular-data-package",
        "name": release.file_name,
        "title": vocabulary.metadata["title"],
        "description": vocabulary.metadata["description"],
        "version": vocabulary.version,
        "content_hash": vocabulary.content_hash,
        "licenses": [_licence(one.id, one.url, one.name) for one in release.licences],
        "sources": [
            {"title": source["name"], "licence": source["licence"], "origin": source["origin"]}
            for source in release.sources
        ],
        "resources": [_resource(name, text) for name, text in tables.items()],
    }


def _licence(name: str, url: str, title: str) -> dict[str, str]:
    return {"name": name, **({"path": url} if url else {}), **({"title": title} if title else {})}


def _resource(name: str, text: str) -> dict[str, Any]:
    table = name.removesuffix(".csv")
    description, columns = TABLES[name]
    schema: dict[str, Any] = {"fields": [_field(table, column) for column in columns]}
    if table == "concepts":
        schema["primaryKey"] = ["id"]
    elif columns[0].name == "id":
        reference = {"resource": "concepts", "fields": ["id"]}
        schema["foreignKeys"] = [{"fields": ["id"], "reference": reference}]
    return {
        "profile": "tabular-data-resource",
        "name": table,
        "path": name,
        "title": description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(text.encode("utf-8")),
        "hash": f"sha256:{sha256_text(text)}",
        "schema": schema,
    }


def _field(table: str, column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if table == "concepts" and column.name in ("id", "label"):
        constraints = {"required": True, "unique": True}
    elif table == "concepts" and column.name == "kind":
        constraints = {"required": True, "enum": list(KINDS)}
    return {
        "name": column.name,
        "type": column.type,
        "description": column.meaning,
        **({"constraints": constraints} if constraints else {}),
    }
