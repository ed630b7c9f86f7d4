"""Croissant 1.0: a data set's description for machine learning, as JSON-LD.

M. Akhtar et al., Croissant: A Metadata Format for ML-Ready Datasets, DEEM 2024,
doi:10.1145/3650203.3663326.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from concept_core.files import sha256_text
from vocab_builder.formats.names import iri
from vocab_builder.release.release import Release
from vocab_builder.release.tables import TABLES, Column

CROISSANT = "croissant.json"
FILE_KEYS = ("distribution", "contentUrl", "sha256")
"""Where a description lists its files, and of each its path and sum."""
_TYPES = {"string": "sc:Text", "integer": "sc:Integer", "number": "sc:Float"}
# Inline, so that it can be read without a network; the terms are those of the specification.
_TERMS = (
    "citeAs", "column", "equivalentProperty", "extract", "field", "fileProperty", "fileObject",
    "fileSet", "format", "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField",
    "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "separator",
    "source", "subField", "transform",
)  # fmt: skip
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{term: f"cr:{term}" for term in _TERMS},
}


def croissant(release: Release, tables: Mapping[str, str]) -> dict[str, Any]:
    """The description of a release's tables; ``tables`` are their texts by file name."""
    vocabulary = release.vocabulary
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": release.file_name,
        "alternateName": vocabulary.metadata["title"],
        "description": vocabulary.metadata["description"],
        "version": vocabulary.version,
        "identifier": vocabulary.content_hash,
        "url": iri(vocabulary.id),
        "creator": [{"@type": "sc:Organization", "name": name} for name in release.authors],
        "license": [licence.url or licence.id for licence in release.licences],
        "citeAs": f"{', '.join(release.authors)}: {vocabulary.metadata['title']},"
        f" {vocabulary.specifier}",
        "distribution": [_file(name, text) for name, text in tables.items()],
        "recordSet": [_record_set(name) for name in tables],
    }


def _file(name: str, text: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "description": TABLES[name][0],
        "contentUrl": name,
        "contentSize": f"{len(text.encode('utf-8'))} B",
        "encodingFormat": "text/csv",
        "sha256": sha256_text(text),
    }


def _record_set(name: str) -> dict[str, Any]:
    table = name.removesuffix(".csv")
    description, columns = TABLES[name]
    keyed = {"key": {"@id": f"{table}/id"}} if table == "concepts" else {}
    return {
        "@type": "cr:RecordSet",
        "@id": table,
        "name": table,
        "description": description,
        **keyed,
        "field": [_field(table, name, column) for column in columns],
    }


def _field(table: str, name: str, column: Column) -> dict[str, Any]:
    refers = column.name == "id" and table != "concepts"
    return {
        "@type": "cr:Field",
        "@id": f"{table}/{column.name}",
        "name": column.name,
        "description": column.meaning,
        "dataType": _TYPES[column.type],
        "source": {"fileObject": {"@id": name}, "extract": {"column": column.name}},
        **({"references": {"field": {"@id": "concepts/id"}}} if refers else {}),
    }
