"""Filters: each keeps and drops with a reason, and together they never lose a candidate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from concept_core.spelling import unknown_name
from vocab_builder.stages.candidates import Candidate, FilterResult
from vocab_builder.stages.context import Context


class Filter(Protocol):
    """A frozen dataclass whose fields are its options, called on candidates in order."""

    @property
    def needs(self) -> frozenset[str]:
        """What it asks for: ``encoder``, ``reference``, names of resources that NLTK reads."""
        ...

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> FilterResult:
        """Keep some candidates and drop the rest: kept + dropped = input."""
        ...


def filter_type(kind: str, where: str) -> type[Filter]:
    """The filter class called ``kind``.

    Raises
    ------
    UsageError
        If there is none; the message lists the kinds.
    """
    from vocab_builder.filters.audibility import Audibility
    from vocab_builder.filters.coverage import Coverage
    from vocab_builder.filters.derivations import Derivations
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
    from vocab_builder.filters.synonyms import Synonyms
    from vocab_builder.filters.twins import Twins

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
