"""The kinds of sources; one source of a recipe or command line, checked, then found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, is_dataclass, replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from concept_core.engine import Engine
from concept_core.errors import UsageError
from concept_core.spelling import check_names, unknown_name
from vocab_builder.sources.audioset import AudioSet
from vocab_builder.sources.base import Located, Place, Source
from vocab_builder.sources.captions import Captions
from vocab_builder.sources.classes import ClassNames
from vocab_builder.sources.release import ReleasedConcepts
from vocab_builder.sources.tags import Tags
from vocab_builder.sources.transcripts import Transcripts
from vocab_builder.sources.ucs import UniversalCategories
from vocab_builder.sources.wordlist import WordList
from vocab_builder.sources.wordnet import WordNet
from vocab_builder.stages.candidates import Candidate
from vocab_builder.stages.options import field_names, parse_options, pop_kind

SOURCES: Mapping[str, type[Source]] = {
    "audioset": AudioSet,
    "captions": Captions,
    "classes": ClassNames,
    "release": ReleasedConcepts,
    "tags": Tags,
    "transcripts": Transcripts,
    "ucs": UniversalCategories,
    "wordlist": WordList,
    "wordnet": WordNet,
}

ENTRY_POINTS = "sonolex.sources"
"""Group of entry points under which other packages offer sources: a name, and such a class."""

_WEIGHTS = (0.0, 1e9)


@dataclass(frozen=True, slots=True)
class Common:
    """The keys of every source, besides the options of its kind.

    Attributes
    ----------
    name : str or None
        What evidence calls it, such as ``audiocaps-train``; the kind by default.
    licence : str or None
        As stated by the source; that of its resource or release by default.
    path, resource, member : str or None
        See ``Place``.
    weight : float
        What one occurrence here counts, where candidates are ranked; evidence keeps the count.
    pinned : bool
        Whether its words are the person's own: all of them are kept, first and in their order.
    """

    name: str | None = None
    licence: str | None = None
    path: str | None = None
    resource: str | None = None
    member: str | None = None
    weight: float = 1.0
    pinned: bool = False

    def __post_init__(self) -> None:
        if not _WEIGHTS[0] < self.weight < _WEIGHTS[1]:
            raise UsageError(f"weight must be a number above 0, found {self.weight!r}")
        if self.member is not None and self.resource is None:
            raise UsageError("member names a file of a resource; say which with resource")


@dataclass(frozen=True, slots=True)
class ResolvedSource:
    """A source with its data found.

    Attributes
    ----------
    name : str
        What evidence calls it.
    kind : str
    source : Source
        With its options.
    input : Located
        What it reads, with the licence that holds for it.
    models : tuple of Located
        Further files that decide its labels.
    weight : float
    own : bool
        Whether its words are the person's own: the key ``pinned``.
    """

    name: str
    kind: str
    source: Source
    input: Located
    models: tuple[Located, ...] = ()
    weight: float = 1.0
    own: bool = False

    def mine(self, engine: Engine | None = None) -> list[Candidate]:
        """Its candidates, most frequent first, ties by label; their counts are not weighted.

        Parameters
        ----------
        engine : Engine, optional
            What does the work; by default this process. The candidates are the same with any.

        Raises
        ------
        DataError
            The file is broken; the message has the file, the line and what was expected.
        MissingError
            Data of NLTK that the source needs is not on this machine.
        """
        if engine is None:
            return self.source(self.name, self.input.path)
        return self.source.by_engine(self.name, self.input.path, engine)


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """One ``[[source]]`` of a recipe or SOURCE of a command line: checked, no file looked at.

    Attributes
    ----------
    name, kind, source, weight, own
        As of ``ResolvedSource``.
    place : Place
    licence : str or None
        As the recipe states it.
    """

    name: str
    kind: str
    source: Source
    place: Place
    licence: str | None = None
    weight: float = 1.0
    own: bool = False

    def resolve(self, pinned: str | None = None) -> ResolvedSource:
        """Find the data.

        Parameters
        ----------
        pinned : str, optional
            The origin that a lock has for this source.

        Raises
        ------
        UsageError, DataError, MissingError
            It is not there; the message says what to do.
        """
        data = self.source.locate(self.place, pinned)
        if self.licence is not None:
            data = replace(data, licence=self.licence)
        return ResolvedSource(
            self.name, self.kind, self.source, data, self.source.models(), self.weight, self.own
        )


def source_type(kind: str, where: str = "") -> type[Source]:
    """The class of a kind of source: ours, or one that an installed package offers.

    Raises
    ------
    UsageError
        An unknown kind, or an offered one that cannot be loaded or is no source.
    """
    if kind in SOURCES:
        return SOURCES[kind]
    offered = {point.name: point for point in entry_points(group=ENTRY_POINTS)}
    if kind not in offered:
        raise unknown_name("kind of source", kind, [*SOURCES, *offered], where)
    try:
        found = offered[kind].load()
    except Exception as error:
        raise UsageError(
            f"{where}: source {kind!r} ({offered[kind].value}) cannot be loaded: {error}"
        ) from error
    if not (isinstance(found, type) and issubclass(found, Source) and is_dataclass(found)):
        raise UsageError(
            f"{where}: source {kind!r} ({offered[kind].value}) is no dataclass that extends"
            " vocab_builder.sources.Source; its fields are the options of its kind"
        )
    return found


def parse_source(table: Mapping[str, Any], folder: Path, where: str) -> SourceEntry:
    """A source of its table, before any file is read.

    Parameters
    ----------
    table : mapping
        ``kind``, the keys of ``Common``, and the options of the kind.
    folder : Path
        What a relative path is relative to.
    where : str
        What messages begin with.

    Raises
    ------
    UsageError
        An unknown kind or key (with the nearest spelling), or a value that does not fit.
    """
    kind, keys = pop_kind(table, where)
    schema, names = source_type(kind, where), field_names(Common)
    check_names("key", keys, (*names, *field_names(schema)), where)
    common = parse_options(Common, {key: keys.pop(key) for key in names if key in keys}, where)
    source = parse_options(schema, keys, where)
    for key in ("path", "resource", "member"):
        if key not in source.place_keys and getattr(common, key) is not None:
            raise UsageError(f"{where}: {key} is not read by this kind of source; leave it out")
    place = Place(common.path, common.resource, common.member, folder, where)
    return SourceEntry(
        common.name or kind,
        kind,
        source,
        place,
        common.licence,
        weight=common.weight,
        own=common.pinned,
    )


def parse_sources(
    tables: Iterable[tuple[str, Mapping[str, Any]]], folder: Path
) -> tuple[SourceEntry, ...]:
    """The sources of (where, table) pairs.

    Raises
    ------
    UsageError
        As ``parse_source``, or two of them have one name.
    """
    entries: dict[str, SourceEntry] = {}
    for where, table in tables:
        entry = parse_source(table, folder, where)
        if entry.name in entries:
            raise UsageError(
                f"{where}: two sources are named {entry.name!r}; give one another name"
            )
        entries[entry.name] = entry
    return tuple(entries.values())
