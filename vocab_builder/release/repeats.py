"""Coded checks of labels that say what another says: by form, alias, cosine, or who does it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from concept_core.measures.rows import tiles
from concept_core.vocabulary import Vocabulary
from vocab_builder.filters.calibration import CALIBRATED, Calibrated
from vocab_builder.release.findings import Finding
from vocab_builder.release.release import Release
from vocab_builder.words.form_rules import Forms, form_keys
from vocab_builder.words.forms import participle
from vocab_builder.words.normal_form import normal_form
from vocab_builder.words.relations import derivations

# An event that is so much of all events of its verb is what the verb means: "cat meowing".
_MOST_OF_VERB = 0.5


def e101_two_forms(vocabulary: Vocabulary, forms: Forms) -> Iterator[Finding]:
    """Two concepts are forms of one word."""
    first: dict[str, str] = {}
    for label in vocabulary.labels:
        keys = form_keys(label, forms)
        twins = {first[key] for key in keys if key in first}
        for twin in sorted(twins):
            message = f"another form of {twin!r}; the filter twins keeps one"
            yield Finding("E101", label, message, twin)
        for key in keys:
            first.setdefault(key, label)


def e105_derivation(vocabulary: Vocabulary) -> Iterator[Finding]:
    """Two concepts are derived from one stem and say one thing."""
    seen: dict[str, str] = {}
    for label in vocabulary.labels:
        normal = normal_form(label)
        for twin in sorted(derivations(normal) & seen.keys()):
            message = f"derived from one stem with {seen[twin]!r}; the filter derivations keeps one"
            yield Finding("E105", label, message, seen[twin])
        seen.setdefault(normal, label)


def e106_alias(vocabulary: Vocabulary) -> Iterator[Finding]:
    """A label is an alias of another concept, or two concepts have one alias."""
    of_id = {concept.id: concept.label for concept in vocabulary}
    labels = {normal_form(label): label for label in reversed(vocabulary.labels)}
    first: dict[str, str] = {}
    for one in vocabulary.aliases:
        alias, label = normal_form(one.alias), of_id.get(one.id)
        if label is None:
            continue
        same = labels.get(alias, label)
        if same != label:
            message = f"an alias of {label!r} too ({one.kind}, by {one.source}); keep it as one"
            yield Finding("E106", same, message, label)
        holder = first.setdefault(alias, label)
        if holder != label:
            message = f"{one.alias!r} is an alias of {holder!r} too; leave it with one of them"
            yield Finding("E106", label, message, holder)


def by_cosine(
    labels: Sequence[str], atoms: NDArray[np.float32], limits: Calibrated
) -> Iterator[Finding]:
    """E107 and W202: the nearest label before it is so near that both probably say one thing.

    Parameters
    ----------
    labels : n str
    atoms : (n, d) unit rows
    limits : Calibrated
    """
    for rows in tiles(len(labels)):
        cosines = atoms[rows] @ atoms[: rows.stop].T
        for place, row in enumerate(cosines, rows.start):
            if not place:
                continue
            nearest = int(np.argmax(row[:place]))
            yield from _near(labels[place], labels[nearest], float(row[nearest]), limits)


def by_recorded_cosine(release: Release) -> Iterator[Finding]:
    """As ``by_cosine``, by what the build wrote down: each with its nearest more frequent label.

    Nothing of an encoder whose cosines are not known, and of twins that are not in.
    """
    limits = recorded_limits(release)
    labels = set(release.vocabulary.labels)
    for concept in release.vocabulary if limits is not None else ():
        for one in (release.scores or {}).get(concept.id, ()):
            if one.stage == "redundancy" and one.value is not None and one.twin in labels:
                assert limits is not None
                yield from _near(concept.label, one.twin, one.value, limits)


def recorded_limits(release: Release) -> Calibrated | None:
    """The known cosines of the encoder that a release was filtered with; None if there are none."""
    encoder = release.metadata.get("encoder") or {}
    measured = any(
        one.stage == "redundancy" for scores in (release.scores or {}).values() for one in scores
    )
    return CALIBRATED.get(encoder.get("name", "")) if measured else None


def w209_event_and_verb(release: Release) -> Iterator[Finding]:
    """An event and its verb are both labels, and little else does it: cat meowing, meow."""
    labels = release.vocabulary.labels
    places = {label: place for place, label in enumerate(labels)}
    verbs = {participle(label): label for label in reversed(labels) if " " not in label}
    for gerund, counts in _events(release).items():
        total, (count, event) = sum(count for count, _ in counts), max(counts)
        verb = gerund if gerund in places else verbs.get(gerund)
        if verb is None or event not in places or count < _MOST_OF_VERB * total:
            continue
        early, late = sorted((event, verb), key=lambda label: places[label])
        message = (
            f"{count} of {total} events of this verb are {event!r}; keep one of {early!r} and"
            f" {late!r}, and merge the other into it"
        )
        yield Finding("W209", late, message, early)


def _events(release: Release) -> dict[str, list[tuple[int, str]]]:
    """(count, event) of all that sources say, kept or dropped, by the form in -ing."""
    events: dict[str, list[tuple[int, str]]] = defaultdict(list)
    kept = ((one.label, one.count) for one in release.vocabulary)
    left = ((one.candidate.label, one.candidate.count) for one in release.drops or ())
    for label, count in (*kept, *left):
        words = label.split()
        if len(words) == 2 and words[1].endswith("ing"):
            events[words[1]].append((count, label))
    return events


def _near(label: str, other: str, cosine: float, limits: Calibrated) -> Iterator[Finding]:
    # Rounded as the filter does.
    cosine = round(cosine, 6)
    if cosine > limits.redundant:
        message = (
            f"cosine {cosine:.2f} to {other!r}, above {limits.redundant:.2f}: five such pairs of"
            " six have the same meaning; the filter redundancy keeps one"
        )
        yield Finding("E107", label, message, other)
    elif cosine >= limits.likely:
        message = (
            f"cosine {cosine:.2f} to {other!r}: seven such pairs of ten have the same meaning;"
            " merge them, or keep both by a decision"
        )
        yield Finding("W202", label, message, other)
