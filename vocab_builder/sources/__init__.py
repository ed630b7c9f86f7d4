"""Sources: where candidates come from, each with evidence of every word it offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass
from importlib.metadata import entry_points
from typing import Any, cast

from concept_core.errors import UsageError
from concept_core.spelling import unknown_name
from vocab_builder.sources.audioset import AudioSet
from vocab_builder.sources.base import Source, SourceSpec
from vocab_builder.sources.captions import Captions
from vocab_builder.sources.release import Release
from vocab_builder.sources.tags import Tags
from vocab_builder.sources.transcripts import Transcripts
from vocab_builder.sources.ucs import UniversalCategories
from vocab_builder.sources.wordlist import WordList
from vocab_builder.sources.wordnet import WordNet
from vocab_builder.stages.candidates import Candidate
from vocab_builder.stages.options import parse_options

__all__ = ["SOURCES", "Source", "SourceSpec", "check_source", "mine", "source_type"]

# The fields of each class, with their defaults, are the options of its kind.
SOURCES: Mapping[str, type[Source]] = {
    "audioset": AudioSet,
    "captions": Captions,
    "release": Release,
    "tags": Tags,
    "transcripts": Transcripts,
    "ucs": UniversalCategories,
    "wordlist": WordList,
    "wordnet": WordNet,
}


ENTRY_POINTS = "sonolex.sources"
"""Group of entry points under which other packages offer sources: a name, and such a class."""


def source_type(kind: str, where: str = "") -> type[Source]:
    """The class of a kind of source: ours, or one that an installed package offers.

    Raises
    ------
    UsageError
        An unknown kind, or an offered one that cannot be loaded or is no dataclass.
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
    if not (isinstance(found, type) and is_dataclass(found)):
        raise UsageError(
            f"{where}: source {kind!r} ({offered[kind].value}) is no dataclass; its fields are"
            " the options of its kind"
        )
    return cast("type[Source]", found)


def check_source(kind: str, options: Mapping[str, Any], where: str) -> Source:
    """The source of that kind with its options, before any file is read.

    Raises
    ------
    UsageError
        An unknown kind or option (with the nearest spelling), or a value that does not fit; the
        message begins with ``where``.
    """
    return parse_options(source_type(kind, where), options, where)


def mine(spec: SourceSpec) -> list[Candidate]:
    """The candidates of a source, most frequent first, ties by label.

    Raises
    ------
    UsageError
        As ``check_source``.
    DataError
        The file is broken; the message has the file, the line and what was expected.
    MissingError
        Data of NLTK that the source needs is not on this machine.
    """
    return check_source(spec.kind, spec.options, f"source {spec.name!r}")(spec)
