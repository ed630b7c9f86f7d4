"""What a comparison finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from concept_core.measures.vocabulary import VocabularyMeasures
from concept_core.values import DataFrame, Table, Value, frame, to_data
from vocab_builder.comparison.scores import Scores


@dataclass(frozen=True, slots=True)
class Compared:
    """One vocabulary by itself.

    Attributes
    ----------
    letter : str
        What the rest of the comparison calls it: ``A``, ``B``, ...
    vocabulary, content_hash : str
        Specifier, and the hash of what was compared: with a smaller size that of the first
        concepts.
    size : int
    licence : str
    redundancy : float or None
        Share of concepts with another one that is nearer than ``Comparison.near``; None where
        there is no such cosine.
    effective_rank : float
    alone : tuple of str
        Concepts that no other vocabulary has, nor one that is nearer than ``Comparison.near``.
    measures : VocabularyMeasures or None
        On the reference, where there is one.
    """

    letter: str
    vocabulary: str
    content_hash: str
    size: int
    licence: str
    redundancy: float | None
    effective_rank: float
    alone: tuple[str, ...] = field(repr=False)
    measures: VocabularyMeasures | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class NearPair:
    """A concept of each vocabulary, not spelled alike, that the encoder can hardly tell apart."""

    first: str
    second: str
    cosine: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two vocabularies have in common.

    Attributes
    ----------
    first, second : str
        Letters.
    shared : int
        Labels that both have, case ignored.
    only_first, only_second : int
        Labels that one has and the other has not, case ignored.
    near : tuple of NearPair
        Of these, pairs that are nearer than ``Comparison.near``, each concept in one pair: of all
        such pairings the one with the greatest sum of cosines. The nearest first.
    """

    first: str
    second: str
    shared: int
    only_first: int
    only_second: int
    near: tuple[NearPair, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Said:
    """What one vocabulary says of a clip or caption.

    Attributes
    ----------
    concept, cosine : str, float
        Its best single concept, and how near that comes.
    words : tuple of (str, float)
        The concepts of the decomposition with their prominence, the most prominent first.
    """

    concept: str
    cosine: float
    words: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """A clip or caption that tells vocabularies apart.

    Attributes
    ----------
    item : str
        File name, or the caption.
    told : str
        What the reference says of the clip; empty where it says nothing.
    drop : float
        By how much the cosine of the best concept falls.
    said : tuple of Said
        One a vocabulary, in the order of the comparison.
    """

    item: str
    told: str
    drop: float
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Says:
    """What one vocabulary can say that another cannot.

    Attributes
    ----------
    first, second : str
        Letters.
    nearer : int
        Clips or captions to which the best concept of the first is nearer.
    mean_drop : float
        Over all clips or captions: the coverage of the first less that of the second.
    tellings : tuple of Telling
        Where the best concept drops most from the first to the second, of different classes first.
    """

    first: str
    second: str
    nearer: int
    mean_drop: float
    tellings: tuple[Telling, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, repr=False)
class Comparison(Value, Table):
    """Vocabularies side by side. Equal calls give equal comparisons.

    Attributes
    ----------
    encoder : dict
        The encoder spec and its fingerprint.
    near : float or None
        The cosine above which two labels say one thing; None where none was asked for and the
        encoder's calibration finds none: nothing is then near.
    l0 : int
        The most concepts a clip, of everything that is decomposed once.
    reference : dict or None
        Its name, kind, how many there are and how many were taken.
    vocabularies : tuple of Compared
    overlaps : tuple of Overlap
        Every pair.
    apart : tuple of Telling
        Where the best concepts of all vocabularies lie furthest apart; empty without a reference.
    says : tuple of Says
        Every ordered pair; empty without a reference.
    scores : tuple of Scores
    seed : int
        Of the bootstrap and of the tests.
    software : str
    """

    encoder: dict[str, Any]
    near: float | None
    l0: int
    reference: dict[str, Any] | None
    vocabularies: tuple[Compared, ...]
    overlaps: tuple[Overlap, ...]
    apart: tuple[Telling, ...]
    says: tuple[Says, ...]
    scores: tuple[Scores, ...]
    seed: int
    software: str

    def to_frame(self) -> DataFrame:
        """One row a vocabulary: its facts, and its measures on the reference; needs pandas."""
        rows = []
        for one in self.vocabularies:
            row = to_data(one)
            row["alone"] = len(one.alone)
            measures = row.pop("measures") or {}
            # Redundancy stands once, at the cosine of this comparison.
            rows.append({**{k: v for k, v in measures.items() if k not in row}, **row})
        table = frame(rows).set_index("letter")
        facts = [key for key in Compared.__dataclass_fields__ if key in table]
        return table[[*facts, *(key for key in table if key not in facts)]]

    def _repr_html_(self) -> str:
        """What a notebook shows: the frame, a column a vocabulary."""
        return str(self.to_frame().T.to_html())

    def __repr__(self) -> str:
        names = ", ".join(f"{one.letter} {one.vocabulary}" for one in self.vocabularies)
        on = "no reference" if self.reference is None else self.reference["name"]
        return f"Comparison({names}; {self.encoder['name']}, {on})"
