"""Embeddings kept by content: a second run costs nothing, and a wrong reuse cannot happen."""

from __future__ import annotations

from concept_core.encoders.cache.encoder import CachedEncoder
from concept_core.encoders.cache.store import Store

__all__ = ["CachedEncoder", "Store"]
