"""Named external files: what there is, where it comes from, and where it lies once fetched.

``data/sources.toml`` declares the resources; ``sonolex fetch NAME`` and `fetch` bring them into
one cache folder (`home`), checked; `resource_path` and `require_nltk` find them there.
"""

from __future__ import annotations

from concept_core.resources.cache import home
from concept_core.resources.catalog import Member, Part, Resource, find_resource, load_catalog
from concept_core.resources.fetching import Status, fetch, input_hash, resource_path, status
from concept_core.resources.network import Progress, Say
from concept_core.resources.nltk_data import require_nltk, wordnet_reader

__all__ = [
    "Member",
    "Part",
    "Progress",
    "Resource",
    "Say",
    "Status",
    "fetch",
    "find_resource",
    "home",
    "input_hash",
    "load_catalog",
    "require_nltk",
    "resource_path",
    "status",
    "wordnet_reader",
]
