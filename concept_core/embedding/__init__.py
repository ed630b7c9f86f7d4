"""Embeddings of many clips: tables, folders and archives in, shards of rows out.

``inputs`` says which clips there are, ``tables`` and ``tars`` read them, ``shards`` is what a
worker makes, ``run`` the way from the one to the other, ``manifest`` and ``folder`` what lies in
the output (docs/scale.md).
"""

from concept_core.embedding.folder import Embeddings, merge_shards, open_embeddings
from concept_core.embedding.run import EmbedAsk, EmbedPlan, EmbedSummary, embed_shards, plan_shards

__all__ = [
    "EmbedAsk",
    "EmbedPlan",
    "EmbedSummary",
    "Embeddings",
    "embed_shards",
    "merge_shards",
    "open_embeddings",
    "plan_shards",
]
