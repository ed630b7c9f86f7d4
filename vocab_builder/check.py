"""Coded checks of a vocabulary's labels: each a small pure function of its concepts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from concept_core.errors import MissingError
from concept_core.vocabulary import Vocabulary
from vocab_builder.candidates import Candidate
from vocab_builder.context import Context
from vocab_builder.filters.form import Form
from vocab_builder.filters.stop import Stop
from vocab_builder.lemmas import Forms, form_keys, load_forms
from vocab_builder.normalize import normal_form


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with one label."""

    code: str
    label: str
    message: str


def check_vocabulary(vocabulary: Vocabulary) -> tuple[list[Finding], str]:
    """Run all checks.

    Returns
    -------
    findings : list of Finding, by code, then by place in the vocabulary
    rule : str
        Which rule told forms of one word: ``wordnet``, or ``snowball`` where WordNet is not on
        this machine.
    """
    try:
        rule, forms = "wordnet", load_forms("wordnet")
    except MissingError:
        rule, forms = "snowball", load_forms("snowball")
    checks: tuple[Callable[[Vocabulary], Iterator[Finding]], ...] = (
        lambda them: _e101_two_forms(them, forms),
        _e102_stop_word,
        _e103_form,
    )
    return [finding for check in checks for finding in check(vocabulary)], rule


def _e101_two_forms(vocabulary: Vocabulary, forms: Forms) -> Iterator[Finding]:
    """Two concepts are forms of one word."""
    first: dict[str, str] = {}
    for label in vocabulary.labels:
        keys = form_keys(label, forms)
        twins = {first[key] for key in keys if key in first}
        for twin in sorted(twins):
            yield Finding("E101", label, f"another form of {twin!r}")
        for key in keys:
            first.setdefault(key, label)


def _e102_stop_word(vocabulary: Vocabulary) -> Iterator[Finding]:
    """A label names nothing that could be heard, in whatever case it is written."""
    written = {normal_form(label): label for label in reversed(vocabulary.labels)}
    normal = [Candidate(label, "word", ()) for label in reversed(written)]
    for drop in Stop()(normal, Context()).dropped:
        yield Finding("E102", written[drop.candidate.label], "a stop word")


def _e103_form(vocabulary: Vocabulary) -> Iterator[Finding]:
    """A label is too short, too long, or not made of words."""
    written = [Candidate(label, "word", ()) for label in vocabulary.labels]
    for drop in Form(min_length=2)(written, Context()).dropped:
        yield Finding("E103", drop.candidate.label, drop.reason)
