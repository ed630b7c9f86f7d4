"""Why a word is in a release, or why not: read off the release alone."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from concept_core.errors import DataError, MissingError, UsageError
from concept_core.values import to_data
from concept_core.vocabulary import Concept
from vocab_builder.release.release import Release
from vocab_builder.stages.candidates import Drop, Score
from vocab_builder.words.forms import form_keys, load_forms
from vocab_builder.words.normal_form import normal_form

_NEAREST = 5


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
        What was dropped and measured to this one: other forms, redundant words.
    """

    concept: Concept
    rank: int
    size: int
    scores: tuple[Score, ...]
    drops: tuple[Drop, ...]

    @property
    def gain(self) -> float | None:
        """The score that the selection gave it at its place."""
        gains = [one.value for one in self.scores if one.stage.startswith("selection:")]
        return gains[-1] if gains else None

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
        }


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A candidate that was left out, and what became of the one it was measured to.

    Attributes
    ----------
    drop : Drop
    fate : str or None
        Of the twin: ``in, rank N``, or the filter that dropped it later.
    """

    drop: Drop
    fate: str | None

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
    """

    word: str
    entries: tuple[Kept | LeftOut, ...]
    nearest: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON-ready values."""
        entries = [one.to_dict() for one in self.entries]
        return {"word": self.word, "found": entries, "nearest": list(self.nearest)}


def why(word: str, release: Release) -> Reasons:
    """Look a word up, in any of its forms, among the concepts and drops of a release.

    Raises
    ------
    UsageError
        There is no letter in the word.
    DataError
        The release does not say what was left out.
    """
    label = normal_form(word)
    if not label:
        raise UsageError(f"{word!r} is no word; ask for one, such as rain")
    if release.drops is None:
        raise DataError(
            f"{release.folder or release.specifier}: has no drops.csv, so it does not say what was"
            " left out; take a fresh copy"
        )
    ranks = {concept.label: rank for rank, concept in enumerate(release.vocabulary, 1)}
    drops = {drop.candidate.label: drop for drop in release.drops}
    labels = list(dict.fromkeys([*ranks, *drops]))
    same = _same_word(label, labels)
    if not same:
        near = difflib.get_close_matches(label, labels, n=_NEAREST)
        return Reasons(label, (), tuple(near))
    entries = [
        _kept(release, ranks[one]) if one in ranks else _left_out(drops[one], ranks, drops)
        for one in same
    ]
    return Reasons(label, tuple(entries))


def _same_word(word: str, labels: Sequence[str]) -> list[str]:
    """The label itself, then those that are forms of the same word."""
    try:
        forms = load_forms("wordnet")
    except MissingError:
        forms = load_forms("snowball")
    keys = form_keys(word, forms)
    same = [label for label in labels if not keys.isdisjoint(form_keys(label, forms))]
    return sorted(same, key=lambda label: label != word)


def _kept(release: Release, rank: int) -> Kept:
    concept = release.vocabulary.concepts[rank - 1]
    measured = tuple(drop for drop in release.drops or () if drop.twin == concept.label)
    scores = (release.scores or {}).get(concept.id, ())
    return Kept(concept, rank, len(release.vocabulary), scores, measured)


def _left_out(drop: Drop, ranks: dict[str, int], drops: dict[str, Drop]) -> LeftOut:
    """A drop with what became of its twin, in a few words."""
    if drop.twin in ranks:
        return LeftOut(drop, f"in, rank {ranks[drop.twin]}")
    later = drops.get(drop.twin or "")
    if later is None:
        return LeftOut(drop, None)
    further = f", twin {later.twin}" if later.twin else ""
    return LeftOut(drop, f"dropped by {later.filter} ({later.reason}){further}")
