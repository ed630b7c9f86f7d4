"""Profanity: flagged, and dropped where the recipe says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from concept_core.files import package_table
from vocab_builder.filters.base import FLAG, check_action, sieve
from vocab_builder.stages.candidates import Candidate, Drop, Outcome, Score
from vocab_builder.stages.context import Context
from vocab_builder.words.form_rules import SnowballForms
from vocab_builder.words.normal_form import split_words


@dataclass(frozen=True, slots=True)
class Profanity:
    """Flag or drop labels with a vulgar word; words with an innocent sense are only flagged.

    Attributes
    ----------
    action : str
        ``flag``: keep all, and record what was found; ``drop``: leave vulgar labels out, and vulgar
        names that sources have for what stays.
    allow : tuple of str
        Words of the recipe's own that are neither flagged nor dropped.
    """

    needs: ClassVar[frozenset[str]] = frozenset()
    action: str = FLAG
    allow: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_action(self.action, "profanity")

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> Outcome:
        """Reasons: profane; as a flag only, profane-homonym (cock, screw, ass)."""
        stem = SnowballForms().word
        lists = package_table("profanity.toml")
        allowed = {stem(word) for word in self.allow}
        profane = {stem(word) for word in lists["profane"]} - allowed
        homonyms = {stem(word) for word in lists["homonyms"]} - allowed

        def stems(label: str) -> set[str]:
            return {stem(word) for word in split_words(label)}

        def judge(candidate: Candidate) -> Drop | None:
            found = stems(candidate.label) & profane
            return Drop(candidate, "profanity", "profane") if found else None

        def clean(candidate: Candidate) -> Candidate:
            own = stems(candidate.label)
            names = candidate.other_names
            if self.action != FLAG:
                names = tuple(one for one in names if not stems(one.alias) & profane)
            doubtful = not own & profane and bool(own & homonyms)
            flagged = Score("profanity", flag="profane-homonym")
            return replace(candidate.scored(flagged) if doubtful else candidate, other_names=names)

        result = sieve(candidates, judge, self.action)
        kept = [clean(one) for one in result.kept]
        return Outcome(tuple(kept), result.dropped)
