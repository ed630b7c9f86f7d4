"""Who has seen a word: sources that only help to judge are taken out again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from concept_core.errors import UsageError
from vocab_builder.filters.base import source_names
from vocab_builder.stages.candidates import Candidate, Drop, Outcome
from vocab_builder.stages.context import Context


@dataclass(frozen=True, slots=True)
class Seen:
    """Keep candidates of the named sources, with what these say of them and no more.

    Other sources are then there for the filters before this one: for what is audible, say. Nothing
    of theirs is left, neither words, counts nor links, so that their licences do not bind.

    Attributes
    ----------
    sources : tuple of str
        Names of sources of the recipe, at least one.
    """

    sources: tuple[str, ...] = source_names()
    needs: ClassVar[frozenset[str]] = frozenset()

    def __post_init__(self) -> None:
        if not self.sources:
            raise UsageError("seen: name at least one source whose words are to stay")

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> Outcome:
        """Reason: not-seen."""
        kept: list[Candidate] = []
        dropped: list[Drop] = []
        for candidate in candidates:
            if not candidate.seen_in(self.sources):
                dropped.append(Drop(candidate, "seen", "not-seen"))
                continue
            own = tuple(one for one in candidate.evidence if one.source in self.sources)
            foreign = len(own) < len(candidate.evidence)
            # Links do not say which source they are from.
            trimmed = replace(candidate, evidence=own, links=(), extra=0.0)
            names = tuple(one for one in candidate.other_names if one.source in self.sources)
            kept.append(replace(trimmed if foreign else candidate, other_names=names))
        return Outcome(tuple(kept), tuple(dropped))
