"""Sources: where candidates come from, each with evidence of every word it offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from concept_core.spelling import unknown_name
from vocab_builder.candidates import Candidate
from vocab_builder.options import parse_options
from vocab_builder.sources.audioset import AudioSet
from vocab_builder.sources.base import Source, SourceSpec
from vocab_builder.sources.captions import Captions
from vocab_builder.sources.release import Release
from vocab_builder.sources.ucs import UniversalCategories
from vocab_builder.sources.wordlist import WordList
from vocab_builder.sources.wordnet import WordNet

__all__ = ["SOURCES", "Source", "SourceSpec", "check_source", "mine"]

# The fields of each class, with their defaults, are the options of its kind.
SOURCES: Mapping[str, type[Source]] = {
    "audioset": AudioSet,
    "captions": Captions,
    "release": Release,
    "ucs": UniversalCategories,
    "wordlist": WordList,
    "wordnet": WordNet,
}


def check_source(kind: str, options: Mapping[str, Any], where: str) -> Source:
    """The source of that kind with its options, before any file is read.

    Raises
    ------
    UsageError
        An unknown kind or option (with the nearest spelling), or a value that does not fit; the
        message begins with ``where``.
    """
    if kind not in SOURCES:
        raise unknown_name("kind of source", kind, SOURCES, where)
    return parse_options(SOURCES[kind], options, where)


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
