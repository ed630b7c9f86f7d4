"""Why a word is in a release, or why not: read off the release folder alone."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from concept_core.datasets.text_files import read_table
from concept_core.errors import DataError, MissingError, UsageError
from concept_core.releases.csv_cells import unguard
from concept_core.releases.folder import read_release
from concept_core.vocabulary import Evidence, Vocabulary
from vocab_builder.release.tables import DROP_COLUMNS, DROPS, SCORE_COLUMNS, SCORES
from vocab_builder.stages.candidates import Score
from vocab_builder.stages.lines import StageScores, scores_data
from vocab_builder.words.lemmas import form_keys, load_forms
from vocab_builder.words.normal_form import normal_form

_NEAREST = 5


@dataclass(frozen=True, slots=True)
class Kept:
    """A concept, and all that the release says about how it came in.

    Attributes
    ----------
    label, kind : str
    count : int
    rank : int
        Its place in the vocabulary, from 1.
    size : int
        How many concepts there are.
    gain : float or None
        The score that the selection gave it at its place.
    evidence : tuple of Evidence
    links : tuple of str
    scores : tuple of (stage, Score)
        What filters and selection found out; none in releases that carry no ``scores.csv``.
    twin_of : tuple of (label, reason)
        What was dropped and measured to this one: other forms, redundant words.
    """

    label: str
    kind: str
    count: int
    rank: int
    size: int
    gain: float | None
    evidence: tuple[Evidence, ...]
    links: tuple[str, ...]
    scores: StageScores
    twin_of: tuple[tuple[str, str], ...]

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON-ready values."""
        evidence = [asdict(one) for one in self.evidence]
        return {
            "in": True,
            "label": self.label,
            "kind": self.kind,
            "count": self.count,
            "rank": self.rank,
            "size": self.size,
            "gain": self.gain,
            "evidence": evidence,
            "links": list(self.links),
            "scores": scores_data(self.scores),
            "twin_of": [{"label": label, "reason": reason} for label, reason in self.twin_of],
        }


@dataclass(frozen=True, slots=True)
class Left:
    """A candidate that was left out, and why.

    Attributes
    ----------
    label, kind : str
    count : int
    filter, reason : str
    score, threshold : float or None
        What the filter compared.
    twin : str or None
        The label that it was measured to; where it repeats that one, the one kept instead.
    twin_fate : str or None
        What became of the twin: ``in, rank N``, or the filter that dropped it later.
    rank : int or None
        Its place in the order of the selection.
    """

    label: str
    kind: str
    count: int
    filter: str
    reason: str
    score: float | None
    threshold: float | None
    twin: str | None
    twin_fate: str | None
    rank: int | None

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON-ready values."""
        return {"in": False, **asdict(self)}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a release says about a word.

    Attributes
    ----------
    word : str
        As asked, in normal form.
    found : tuple of Kept or Left
        The label itself first, then other forms of the word; none if no source had it.
    nearest : tuple of str
        Labels spelt like a word that no source had.
    """

    word: str
    found: tuple[Kept | Left, ...]
    nearest: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON-ready values."""
        found = [one.to_dict() for one in self.found]
        return {"word": self.word, "found": found, "nearest": list(self.nearest)}


def why(word: str, folder: Path) -> Answer:
    """Look a word up, in any of its forms, among the concepts and drops of a release.

    Raises
    ------
    UsageError
        There is no letter in the word.
    DataError
        A file of the release is broken, or none says what was left out.
    """
    label = normal_form(word)
    if not label:
        raise UsageError(f"{word!r} is no word; ask for one, such as rain")
    vocabulary = read_release(folder)
    drops = read_drops(folder / DROPS)
    ranks = {concept.label: rank for rank, concept in enumerate(vocabulary, 1)}
    labels = list(dict.fromkeys([*ranks, *(drop.label for drop in drops)]))
    same = _same_word(label, labels)
    if not same:
        near = difflib.get_close_matches(label, labels, n=_NEAREST)
        return Answer(label, (), tuple(near))
    fates = _fates(ranks, drops)
    scores = read_scores(folder / SCORES)
    by_label = {drop.label: drop for drop in drops}
    found = [
        _kept(vocabulary, ranks[one], drops, scores)
        if one in ranks
        else _with_fate(by_label[one], fates)
        for one in same
    ]
    return Answer(label, tuple(found))


def _same_word(word: str, labels: Sequence[str]) -> list[str]:
    """The label itself, then those that are forms of the same word."""
    try:
        forms = load_forms("wordnet")
    except MissingError:
        forms = load_forms("snowball")
    keys = form_keys(word, forms)
    same = [label for label in labels if not keys.isdisjoint(form_keys(label, forms))]
    return sorted(same, key=lambda label: label != word)


def _kept(
    vocabulary: Vocabulary, rank: int, drops: Iterable[Left], scores: dict[str, StageScores]
) -> Kept:
    concept = vocabulary.concepts[rank - 1]
    found = scores.get(concept.id, ())
    gains = [score.value for stage, score in found if stage.startswith("selection:")]
    return Kept(
        concept.label,
        concept.kind,
        concept.count,
        rank,
        len(vocabulary),
        gains[-1] if gains else None,
        concept.evidence,
        concept.links,
        found,
        tuple((drop.label, drop.reason) for drop in drops if drop.twin == concept.label),
    )


def _fates(ranks: dict[str, int], drops: Iterable[Left]) -> dict[str, str]:
    """What became of every label, in a few words."""
    told = {
        drop.label: f"dropped by {drop.filter} ({drop.reason})"
        + (f", twin {drop.twin}" if drop.twin else "")
        for drop in drops
    }
    return told | {label: f"in, rank {rank}" for label, rank in ranks.items()}


def _with_fate(drop: Left, fates: dict[str, str]) -> Left:
    return drop if drop.twin is None else replace(drop, twin_fate=fates.get(drop.twin))


def read_drops(path: Path) -> list[Left]:
    """What a release left out, in the order of its file; the twins' fates are not filled in."""
    if not path.is_file():
        raise DataError(
            f"{path}: missing, so the release does not say what was left out; take a fresh copy"
        )
    return [
        Left(
            row["label"],
            row["kind"],
            int(_number(row, "count", where) or 0),
            row["filter"],
            row["reason"],
            _number(row, "score", where),
            _number(row, "threshold", where),
            row["twin"] or None,
            None,
            None if not row["rank"] else int(_number(row, "rank", where) or 0),
        )
        for row, where in _rows(path, DROP_COLUMNS)
    ]


def read_scores(path: Path) -> dict[str, StageScores]:
    """Scores by concept id; none where the release is older than the file."""
    scores: dict[str, StageScores] = {}
    if not path.is_file():
        return scores
    for row, where in _rows(path, SCORE_COLUMNS):
        value, threshold = (_number(row, name, where) for name in ("value", "threshold"))
        score = Score(value, threshold, row["twin"] or None, row["flag"] or None)
        scores[row["id"]] = (*scores.get(row["id"], ()), (row["stage"], score))
    return scores


def _rows(path: Path, columns: Sequence[str]) -> Iterable[tuple[dict[str, str], str]]:
    for number, row in read_table(path, ","):
        if tuple(row) != tuple(columns):
            raise DataError(f"{path}:1: expected the columns {','.join(columns)}")
        yield {name: unguard(cell) for name, cell in row.items()}, f"{path}:{number}"


def _number(row: dict[str, str], name: str, where: str) -> float | None:
    try:
        return float(row[name]) if row[name] else None
    except ValueError as error:
        raise DataError(f"{where}: {name} {row[name]!r} is not a number") from error
