"""Concepts and vocabularies: the data model, standard library only."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from numbers import Integral
from typing import TYPE_CHECKING, Any, overload

from concept_core.errors import DataError, UsageError
from concept_core.files import canonical_json

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("noun", "verb", "adjective", "phrase", "word")


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """Where a word was seen: the source, the place inside it, and how often.

    ``locator`` is an identifier or a file and field, never a sentence of the source.
    """

    source: str
    locator: str
    count: int


@dataclass(frozen=True, slots=True)
class Concept:
    """One word or phrase of a vocabulary.

    Attributes
    ----------
    id : str
        Stable slug, never reused for another label.
    label : str
        The word as people read it.
    kind : str
        One of ``KINDS``; ``word`` where no tagger told.
    count : int
        Occurrences over all evidence.
    evidence : tuple of Evidence
        Where the word was seen.
    links : tuple of str
        Identifiers elsewhere, ``scheme:identifier``: ``audioset:/m/0bt9lr``,
        ``wordnet:dog.n.01``, ``ucs:ANMLDog``.
    """

    id: str
    label: str
    kind: str
    count: int
    evidence: tuple[Evidence, ...] = ()
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alias:
    """Another label of a concept: a search for it finds the concept.

    Attributes
    ----------
    id : str
        Of the concept.
    alias : str
    kind : str
        ``rename`` and ``merge`` by decision of a person; ``form`` of the same word,
        ``derivation`` from it, ``synonym``; ``near``: a word that an encoder can hardly tell from
        the label.
    source : str
        What it is from: ``decisions``, a filter, a file.
    """

    id: str
    alias: str
    kind: str
    source: str


def content_hash(concepts: Iterable[Concept]) -> str:
    """sha256 over the canonical JSON of the ordered (id, label) pairs: order is identity."""
    pairs = [[concept.id, concept.label] for concept in concepts]
    return hashlib.sha256(canonical_json(pairs).encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True, repr=False)
class Vocabulary:
    """An ordered list of concepts with a name and a version.

    ``vocabulary["dog"]`` is the concept with that label or id, ``vocabulary[0]`` the first,
    ``vocabulary[:500]`` the vocabulary of the first 500; ``"dog" in vocabulary`` asks for a label
    or id.

    Attributes
    ----------
    id, version : str
    concepts : tuple of Concept
    metadata : dict
    aliases : tuple of Alias
        Other labels of its concepts; ``find`` looks them up.

    Raises
    ------
    DataError
        If two concepts share an id or a label, or a kind is unknown.
    """

    id: str
    version: str
    concepts: tuple[Concept, ...]
    metadata: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    aliases: tuple[Alias, ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        for what in ("id", "label"):
            seen: set[str] = set()
            for position, concept in enumerate(self.concepts, 1):
                value = getattr(concept, what)
                if not value or value in seen:
                    problem = "appears twice" if value else "is empty"
                    raise DataError(
                        f"vocabulary {self.id}: the {what} {value!r} {problem} (concept"
                        f" {position}); every concept needs {what}s of its own"
                    )
                seen.add(value)
        for concept in self.concepts:
            if concept.kind not in KINDS:
                raise DataError(
                    f"vocabulary {self.id}: concept {concept.id!r} has kind {concept.kind!r};"
                    f" known: {', '.join(KINDS)}"
                )

    def __len__(self) -> int:
        return len(self.concepts)

    def __repr__(self) -> str:
        return f"Vocabulary({self.specifier!r}, {len(self):,} concepts)"

    def __contains__(self, name: object) -> bool:
        if isinstance(name, Concept):
            return name in self.concepts
        return any(name in (concept.label, concept.id) for concept in self.concepts)

    @overload
    def __getitem__(self, key: str | int) -> Concept: ...

    @overload
    def __getitem__(self, key: slice) -> Vocabulary: ...

    def __getitem__(self, key: str | int | slice) -> Concept | Vocabulary:
        """A concept by label, id or place; a slice is the vocabulary of those concepts.

        Raises
        ------
        KeyError
            No concept has that label or id; the nearest labels are listed.
        IndexError
            There is no such place.
        """
        if isinstance(key, slice):
            return self._with(self.concepts[key])
        if not isinstance(key, str):
            return self.concepts[key]
        for name in ("label", "id"):
            for concept in self.concepts:
                if getattr(concept, name) == key:
                    return concept
        raise KeyError(self._no_concept(key))

    def __iter__(self) -> Iterator[Concept]:
        return iter(self.concepts)

    @property
    def labels(self) -> list[str]:
        """The labels in order."""
        return [concept.label for concept in self.concepts]

    @property
    def content_hash(self) -> str:
        """sha256 over the ordered (id, label) pairs."""
        return content_hash(self.concepts)

    @property
    def specifier(self) -> str:
        """``id@version``."""
        return f"{self.id}@{self.version}"

    def find(self, word: str) -> Concept | None:
        """The concept with that label, id or alias, however it is written; None if none.

        Case, underscores, spaces and how accents are encoded make no difference.
        ``vocabulary.find("mower")`` is the concept "lawn mower" where that has the alias.
        """
        wanted = _folded(word)
        ids = {concept.id: concept for concept in self.concepts}
        for concept in self.concepts:
            if _folded(concept.label) == wanted:
                return concept
        for one in self.aliases:
            if _folded(one.alias) == wanted and one.id in ids:
                return ids[one.id]
        return ids.get(word)

    def without(self, names: Iterable[str]) -> Vocabulary:
        """The same concepts but for those with these labels or ids.

        Raises
        ------
        UsageError
            A name that no concept has; the nearest ones are listed.
        """
        known = {name for concept in self.concepts for name in (concept.label, concept.id)}
        left_out = set(names)
        for name in sorted(left_out - known):
            raise UsageError(self._no_concept(name))
        kept = (one for one in self.concepts if left_out.isdisjoint((one.label, one.id)))
        return self._with(tuple(kept))

    def _with(self, concepts: tuple[Concept, ...]) -> Vocabulary:
        """Other concepts; what the metadata say of number and hash follows."""
        ids = {concept.id for concept in concepts}
        aliases = tuple(one for one in self.aliases if one.id in ids)
        made = replace(self, concepts=concepts, aliases=aliases)
        said = {"size": len(concepts), "content_hash": made.content_hash}
        metadata = {name: said.get(name, value) for name, value in self.metadata.items()}
        return replace(made, metadata=metadata)

    def _no_concept(self, name: str) -> str:
        import difflib

        near = ", ".join(map(repr, difflib.get_close_matches(name, self.labels, n=3)))
        hint = f"; did you mean {near}?" if near else "; see 'sonolex show' for its labels"
        return f"{self.id}: no concept {name!r}{hint}"

    def to_frame(self) -> pd.DataFrame:
        """One row a concept: id, label, kind, count, sources, links. Needs pandas."""
        import pandas as pd

        rows = [
            (
                concept.id,
                concept.label,
                concept.kind,
                concept.count,
                ", ".join(sorted({evidence.source for evidence in concept.evidence})),
                " ".join(concept.links),
            )
            for concept in self.concepts
        ]
        return pd.DataFrame(rows, columns=["id", "label", "kind", "count", "sources", "links"])

    def _repr_html_(self) -> str:
        """What a notebook shows: the specifier, the size, and the first and last concepts."""
        from html import escape

        table = self.to_frame().to_html(index=False, max_rows=20, border=0)
        return f"<p><b>{escape(self.specifier)}</b>, {len(self)} concepts</p>{table}"


def check_top(top: int | None) -> None:
    """See that a number of concepts to keep is one: 1 or more, or None for all.

    Raises
    ------
    UsageError
        It is none.
    """
    if top is not None and (not isinstance(top, Integral) or top < 1):
        raise UsageError(
            f"top is a whole number of concepts to keep, 1 or more; got {top!r}; leave it out for"
            " all"
        )


def _folded(text: str) -> str:
    """A text as look-ups compare it."""
    words = text.replace("_", " ").split() or [text]
    return unicodedata.normalize("NFC", " ".join(words).casefold())
