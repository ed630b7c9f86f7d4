"""Parquet: typed columns, so that the label "null" stays a word; all in one file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from concept_core.documents import parse_json
from concept_core.errors import DataError, SonolexError
from concept_core.extras import require_extra
from concept_core.files import atomic_path, canonical_json
from vocab_builder.formats.records import (
    FileContents,
    concept_records,
    expect,
    make_contents,
    numbered,
)
from vocab_builder.release.release import Release

# Where a file keeps vocabulary.json.
_METADATA_KEY = b"sonolex"
# Uncompressed; a file of a few kilobytes may say that it holds terabytes.
_LARGEST_TABLE = 1 << 30


def write_parquet(release: Release, out: Path) -> None:
    """One row a concept: id, label, kind, count, links, evidence, aliases, notes.

    The metadata is in the schema.

    Raises
    ------
    MissingError
        pyarrow is not installed; the message has the pip line.
    """
    pyarrow = require_extra("pyarrow")
    parquet = require_extra("pyarrow.parquet")
    text = pyarrow.string()
    evidence = [("source", text), ("locator", text), ("count", pyarrow.int64())]
    aliases = [("alias", text), ("kind", text), ("source", text)]
    notes = [("kind", text), ("value", text)]
    schema = pyarrow.schema(
        [
            ("id", text),
            ("label", text),
            ("kind", text),
            ("count", pyarrow.int64()),
            ("links", pyarrow.list_(text)),
            ("evidence", pyarrow.list_(pyarrow.struct(evidence))),
            ("aliases", pyarrow.list_(pyarrow.struct(aliases))),
            ("notes", pyarrow.list_(pyarrow.struct(notes))),
        ],
        metadata={_METADATA_KEY: canonical_json(release.vocabulary.metadata).encode("utf-8")},
    )
    rows = list(concept_records(release))
    with atomic_path(out) as temporary:
        parquet.write_table(pyarrow.Table.from_pylist(rows, schema=schema), temporary)


def read_parquet(path: Path) -> FileContents:
    """A table as ``export --to parquet`` writes it, or one with the columns of a csv file.

    Raises
    ------
    MissingError
        pyarrow is not installed.
    DataError
        No Parquet, other columns, or too large.
    """
    pyarrow = require_extra("pyarrow")
    parquet = require_extra("pyarrow.parquet")
    try:
        with parquet.ParquetFile(path) as file:
            groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
            if sum(group.total_byte_size for group in groups) > _LARGEST_TABLE:
                raise DataError(f"{path}: holds more than {_LARGEST_TABLE >> 20} MiB of tables")
            stated = (file.schema_arrow.metadata or {}).get(_METADATA_KEY, b"{}")
            rows = file.read().to_pylist()
    except SonolexError:
        raise
    # A text that is not UTF-8, or a time that Python has not, is none of pyarrow's errors.
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError) as error:
        raise DataError(f"{path}: cannot be read as Parquet: {error}") from error
    metadata = expect(parse_json(stated, str(path)), dict, "metadata", str(path))
    return replace(make_contents(numbered(rows, path), path), metadata=metadata)
