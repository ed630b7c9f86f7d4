"""Why a word is in a release, or why not: read off the release alone."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from concept_core.errors import DataError, MissingError, UsageError
from concept_core.values import to_data
from concept_core.vocabulary import Alias, Concept
from vocab_builder.curation.aliases import Annotation, final_twin, says_the_same
from vocab_builder.curation.applying import STAGE
from vocab_builder.curation.decisions import MOVES, Decision
from vocab_builder.filters.stop import STOP_REASONS, Stop
from vocab_builder.release.release import Release
from vocab_builder.stages.candidates import Drop, Score, told_twin
from vocab_builder.words.form_rules import form_keys, load_forms
from vocab_builder.words.lists import read_lists
from vocab_builder.words.normal_form import normal_form, split_words

_NEAREST = 5

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Kept:
    """A concept, and all that the release says about how it came in.

    Attributes
    ----------
    concept : Concept
    rank : int
        Its place in the vocabulary, from 1.
    size : int
        How many concepts there are.
    scores : tuple of Score
        What filters and selection measured; none in releases that carry no ``scores.csv``.
    drops : tuple of Drop
        What was dropped because this one says the same: other forms, redundant words.
    aliases : tuple of Alias
        Its other labels.
    annotations : tuple of Annotation
    decisions : tuple of Decision
        What people decided about it, under this name or a former one.
    """

    concept: Concept
    rank: int
    size: int
    scores: tuple[Score, ...]
    drops: tuple[Drop, ...]
    aliases: tuple[Alias, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @property
    def gain(self) -> float | None:
        """The score that the selection gave it at its place."""
        gains = [one.value for one in self.scores if one.stage.startswith("selection:")]
        return gains[-1] if gains else None

    @property
    def overruled(self) -> tuple[Score, ...]:
        """What filters have against a word that a person keeps all the same."""
        return tuple(one for one in self.scores if one.flag is not None)

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON-ready values."""
        concept = to_data(self.concept)
        del concept["id"]
        return {
            "in": True,
            **concept,
            "rank": self.rank,
            "size": self.size,
            "gain": self.gain,
            "scores": to_data(self.scores),
            "twin_of": [
                {"label": drop.candidate.label, "reason": drop.reason} for drop in self.drops
            ],
            "aliases": [
                {"alias": one.alias, "kind": one.kind, "from": one.source} for one in self.aliases
            ],
            "notes": [{"kind": one.kind, "value": one.value} for one in self.annotations],
            "decisions": [_decision_data(one) for one in self.decisions],
        }


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A candidate that was left out, and what became of the one it was measured to.

    Attributes
    ----------
    drop : Drop
    fate : str or None
        Of the twin: ``in, rank N``, or the filter that dropped it later.
    alias_of : str or None
        The label in the vocabulary that says the same, through all twins; it was never dropped.
    lists : tuple of str
        The stop lists that have it, of those that took it.
    decisions : tuple of Decision
        What people decided about it.
    """

    drop: Drop
    fate: str | None
    alias_of: str | None = None
    lists: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON-ready values."""
        drop, candidate = self.drop, self.drop.candidate
        return {
            "in": False,
            "label": candidate.label,
            "kind": candidate.kind,
            "count": candidate.count,
            "filter": drop.filter,
            "reason": drop.reason,
            "score": drop.score,
            "threshold": drop.threshold,
            "twin": drop.twin,
            "twin_fate": self.fate,
            "rank": drop.rank,
            "alias_of": self.alias_of,
            "stop_lists": list(self.lists),
            "decisions": [_decision_data(one) for one in self.decisions],
        }


@dataclass(frozen=True, slots=True)
class Reasons:
    """What a release says about a word.

    Attributes
    ----------
    word : str
        As asked, in normal form.
    entries : tuple of Kept or LeftOut
        The label itself first, then other forms of the word; none if no source had it.
    nearest : tuple of str
        Labels spelt like a word that no source had.
    decisions : tuple of Decision
        What people decided about a word that no source had.
    """

    word: str
    entries: tuple[Kept | LeftOut, ...]
    nearest: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @property
    def label(self) -> str | None:
        """The concept that stands for the word: itself, another form, or one it is an alias of."""
        for one in self.entries:
            if isinstance(one, Kept):
                return one.concept.label
            if one.alias_of is not None:
                return one.alias_of
        return None

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON-ready values."""
        entries = [one.to_dict() for one in self.entries]
        return {
            "word": self.word,
            "found": entries,
            "nearest": list(self.nearest),
            "decisions": [_decision_data(one) for one in self.decisions],
        }


def why(word: str, release: Release) -> Reasons:
    """Look a word up, in any of its forms, among the concepts and drops of a release.

    Raises
    ------
    UsageError
        There is no letter in the word.
    DataError
        The release does not say what was left out.
    """
    return next(why_each([word], release))


def why_each(words: Iterable[str], release: Release) -> Iterator[Reasons]:
    """What ``why`` says of each word, in the order given; the release is sorted once for all.

    Raises
    ------
    UsageError, DataError
        See ``why``.
    """
    if release.drops is None:
        raise DataError(
            f"{release.folder or release.specifier}: has no drops.csv, so it does not say what was"
            " left out; take a fresh copy"
        )
    records = Records(release)
    forms = _Forms(dict.fromkeys([*records.ranks, *records.drops]))
    for word in words:
        label = normal_form(word)
        if not label:
            raise UsageError(f"{word!r} is no word; ask for one, such as rain")
        yield _reasons(label, release, records, forms)


def _reasons(label: str, release: Release, records: Records, forms: _Forms) -> Reasons:
    labels = forms.labels
    same = forms.of(label)
    concept = release.vocabulary.find(label)
    if label not in labels and concept is not None:  # an alias that no source has
        same = list(dict.fromkeys([concept.label, *same]))
    decisions = records.decisions({label}) if label not in labels else ()
    if not same:
        near = difflib.get_close_matches(label, labels, n=_NEAREST)
        return Reasons(label, (), tuple(near), decisions)
    entries = [
        records.kept(records.ranks[one]) if one in records.ranks else records.left_out(one)
        for one in same
    ]
    told = [each for one in entries for each in one.decisions]
    return Reasons(label, tuple(entries), (), tuple(one for one in decisions if one not in told))


class _Forms:
    """Labels by the words that they are forms of.

    Attributes
    ----------
    labels : dict of str to int
        Each with its place.
    """

    def __init__(self, labels: Iterable[str]) -> None:
        try:
            self._forms = load_forms("wordnet")
        except MissingError:
            self._forms = load_forms("snowball")
        self.labels = {label: place for place, label in enumerate(labels)}
        self._of = _grouped(self.labels, lambda label: form_keys(label, self._forms))

    def of(self, word: str) -> list[str]:
        """The label itself, then those that are forms of the same word, in their order."""
        keys = form_keys(word, self._forms)
        same = {label for key in keys for label in self._of.get(key, ())}
        return sorted(same, key=lambda label: (label != word, self.labels[label]))


class Records:
    """What a release records, sorted once by the words that it is about.

    Attributes
    ----------
    ranks : dict of str to int
        The place of each concept, from 1, by label.
    drops : dict of str to Drop
        By label; none where the release does not say what was left out.
    """

    def __init__(self, release: Release) -> None:
        self._release = release
        self.ranks = {concept.label: rank for rank, concept in enumerate(release.vocabulary, 1)}
        self.drops = {drop.candidate.label: drop for drop in release.drops or ()}
        same = [drop for drop in release.drops or () if says_the_same(drop)]
        self._same = _grouped(same, lambda drop: [drop.twin])
        self._aliases = _grouped(release.aliases, lambda one: [one.id])
        self._notes = _grouped(release.annotations, lambda one: [one.id])
        # By the words that each decision is about, or leads to.
        self._decisions = _grouped(
            enumerate(release.decisions),
            lambda one: {one[1].label, one[1].to if one[1].action in MOVES else one[1].label},
        )

    def kept(self, rank: int) -> Kept:
        """A concept by its place, from 1, and all that is recorded about it."""
        vocabulary = self._release.vocabulary
        concept = vocabulary.concepts[rank - 1]
        scores = (self._release.scores or {}).get(concept.id, ())
        aliases = tuple(self._aliases.get(concept.id, ()))
        moved = [one.alias for one in aliases if one.source == STAGE]
        return Kept(
            concept,
            rank,
            len(vocabulary),
            tuple(replace(one, twin=told_twin(one)) for one in scores),
            tuple(self._same.get(concept.label, ())),
            aliases,
            tuple(self._notes.get(concept.id, ())),
            self.decisions([concept.label, *moved]),
        )

    def left_out(self, label: str) -> LeftOut:
        """A drop with what became of its twin, in a few words."""
        drop = replace(self.drops[label], twin=told_twin(self.drops[label]))
        end = final_twin(label, self.drops)
        alias_of = end[0] if end is not None and end[0] in self.ranks else None
        lists = _stop_lists(label, self._release) if drop.reason in STOP_REASONS else ()
        fate = _fate(drop, self.ranks, self.drops)
        return LeftOut(drop, fate, alias_of, lists, self.decisions([label]))

    def decisions(self, labels: Iterable[str]) -> tuple[Decision, ...]:
        """What people decided about these words, or led others to, in the order of the release."""
        found = dict(one for label in labels for one in self._decisions.get(label, ()))
        return tuple(found[place] for place in sorted(found))


def _grouped(
    values: Iterable[_T], keys: Callable[[_T], Iterable[str | None]]
) -> dict[str | None, list[_T]]:
    """The values by each of their keys, in the order given."""
    groups: dict[str | None, list[_T]] = {}
    for value in values:
        for key in keys(value):
            groups.setdefault(key, []).append(value)
    return groups


def _fate(drop: Drop, ranks: dict[str, int], drops: dict[str, Drop]) -> str | None:
    if drop.twin in ranks:
        return f"in, rank {ranks[drop.twin]}"
    later = drops.get(drop.twin or "")
    if later is None:
        return None
    twin = told_twin(later)
    further = f", twin {twin}" if twin else ""
    return f"dropped by {later.filter} ({later.reason}){further}"


def _stop_lists(label: str, release: Release) -> tuple[str, ...]:
    """Which lists of the recipe's stop filters have a word of the label, as they are now."""
    tables = release.recipe_tables().get("filter", ())
    words = {label, *split_words(label)}
    found: list[str] = []
    for table in tables:
        if table.get("kind") != "stop":
            continue
        lists = [*table.get("lists", Stop().lists), *table.get("inside", ())]
        found += [name for name in lists if not words.isdisjoint(_read(name))]
        found += [] if words.isdisjoint(table.get("words", ())) else ["words of the recipe"]
    return tuple(dict.fromkeys(found))


def _read(name: str) -> frozenset[str]:
    """A stop list; empty where it is not on this machine."""
    try:
        return read_lists([name])
    except (MissingError, UsageError):
        return frozenset()


def _decision_data(decision: Decision) -> dict[str, str]:
    keys = ("label", "action", "to", "reason", "by", "at", "replaced")
    return {key: getattr(decision, key) for key in keys}
