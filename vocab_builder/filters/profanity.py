"""Profanity: flagged, and dropped where the recipe says so."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from concept_core.files import package_folder
from vocab_builder.filters.base import FLAG, check_action, sieve
from vocab_builder.stages.candidates import Candidate, Drop, Outcome, Score
from vocab_builder.stages.context import Context
from vocab_builder.words.forms import SnowballForms
from vocab_builder.words.normal_form import split_words


@dataclass(frozen=True, slots=True)
class Profanity:
    """Flag or drop labels with a vulgar word; words with an innocent sense are only flagged.

    Attributes
    ----------
    action : str
        ``flag``: keep all, and record what was found; ``drop``: leave vulgar labels out.
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
        path = package_folder("data") / "profanity.toml"
        lists = tomllib.loads(path.read_text(encoding="utf-8"))
        allowed = {stem(word) for word in self.allow}
        profane = {stem(word) for word in lists["profane"]} - allowed
        homonyms = {stem(word) for word in lists["homonyms"]} - allowed

        def stems(candidate: Candidate) -> set[str]:
            return {stem(word) for word in split_words(candidate.label)}

        def judge(candidate: Candidate) -> Drop | None:
            found = stems(candidate) & profane
            return Drop(candidate, "profanity", "profane") if found else None

        result = sieve(candidates, judge, self.action)
        doubtful = Score("profanity", flag="profane-homonym")
        kept = [
            one.scored(doubtful) if not stems(one) & profane and stems(one) & homonyms else one
            for one in result.kept
        ]
        return Outcome(tuple(kept), result.dropped)
