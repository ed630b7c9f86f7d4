"""Lexical twins: forms of one word are one concept; the most frequent form speaks for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from concept_core.spelling import unknown_name
from vocab_builder.filters.speakers import by_count
from vocab_builder.stages.candidates import Candidate, Drop, FilterResult
from vocab_builder.stages.context import Context
from vocab_builder.words.lemmas import form_keys, load_forms

RULES = ("wordnet", "snowball")


@dataclass(frozen=True, slots=True)
class Twins:
    """Of candidates that are forms of one word, keep the most frequent, with all counts.

    Attributes
    ----------
    forms : str
        Rule of ``vocab_builder.words.lemmas``: ``wordnet``, or ``snowball`` which needs no data.
    """

    forms: str = "wordnet"

    def __post_init__(self) -> None:
        if self.forms not in RULES:
            raise unknown_name("rule of forms", self.forms, RULES, "twins")

    @property
    def needs(self) -> frozenset[str]:
        """See the protocol."""
        return frozenset({"wordnet"} if self.forms == "wordnet" else ())

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> FilterResult:
        """Reason: lexical-twin; the twin is the form that stays and takes count and evidence."""
        from scipy.cluster.hierarchy import DisjointSet

        rule = load_forms(self.forms)
        groups: DisjointSet = DisjointSet(range(len(candidates)))
        holder: dict[str, int] = {}
        for index, candidate in enumerate(candidates):
            for key in form_keys(candidate.label, rule):
                groups.merge(holder.setdefault(key, index), index)
        speaker: dict[int, int] = {}
        merged: dict[int, Candidate] = {}
        dropped: list[Drop] = []
        for index in by_count(candidates):
            first = speaker.setdefault(groups[index], index)
            if first == index:
                merged[index] = candidates[index]
            else:
                merged[first] = merged[first].absorb(candidates[index])
                twin = candidates[first].label
                dropped.append(Drop(candidates[index], "twins", "lexical-twin", twin=twin))
        kept = sorted(merged.values(), key=lambda candidate: (-candidate.mass, candidate.label))
        return FilterResult(tuple(kept), tuple(dropped))
