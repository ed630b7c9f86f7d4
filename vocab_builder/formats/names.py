"""Names of Sonolex's own: no address is claimed, names are not places."""

from __future__ import annotations

from urllib.parse import quote

NAMESPACE = "urn:sonolex:"


def iri(*parts: str) -> str:
    """A name in Sonolex's namespace."""
    return NAMESPACE + ":".join(quote(part, safe="") for part in parts)
