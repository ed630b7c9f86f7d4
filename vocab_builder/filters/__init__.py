"""Filters: each keeps and drops with a reason, and together they never lose a candidate."""

from __future__ import annotations

from pkgutil import resolve_name

from concept_core.spelling import unknown_name
from vocab_builder.filters.base import Filter, named_sources

__all__ = ["Filter", "filter_type", "named_sources"]

# Kind -> module and class, which is imported when it is asked for.
_KINDS = {
    "frequent": "frequent:Frequent",
    "form": "form:Form",
    "language": "language:Language",
    "profanity": "profanity:Profanity",
    "numbers": "numbers:Numbers",
    "names": "names:Names",
    "stop": "stop:Stop",
    "twins": "twins:Twins",
    "derivations": "twins:Derivations",
    "synonyms": "twins:Synonyms",
    "events": "events:Events",
    "phrases": "phrases:Phrases",
    "audibility": "audibility:Audibility",
    "redundancy": "redundancy:Redundancy",
    "coverage": "coverage:Coverage",
    "seen": "seen:Seen",
    "leak": "leak:Leak",
}


def filter_type(kind: str, where: str) -> type[Filter]:
    """The filter class called ``kind``.

    Raises
    ------
    UsageError
        If there is none; the message lists the kinds.
    """
    if kind not in _KINDS:
        raise unknown_name("filter", kind, _KINDS, where)
    found: type[Filter] = resolve_name(f"{__name__}.{_KINDS[kind]}")
    return found
