"""Candidates, drops, and what every filter returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from concept_core.vocabulary import Evidence


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word or phrase that a source offers, with its evidence.

    Attributes
    ----------
    label : str
        As people read it: normal form of ``vocab_builder.words.normal_form.normal_form``.
    kind : str
        One of ``concept_core.vocabulary.KINDS``.
    evidence : tuple of Evidence
        Sorted, at least one.
    links : tuple of str
        ``scheme:identifier``, sorted.
    extra : float
        What the weights of its sources add to its count where candidates are ranked.
    unlisted : int
        Occurrences whose evidence is not at hand: of a drop that was read from a release, all.
    """

    label: str
    kind: str
    evidence: tuple[Evidence, ...]
    links: tuple[str, ...] = ()
    extra: float = 0.0
    unlisted: int = 0

    @property
    def count(self) -> int:
        """Occurrences over all evidence."""
        return self.unlisted + sum(evidence.count for evidence in self.evidence)

    @property
    def mass(self) -> float:
        """The count with each source's part times its weight: what candidates are ranked by."""
        return self.count + self.extra

    def weighted(self, weight: float) -> Candidate:
        """This candidate, as it is before it is merged, from a source of that weight."""
        return replace(self, extra=(weight - 1.0) * self.count)

    def seen_in(self, sources: Iterable[str]) -> bool:
        """Whether one of ``sources`` has evidence of this candidate."""
        return not {evidence.source for evidence in self.evidence}.isdisjoint(sources)

    def absorb(self, other: Candidate) -> Candidate:
        """This label with the evidence and links of both; counts of one place add up."""
        return replace(
            self,
            evidence=merge_evidence([*self.evidence, *other.evidence]),
            links=tuple(sorted({*self.links, *other.links})),
            extra=self.extra + other.extra,
        )


@dataclass(frozen=True, slots=True)
class Drop:
    """A candidate that was left out, and why.

    ``score`` and ``threshold`` are what the filter compared (None where it compares nothing);
    ``twin`` is the label of the candidate that was kept instead; ``rank`` is the place, from 1,
    that a selection gave to a candidate beyond the asked size.
    """

    candidate: Candidate
    filter: str
    reason: str
    score: float | None = None
    threshold: float | None = None
    twin: str | None = None
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """What a filter found out about a candidate that it kept.

    Attributes
    ----------
    value : float or None
        What was compared with ``threshold``, in the same unit as a drop's score; None where the
        filter only flags.
    threshold : float or None
    twin : str or None
        The label that the value was measured to, such as the nearest neighbour.
    flag : str or None
        The reason code under which a filter told to flag, not to drop, would have dropped it.
    """

    value: float | None
    threshold: float | None = None
    twin: str | None = None
    flag: str | None = None


@dataclass(frozen=True, slots=True)
class FilterResult:
    """What a filter kept, in order, and what it dropped: together its whole input.

    Attributes
    ----------
    kept : tuple of Candidate
    dropped : tuple of Drop
    scores : mapping of label to Score
        Of kept candidates that the filter measured or flagged; others passed a test that
        compares nothing.
    """

    kept: tuple[Candidate, ...]
    dropped: tuple[Drop, ...]
    scores: Mapping[str, Score] = field(default_factory=dict)


def merge_evidence(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Sorted evidence with one entry a (source, locator), counts added."""
    counts: dict[tuple[str, str], int] = {}
    for one in evidence:
        counts[one.source, one.locator] = counts.get((one.source, one.locator), 0) + one.count
    return tuple(Evidence(*place, count) for place, count in sorted(counts.items()))


def merge_candidates(candidates: Iterable[Candidate]) -> list[Candidate]:
    """One candidate a label, most frequent first, ties by label; all evidence is kept.

    The kind is that of the candidate with the highest mass, ties by the order given.
    """
    merged: dict[str, Candidate] = {}
    strongest: dict[str, float] = {}
    for candidate in candidates:
        known = merged.get(candidate.label)
        if known is None:
            merged[candidate.label] = candidate
        else:
            merged[candidate.label] = known.absorb(candidate)
            if candidate.mass > strongest[candidate.label]:
                merged[candidate.label] = replace(merged[candidate.label], kind=candidate.kind)
        strongest[candidate.label] = max(candidate.mass, strongest.get(candidate.label, 0))
    return sorted(merged.values(), key=lambda candidate: (-candidate.mass, candidate.label))
