"""What the tables of a release hold, column by column: for every format that describes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from concept_core.releases.folder import CONCEPTS, EVIDENCE
from concept_core.vocabulary import Vocabulary
from vocab_builder.licences.identifiers import Licence, parse_licences
from vocab_builder.release.contents import Contents
from vocab_builder.release.tables import (
    DROPS,
    SCORES,
    concepts_csv,
    drops_csv,
    evidence_csv,
    scores_csv,
)

# No address is claimed for Sonolex: names, not places.
NAMESPACE = "urn:sonolex:"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, type (string, integer, number) and meaning."""

    name: str
    type: str
    meaning: str


_ID = Column("id", "string", "stable slug of the concept")
_COUNT = Column("count", "integer", "occurrences")
_THRESHOLD = Column("threshold", "number", "what the score was compared with")
_TWIN = Column("twin", "string", "label that the score was measured to")
TABLES: Mapping[str, tuple[str, tuple[Column, ...]]] = {
    CONCEPTS: (
        "the concepts in order, most important first; the order is part of the vocabulary",
        (
            _ID,
            Column("label", "string", "the word as people read it"),
            Column("kind", "string", "noun, verb, adjective, phrase, or word where no tagger told"),
            Column("count", "integer", "occurrences over all evidence"),
            Column("links", "string", "identifiers elsewhere, scheme:identifier, spaces between"),
        ),
    ),
    EVIDENCE: (
        "where each concept was seen",
        (
            _ID,
            Column("source", "string", "name of the source"),
            Column("locator", "string", "identifier, or file and field, inside the source"),
            _COUNT,
        ),
    ),
    DROPS: (
        "the candidates that were left out, and why",
        (
            Column("label", "string", "the candidate"),
            Column("kind", "string", "as of concepts"),
            _COUNT,
            Column("filter", "string", "the stage that left it out"),
            Column("reason", "string", "reason code"),
            Column("score", "number", "what the filter measured"),
            _THRESHOLD,
            _TWIN,
            Column("rank", "integer", "place that the selection gave it, from 1"),
        ),
    ),
    SCORES: (
        "what each stage measured of each concept",
        (
            _ID,
            Column("stage", "string", "filter, or selection:KIND"),
            Column("value", "number", "what it measured"),
            _THRESHOLD,
            _TWIN,
            Column("flag", "string", "reason code under which it would have been left out"),
        ),
    ),
}


def table_texts(contents: Contents) -> dict[str, str]:
    """The csv tables of a release by file name; drops and scores where they are known."""
    texts = {
        CONCEPTS: concepts_csv(contents.vocabulary),
        EVIDENCE: evidence_csv(contents.vocabulary),
    }
    if contents.drops is not None:
        texts[DROPS] = drops_csv(contents.drops)
    if contents.scores is not None:
        texts[SCORES] = scores_csv(contents.scores)
    return texts


def authors_of(vocabulary: Vocabulary) -> list[str]:
    """Who made it, as its recipe says; else nobody by name."""
    return list(vocabulary.metadata.get("authors", ())) or [f"The authors of {vocabulary.id}"]


def licences_of(vocabulary: Vocabulary) -> tuple[Licence, ...]:
    """The licences that its metadata states."""
    return parse_licences(vocabulary.metadata["licence"])


def sources_of(vocabulary: Vocabulary) -> list[Mapping[str, Any]]:
    """The sources that gave a concept."""
    return [one for one in vocabulary.metadata["sources"] if one["concepts"]]


def name_of(vocabulary: Vocabulary) -> str:
    """Its id as a name of small letters, digits and hyphens: a file's stem may be anything."""
    return re.sub(r"[^a-z0-9._-]+", "-", vocabulary.id.lower()).strip("-.") or "vocabulary"


def iri(*parts: str) -> str:
    """A name in Sonolex's namespace."""
    return NAMESPACE + ":".join(quote(part, safe="") for part in parts)
