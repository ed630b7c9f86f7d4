"""Sources on files of a test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vocab_builder.sources import Source, SourceEntry, parse_source
from vocab_builder.stages.candidates import Candidate


def entry(
    kind: str, name: str, path: Path | None = None, options: Mapping[str, Any] | None = None
) -> SourceEntry:
    """A source as a recipe has it; messages begin with its path."""
    place = {} if path is None else {"path": str(path)}
    return parse_source({"kind": kind, "name": name, **place, **(options or {})}, Path(), str(path))


def mine(
    kind: str, name: str, path: Path | None = None, options: Mapping[str, Any] | None = None
) -> list[Candidate]:
    """The candidates of a source, whatever lies at its path."""
    return entry(kind, name, path, options).source(name, path or Path())


def check(kind: str, options: Mapping[str, Any], where: str = "here") -> Source:
    """A source with its options, before any file is looked at."""
    return parse_source({"kind": kind, **options}, Path(), where).source
