"""SKOS as JSON-LD: a concept scheme with links to AudioSet, WordNet and UCS.

A. Miles and S. Bechhofer, SKOS Simple Knowledge Organization System Reference, W3C 2009.
"""

from __future__ import annotations

from typing import Any

from concept_core.vocabulary import Concept, Vocabulary
from vocab_builder.formats.export_links import mapping
from vocab_builder.formats.export_schema import iri
from vocab_builder.release.release import Release

SKOS = "skos.jsonld"
RELATIONS = ("exactMatch", "closeMatch", "broadMatch", "relatedMatch")
_CONTEXT = {
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dct": "http://purl.org/dc/terms/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "sonolex": "urn:sonolex:terms:",
    "id": "@id",
    "type": "@type",
    "prefLabel": "skos:prefLabel",
    "notation": "skos:notation",
    "inScheme": {"@id": "skos:inScheme", "@type": "@id"},
    # A list: the order of a vocabulary is part of it.
    "memberList": {"@id": "skos:memberList", "@type": "@id", "@container": "@list"},
    "title": "dct:title",
    "description": "dct:description",
    "creator": "dct:creator",
    "license": "dct:license",
    "identifier": "dct:identifier",
    "version": "owl:versionInfo",
    "kind": "sonolex:kind",
    "count": "sonolex:count",
    "content_hash": "sonolex:content_hash",
    **{name: {"@id": f"skos:{name}", "@type": "@id"} for name in RELATIONS},
}


def skos(release: Release) -> dict[str, Any]:
    """The scheme, the order of its concepts, and each concept."""
    vocabulary = release.vocabulary
    scheme = iri(vocabulary.id)
    nodes = [_concept(vocabulary, concept, scheme) for concept in vocabulary]
    return {
        "@context": _CONTEXT,
        "@graph": [
            {
                "id": scheme,
                "type": "skos:ConceptScheme",
                "identifier": vocabulary.id,
                "title": vocabulary.metadata["title"],
                "description": vocabulary.metadata["description"],
                "creator": release.authors,
                "version": vocabulary.version,
                "content_hash": vocabulary.content_hash,
                # Names, not nodes: a licence that nobody knows has no address.
                "license": [licence.id for licence in release.licences],
            },
            {
                "id": iri(vocabulary.id, "", "order"),
                "type": "skos:OrderedCollection",
                "memberList": [node["id"] for node in nodes],
            },
            *nodes,
        ],
    }


def _concept(vocabulary: Vocabulary, concept: Concept, scheme: str) -> dict[str, Any]:
    links: dict[str, list[str]] = {}
    for relation, target in mapping(concept.links):
        links.setdefault(relation, []).append(target)
    return {
        "id": iri(vocabulary.id, concept.id),
        "type": "skos:Concept",
        "notation": concept.id,
        "prefLabel": concept.label,
        "kind": concept.kind,
        "count": concept.count,
        "inScheme": scheme,
        **links,
    }
