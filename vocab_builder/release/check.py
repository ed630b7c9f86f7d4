"""Coded checks of a release: what a librarian would not sign, and what the sources say instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from concept_core.encoders.base import Encoder
from concept_core.errors import MissingError
from vocab_builder.filters.calibration import calibrated
from vocab_builder.release.findings import (
    Finding,
    e102_stop_word,
    e103_form,
    e104_misspelling,
    w201_stale_decision,
    w203_bare_verb,
    w204_bare_adjective,
    w205_plural,
    w208_empty_subject,
)
from vocab_builder.release.release import Release
from vocab_builder.release.repeats import (
    by_cosine,
    by_recorded_cosine,
    e101_two_forms,
    e105_derivation,
    e106_alias,
    recorded_limits,
    w209_event_and_verb,
)
from vocab_builder.release.sourced import w206_missing_word, w207_one_caption_source
from vocab_builder.stages.context import Context, silent
from vocab_builder.words.form_rules import Forms, load_forms
from vocab_builder.words.normal_form import names_nothing

# What is asked of one label alone, and of two of which a person may want both.
_ALONE = ("E102", "E103", "E104", "W203", "W204", "W205", "W207", "W208")
_OF_TWO = ("E107", "W202", "W209")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    Attributes
    ----------
    findings : tuple of Finding
        By code, then by place in the vocabulary.
    rule : str
        Which rule told forms of one word: ``wordnet``, or ``snowball`` where WordNet is not on
        this machine. Then E104, E105 and W203 to W205 cannot be looked for.
    notes : tuple of str
        How it was looked, and what was not looked for.
    """

    findings: tuple[Finding, ...]
    rule: str
    notes: tuple[str, ...]


def check_release(
    release: Release, encoder: Encoder | None = None, say: Callable[[str], None] = silent
) -> Checked:
    """Run all checks.

    Labels that a person wants as they are (``Release.settled``) are not judged by what is asked of
    one label alone, nor two of them for being near each other (E107, W202, W209).

    Parameters
    ----------
    release : Release
        Of a plain list of words what it says of sources and drops is empty.
    encoder : Encoder, optional
        Compares every two labels by cosine (E107, W202). Without it the cosines are taken that
        the build recorded, where it did.
    say : callable
        Told before labels are embedded.

    Raises
    ------
    UsageError
        The encoder's cosines say nothing about likeness.
    """
    try:
        rule, forms = "wordnet", load_forms("wordnet")
    except MissingError:
        rule, forms = "snowball", load_forms("snowball")
    near, note = _near(release, encoder, say)
    findings = [*_found(release, forms, rule == "wordnet"), *near]
    findings = list(_told(sorted(findings, key=lambda one: one.code), release.settled))
    return Checked(tuple(findings), rule, (f"forms of one word are told by {rule}", note))


def _found(release: Release, forms: Forms, wordnet: bool) -> Iterator[Finding]:
    nothing = [one for one in release.vocabulary.labels if names_nothing(one)]
    yield from (Finding("E103", one, "names nothing; leave it out") for one in nothing)
    # What is asked of words is asked of words.
    vocabulary = release.vocabulary.without(nothing)
    release = replace(release, vocabulary=vocabulary)
    yield from e101_two_forms(vocabulary, forms)
    alone = [e102_stop_word, e103_form, e106_alias, w201_stale_decision]
    if wordnet:
        alone += [e104_misspelling, e105_derivation]
        alone += [w203_bare_verb, w204_bare_adjective, w205_plural, w208_empty_subject]
    for check in alone:
        yield from check(vocabulary)
    for sourced in (w206_missing_word, w207_one_caption_source, w209_event_and_verb):
        yield from sourced(release)


def _near(
    release: Release, encoder: Encoder | None, say: Callable[[str], None]
) -> tuple[list[Finding], str]:
    """Near duplicates, and how they were looked for."""
    if encoder is not None:
        context, labels = Context(encoder, say=say), release.vocabulary.labels
        limits = calibrated(context)
        found = list(by_cosine(labels, context.embed(labels), limits))
        return found, f"every two labels are compared by cosine, with {encoder.spec.name}"
    if recorded_limits(release) is None:
        return [], "labels are not compared by cosine; name an --encoder to find near duplicates"
    return list(by_recorded_cosine(release)), (
        "each label is compared by cosine with the nearest more frequent one, as the build recorded"
        f" it; --encoder {release.metadata['encoder']['name']} compares every two"
    )


def _told(findings: Iterable[Finding], settled: frozenset[str]) -> Iterator[Finding]:
    """Without what a person settled, and doubts about what is told as wrong already."""
    findings = list(findings)
    forms = {one.label for one in findings if one.code == "E101"}
    pairs = {
        frozenset((one.label, one.other)) for one in findings if one.other and one.code != "W202"
    }
    for one in findings:
        pair = frozenset((one.label, one.other))
        if one.code in _ALONE and one.label in settled:
            continue
        if one.code in _OF_TWO and pair <= settled:
            continue
        known = (one.code == "W202" and pair in pairs) or (
            one.code == "W205" and one.label in forms
        )
        if not known:
            yield one
