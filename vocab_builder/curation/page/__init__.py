"""The page where a person decides: a server for this machine alone, and what the browser shows."""

from __future__ import annotations

from vocab_builder.curation.page.server import make_app, serve

__all__ = ["make_app", "serve"]
