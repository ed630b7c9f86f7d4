"""Decompositions of more rows than memory holds: files in, shards of sparse weights out."""

from __future__ import annotations

from concept_core.decomposition.streaming.folder import Stream, open_stream
from concept_core.decomposition.streaming.run import StreamSummary, decompose_stream

__all__ = ["Stream", "StreamSummary", "decompose_stream", "open_stream"]
