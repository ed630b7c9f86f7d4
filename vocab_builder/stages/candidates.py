"""Candidates, drops, scores, and what stages return; as JSON they are their fields."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, replace
from typing import Any

from concept_core.documents import parse_json
from concept_core.errors import DataError
from concept_core.values import Value, from_data, to_data
from concept_core.vocabulary import KINDS, Evidence

ROWS = 3
"""Rows that a locator names at most."""

_ROWS = re.compile(r"[1-9][0-9]{0,11}(,[1-9][0-9]{0,11})*")


@dataclass(frozen=True, slots=True)
class Score(Value):
    """What a stage found out about a candidate that it kept.

    Attributes
    ----------
    stage : str
        A filter's kind, or ``selection:KIND``.
    value : float or None
        What was compared with ``threshold``, in the same unit as a drop's score; None where the
        filter only flags.
    threshold : float or None
    twin : str or None
        The label that the value was measured to: the nearest neighbour of redundancy. None where
        it is measured to many, as that of audibility is.
    flag : str or None
        The reason code under which a filter that only flags would have dropped it.
    """

    stage: str
    value: int | float | None = None
    threshold: int | float | None = None
    twin: str | None = None
    flag: str | None = None


@dataclass(frozen=True, slots=True)
class OtherName(Value):
    """Another name that a source has for what a candidate names.

    Attributes
    ----------
    alias : str
        In normal form.
    kind : str
        As of an ``Alias``: ``synonym`` or ``form``.
    source : str
        Which source says so.
    """

    alias: str
    kind: str
    source: str


def sorted_names(names: Iterable[OtherName]) -> tuple[OtherName, ...]:
    """In the order that candidates have them."""
    return tuple(sorted(names, key=astuple))


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
        What is added to its count where candidates are ranked: by the weights of its sources, and
        less the count of lists whose places rank.
    scores : tuple of Score
        What the stages that kept it measured, in their order.
    protected : bool
        No filter may drop it, and of words that say one thing it is the one that stays.
    also : tuple of str
        Labels that a person renamed to this one or merged into it: what repeats them repeats it.
    own_place : int or None
        Its place, from 1, in the person's own words; None for all others.
    places : tuple of (source, float)
        What its place in each list without counts is worth where candidates are ranked.
    other_names : tuple of OtherName
        Sorted. They become aliases of the concept where they are no label and only one concept has
        them. Of filters ``stop`` reads the verbs among them, ``profanity`` and ``seen`` take some
        out; the rest do not look at them.
    unlisted : int
        Occurrences whose evidence is not at hand: of a drop that was read from a release, all.
    """

    label: str
    kind: str
    evidence: tuple[Evidence, ...]
    links: tuple[str, ...] = ()
    extra: float = 0.0
    scores: tuple[Score, ...] = ()
    protected: bool = False
    also: tuple[str, ...] = ()
    own_place: int | None = None
    places: tuple[tuple[str, float], ...] = ()
    other_names: tuple[OtherName, ...] = ()
    unlisted: int = 0

    @property
    def count(self) -> int:
        """Occurrences over all evidence."""
        return self.unlisted + sum(evidence.count for evidence in self.evidence)

    @property
    def mass(self) -> float:
        """The count with each source's part times its weight: what candidates are ranked by."""
        return self.count + self.extra + sum(mass for _, mass in self.places)

    def weighted(self, weight: float) -> Candidate:
        """This candidate, as it is before it is merged, from a source of that weight."""
        places = tuple((source, weight * mass) for source, mass in self.places)
        extra = weight * (self.count + self.extra) - self.count
        return replace(self, extra=extra, places=places)

    def seen_in(self, sources: Iterable[str]) -> bool:
        """Whether one of ``sources`` has evidence of this candidate."""
        return not {evidence.source for evidence in self.evidence}.isdisjoint(sources)

    def seen_beside(self, sources: Iterable[str]) -> bool:
        """Whether another source than ``sources`` has evidence of this candidate."""
        return not {evidence.source for evidence in self.evidence} <= {*sources}

    def linked(self, other: Candidate) -> Candidate:
        """This candidate with the links and other names of both, and no more."""
        return replace(
            self,
            links=tuple(sorted({*self.links, *other.links})),
            other_names=sorted_names({*self.other_names, *other.other_names}),
        )

    def scored(self, score: Score) -> Candidate:
        """This candidate, with what one more stage found out."""
        return replace(self, scores=(*self.scores, score))

    def absorb(self, other: Candidate) -> Candidate:
        """This label with the evidence and links of both; counts of one place add up.

        Places in one list do not: two entries are worth what the better one is.
        """
        own_places = [one for one in (self.own_place, other.own_place) if one is not None]
        places: dict[str, float] = {}
        for source, mass in (*self.places, *other.places):
            places[source] = max(mass, places.get(source, mass))
        return replace(
            self.linked(other),
            evidence=merge_evidence([*self.evidence, *other.evidence]),
            extra=self.extra + other.extra,
            protected=self.protected or other.protected,
            also=tuple(sorted({*self.also, *other.also} - {self.label})),
            own_place=min(own_places, default=None),
            places=tuple(sorted(places.items())),
        )

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON-ready values, and the count."""
        return {**to_data(self), "count": self.count}


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
    score: int | float | None = None
    threshold: int | float | None = None
    twin: str | None = None
    rank: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """The candidate's own JSON-ready values, and why it was left out."""
        data = to_data(self)
        del data["candidate"]
        return {**self.candidate.to_dict(), **data}


ADDS_NOTHING = "adds-nothing"
"""The reason of a drop whose score is not above the threshold of the selection."""


def told_twin(one: Score | Drop) -> str | None:
    """The label that a score or drop was measured to, if that decided anything.

    Releases up to 0.1.1 name the nearest known word for audibility, which measures to many.
    """
    stage = one.filter if isinstance(one, Drop) else one.stage
    return None if stage == "audibility" else one.twin


@dataclass(frozen=True, slots=True)
class StageCount(Value):
    """How many candidates went into a stage and came out of it."""

    stage: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Judged(Value):
    """How well a stage that learns or is calibrated does on cases that it did not learn from.

    Attributes
    ----------
    stage : str
        A filter's kind.
    encoder : str
        The name of the encoder that it had.
    measure : str
        What ``value`` is, such as the area under the ROC curve.
    value : float
    low : float
        The lower end of its 95 % interval.
    on : str
        The cases: ``829 labelled words``.
    threshold : float or None
        What the stage compared its scores with.
    """

    stage: str
    encoder: str
    measure: str
    value: float
    low: float
    on: str
    threshold: float | None = None

    def __str__(self) -> str:
        at = "" if self.threshold is None else f"; threshold {self.threshold:g}"
        return (
            f"{self.stage} with {self.encoder}: {self.measure} {self.value:.3f} (at least"
            f" {self.low:.3f} with 95 % confidence) on {self.on}, held out{at}"
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a stage, or of a row of them.

    Attributes
    ----------
    kept : tuple of Candidate
        In order; one that a stage measured or flagged has one ``Score`` more.
    dropped : tuple of Drop
        In the order of the stages; kept and dropped together are what went in.
    stages : tuple of StageCount
        Of a row of stages; a single filter need not count.
    judged : tuple of Judged
        Of the stages that learn or are calibrated, how good they are with this encoder.
    """

    kept: tuple[Candidate, ...]
    dropped: tuple[Drop, ...] = ()
    stages: tuple[StageCount, ...] = ()
    judged: tuple[Judged, ...] = ()


def with_rows(place: str, rows: Iterable[int]) -> str:
    """The locator of a place with many rows: with the first ``ROWS`` of them, ``x.csv@2,9``."""
    return f"{place}@{','.join(map(str, sorted(set(rows))[:ROWS]))}"


def merge_evidence(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Sorted evidence with one entry a (source, locator), counts added.

    Locators that differ in their rows alone are one, with the first rows of all.
    """
    counts: Counter[tuple[str, str]] = Counter()
    rows: dict[tuple[str, str], list[int]] = {}
    for one in evidence:
        place, _, numbers = one.locator.rpartition("@")
        if _ROWS.fullmatch(numbers) and place:
            key = (one.source, place)
            rows.setdefault(key, []).extend(map(int, numbers.split(",")))
        else:
            key = (one.source, one.locator)
        counts[key] += one.count
    return tuple(sorted(
        Evidence(source, with_rows(place, rows[source, place]), count)
        if (source, place) in rows else Evidence(source, place, count)
        for (source, place), count in counts.items()
    ))  # fmt: skip


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


def parse_candidate(data: Mapping[str, Any], where: str) -> Candidate:
    """The candidate of ``Candidate.to_dict``; its count is that of the evidence.

    Raises
    ------
    DataError
        The values are not those of a candidate; the message begins with ``where``.
    """
    if not isinstance(data, Mapping):
        raise DataError(f"{where}: expected an object, found {type(data).__name__}")
    fields = [field.name for field in dataclasses.fields(Candidate)]
    own = {name: data[name] for name in fields if name in data}
    candidate = from_data(own, Candidate, where)
    if not candidate.label:
        raise DataError(f"{where}: label must be text")
    if candidate.kind not in KINDS:
        raise DataError(
            f"{where}: kind must be one of {', '.join(KINDS)}, found {candidate.kind!r}"
        )
    for one in candidate.evidence:
        if one.count < 0:
            raise DataError(f"{where}: count must be a whole number from 0, found {one.count}")
    return candidate


def read_candidates(lines: Iterable[bytes], where: str) -> Iterator[Candidate]:
    """The candidates of JSON lines in UTF-8, as pipes have them; empty lines are passed over.

    Raises
    ------
    DataError
        A line is no candidate, or its label came before; the message has ``where`` and the number.
    """
    seen: set[str] = set()
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        place = f"{where}:{number}"
        hint = "not a candidate, expected lines such as sonolex mine writes"
        try:
            data = parse_json(text, where, number)
            candidate = parse_candidate(data, place)
        except DataError as error:
            raise DataError(f"{error}; {hint}") from error
        if candidate.label in seen:
            raise DataError(
                f"{place}: the label {candidate.label!r} came before; mine the sources together"
            )
        seen.add(candidate.label)
        yield candidate
