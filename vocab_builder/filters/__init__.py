"""Filters: each keeps and drops with a reason, and together they never lose a candidate."""

from __future__ import annotations

from concept_core.spelling import unknown_name
from vocab_builder.filters.base import Filter, named_sources

__all__ = ["Filter", "filter_type", "named_sources"]


def filter_type(kind: str, where: str) -> type[Filter]:
    """The filter class called ``kind``.

    Raises
    ------
    UsageError
        If there is none; the message lists the kinds.
    """
    from vocab_builder.filters.audibility import Audibility
    from vocab_builder.filters.coverage import Coverage
    from vocab_builder.filters.form import Form
    from vocab_builder.filters.frequent import Frequent
    from vocab_builder.filters.language import Language
    from vocab_builder.filters.leak import Leak
    from vocab_builder.filters.names import Names
    from vocab_builder.filters.numbers import Numbers
    from vocab_builder.filters.profanity import Profanity
    from vocab_builder.filters.redundancy import Redundancy
    from vocab_builder.filters.seen import Seen
    from vocab_builder.filters.stop import Stop
    from vocab_builder.filters.twins import Derivations, Synonyms, Twins

    kinds: dict[str, type[Filter]] = {
        "frequent": Frequent,
        "form": Form,
        "language": Language,
        "profanity": Profanity,
        "numbers": Numbers,
        "names": Names,
        "stop": Stop,
        "twins": Twins,
        "derivations": Derivations,
        "synonyms": Synonyms,
        "audibility": Audibility,
        "redundancy": Redundancy,
        "coverage": Coverage,
        "seen": Seen,
        "leak": Leak,
    }
    if kind not in kinds:
        raise unknown_name("filter", kind, kinds, where)
    return kinds[kind]
