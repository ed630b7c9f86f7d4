"""Sources: where candidates come from, each with evidence of every word it offers."""

from __future__ import annotations

from vocab_builder.sources.base import Located, Place, Source
from vocab_builder.sources.entries import (
    SOURCES,
    ResolvedSource,
    SourceEntry,
    parse_source,
    parse_sources,
    source_type,
)

__all__ = [
    "SOURCES",
    "Located",
    "Place",
    "ResolvedSource",
    "Source",
    "SourceEntry",
    "parse_source",
    "parse_sources",
    "source_type",
]
