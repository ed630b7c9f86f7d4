"""Parquet: typed columns, so that the label "null" stays a word; all in one file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from concept_core.extras import require_extra
from concept_core.files import atomic_path, canonical_json
from vocab_builder.release.release import Release

# Where a file keeps vocabulary.json.
METADATA_KEY = b"sonolex"


def write_parquet(release: Release, out: Path) -> None:
    """One row a concept: id, label, kind, count, links, evidence; the metadata in the schema.

    Raises
    ------
    MissingError
        pyarrow is not installed; the message has the pip line.
    """
    pyarrow = require_extra("pyarrow")
    parquet = require_extra("pyarrow.parquet")
    text = pyarrow.string()
    evidence = [("source", text), ("locator", text), ("count", pyarrow.int64())]
    schema = pyarrow.schema(
        [
            ("id", text),
            ("label", text),
            ("kind", text),
            ("count", pyarrow.int64()),
            ("links", pyarrow.list_(text)),
            ("evidence", pyarrow.list_(pyarrow.struct(evidence))),
        ],
        metadata={METADATA_KEY: canonical_json(release.vocabulary.metadata).encode("utf-8")},
    )
    rows = [asdict(concept) for concept in release.vocabulary]
    with atomic_path(out) as temporary:
        parquet.write_table(pyarrow.Table.from_pylist(rows, schema=schema), temporary)
