"""Coded checks of a vocabulary's labels: each a small pure function of its concepts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from concept_core.errors import MissingError
from concept_core.vocabulary import Vocabulary
from vocab_builder.filters.form import Form
from vocab_builder.filters.stop import Stop
from vocab_builder.stages.candidates import Candidate
from vocab_builder.stages.context import Context
from vocab_builder.words.forms import Forms, form_keys, load_forms
from vocab_builder.words.lists import read_lists
from vocab_builder.words.normal_form import normal_form
from vocab_builder.words.relations import derivations
from vocab_builder.words.spelling import unknown_words

Check = Callable[[Vocabulary], Iterator["Finding"]]

# What to do about a label, by the reason of the filter `form`.
_FORM = {
    "too-short": "too short to be read; leave it out, or write it in full",
    "too-long": "{score:.0f} characters, more than {threshold:.0f}; say it in fewer words",
    "too-many-words": "{score:.0f} words, more than {threshold:.0f}; say it in fewer",
    "digits": "has digits; write the number in words, or leave it out",
    "possessive": "a possessive; name the thing alone",
    "not-a-word": "is not made of words; leave it out",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with one label; the message says what to do about it."""

    code: str
    label: str
    message: str


def check_vocabulary(
    vocabulary: Vocabulary, settled: Collection[str] = ()
) -> tuple[list[Finding], str]:
    """Run all checks.

    Parameters
    ----------
    vocabulary : Vocabulary
    settled : collection of str
        Labels that a person wants as they are (``Release.settled``): what filters think of one
        label alone (E102 to E104) is not asked of them.

    Returns
    -------
    findings : list of Finding, by code, then by place in the vocabulary
    rule : str
        Which rule told forms of one word: ``wordnet``, or ``snowball`` where WordNet is not on
        this machine. Then misspellings (E104) and derivations (E105) cannot be looked for.
    """
    try:
        rule, forms = "wordnet", load_forms("wordnet")
    except MissingError:
        rule, forms = "snowball", load_forms("snowball")
    checks: list[Check] = [
        lambda them: _e101_two_forms(them, forms),
        _e102_stop_word,
        _e103_form,
    ]
    if rule == "wordnet":
        checks += [_e104_misspelling, _e105_derivation]
    checks.append(_w201_stale_decision)
    findings = (finding for check in checks for finding in check(vocabulary))
    alone = ("E102", "E103", "E104")
    wanted = set(settled)
    return [one for one in findings if one.code not in alone or one.label not in wanted], rule


def _w201_stale_decision(vocabulary: Vocabulary) -> Iterator[Finding]:
    """A person's decision no longer applies: its word, or the word that it leads to, is gone."""
    for one in vocabulary.metadata.get("stale_decisions", ()):
        message = f"the decision {one['action']} has no effect: {one['text']}"
        yield Finding("W201", one["label"], message)


def _e101_two_forms(vocabulary: Vocabulary, forms: Forms) -> Iterator[Finding]:
    """Two concepts are forms of one word."""
    first: dict[str, str] = {}
    for label in vocabulary.labels:
        keys = form_keys(label, forms)
        twins = {first[key] for key in keys if key in first}
        for twin in sorted(twins):
            yield Finding("E101", label, f"another form of {twin!r}; the filter twins keeps one")
        for key in keys:
            first.setdefault(key, label)


def _e102_stop_word(vocabulary: Vocabulary) -> Iterator[Finding]:
    """A label names nothing that could be heard, in whatever case it is written."""
    written = {normal_form(label): label for label in reversed(vocabulary.labels)}
    normal = [Candidate(label, "word", ()) for label in reversed(written)]
    for drop in Stop()(normal, Context()).dropped:
        label = written[drop.candidate.label]
        yield Finding("E102", label, "a stop word; the filter stop leaves it out")


def _e103_form(vocabulary: Vocabulary) -> Iterator[Finding]:
    """A label is too short, too long, or not made of words."""
    written = [Candidate(label, "word", ()) for label in vocabulary.labels]
    for drop in Form(min_length=2)(written, Context()).dropped:
        message = _FORM[drop.reason].format(score=drop.score, threshold=drop.threshold)
        yield Finding("E103", drop.candidate.label, message)


def _e104_misspelling(vocabulary: Vocabulary) -> Iterator[Finding]:
    """A word is in no dictionary: WordNet, the list of this package, or built of their words."""
    function = read_lists(["function"])
    for label in vocabulary.labels:
        for word in unknown_words(normal_form(label), function):
            yield Finding(
                "E104",
                label,
                f"{word!r} is in no dictionary; correct it, or, if it is real, add it to"
                " data/words.txt",
            )


def _e105_derivation(vocabulary: Vocabulary) -> Iterator[Finding]:
    """Two concepts are derived from one stem and say one thing."""
    seen: dict[str, str] = {}
    for label in vocabulary.labels:
        normal = normal_form(label)
        for twin in sorted(derivations(normal) & seen.keys()):
            yield Finding(
                "E105",
                label,
                f"derived from one stem with {seen[twin]!r}; the filter derivations keeps one",
            )
        seen.setdefault(normal, label)
