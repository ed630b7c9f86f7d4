"""SKOS as JSON-LD: a concept scheme with links to AudioSet, WordNet and UCS.

A. Miles and S. Bechhofer, SKOS Simple Knowledge Organization System Reference, W3C 2009.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from concept_core.documents import read_json
from concept_core.errors import DataError
from concept_core.vocabulary import Alias, Concept, Vocabulary
from vocab_builder.curation.aliases import NEAR_ALIAS, Annotation
from vocab_builder.formats.names import iri
from vocab_builder.formats.records import FileContents, by_id, expect, make_contents
from vocab_builder.release.release import Release

SKOS = "skos.jsonld"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_FORM = "give it as 'sonolex export --to skos' writes it, or as expanded JSON-LD of the same graph"
_RELATIONS = ("exactMatch", "closeMatch", "broadMatch", "relatedMatch")
# Other labels, that of a form of the same word or of a synonym beside what is only near.
_ALTERNATIVE, _HIDDEN = "altLabel", "hiddenLabel"
_NOTES = {"note": "scopeNote", "definition": "definition"}
_TEXTS = ("prefLabel", _ALTERNATIVE, _HIDDEN, *_NOTES.values())
_LINKS = ("broader", "related")
_CONTEXT = {
    "skos": _SKOS,
    "dct": "http://purl.org/dc/terms/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "sonolex": "urn:sonolex:terms:",
    "id": "@id",
    "type": "@type",
    # Labels and texts are English.
    **{name: {"@id": f"skos:{name}", "@language": "en"} for name in _TEXTS},
    **{name: {"@id": f"skos:{name}", "@type": "@id"} for name in _LINKS},
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
    **{name: {"@id": f"skos:{name}", "@type": "@id"} for name in _RELATIONS},
}

# AudioSet gives its classes no addresses; the repository that defines them is named.
_AUDIOSET = "https://github.com/audioset/ontology#"
# WordNet 3.0 as RDF, by M. van Assem and J. van Ossenbruggen, Vrije Universiteit Amsterdam, 2010.
_WORDNET = "http://purl.org/vocabularies/princeton/wn30/synset-"
_UCS = "https://universalcategorysystem.com/#"
_POS = {"n": "noun", "v": "verb", "a": "adjective", "s": "adjectivesatellite", "r": "adverb"}
_SYNSET = re.compile(r"(.+)\.([nvasr])\.(\d{1,9})")
_SYNSET_IRI = re.compile(rf"{re.escape(_WORDNET)}(.+)-({'|'.join(_POS.values())})-(\d{{1,9}})")


def skos(release: Release) -> dict[str, Any]:
    """The scheme, the order of its concepts, and each concept."""
    vocabulary = release.vocabulary
    scheme = iri(vocabulary.id)
    aliases, annotations = by_id(vocabulary.aliases), by_id(release.annotations)
    nodes = [
        _concept(vocabulary, concept, scheme)
        | _curated(vocabulary, aliases.get(concept.id, ()), annotations.get(concept.id, ()))
        for concept in vocabulary
    ]
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


def _curated(
    vocabulary: Vocabulary, aliases: Iterable[Alias], annotations: Iterable[Annotation]
) -> dict[str, list[str]]:
    """Other labels, notes, definitions and relations of a concept."""
    found: dict[str, list[str]] = {}
    for alias in aliases:
        kind = _HIDDEN if alias.kind == NEAR_ALIAS else _ALTERNATIVE
        found.setdefault(kind, []).append(alias.alias)
    for one in annotations:
        if one.kind in _NOTES:
            found.setdefault(_NOTES[one.kind], []).append(one.value)
        else:
            found.setdefault(one.kind, []).append(iri(vocabulary.id, one.value))
    return found


def read_skos(path: Path) -> FileContents:
    """The concepts in the order of the collection's list; what the scheme says is the metadata.

    Raises
    ------
    DataError
        Broken JSON, no scheme, or a list that names other concepts than there are.
    """
    where = str(path)
    nodes = _nodes(read_json(path), where)
    by_type: dict[str, list[dict[str, Any]]] = {}
    for node in nodes:
        kind = expect(node, dict, "a node", where).get("type")
        by_type.setdefault(str(kind), []).append(node)
    schemes = by_type.get("skos:ConceptScheme", [])
    orders = by_type.get("skos:OrderedCollection", [])
    if len(schemes) != 1 or len(orders) != 1:
        raise DataError(
            f"{path}: expected one skos:ConceptScheme and one skos:OrderedCollection with a"
            f" memberList; {_FORM}"
        )
    concepts = {str(node.get("id")): node for node in by_type.get("skos:Concept", [])}
    members = expect(orders[0].get("memberList"), list, "memberList", where)
    if sorted(map(str, members)) != sorted(concepts):
        raise DataError(f"{path}: memberList and the concepts of the graph are not the same")
    listed = (concepts[str(member)] for member in members)
    names = {place: str(node.get("notation")) for place, node in concepts.items()}
    contents = make_contents(_records(listed, names, path), path)
    return replace(contents, metadata=_stated(schemes[0], where))


def _nodes(document: Any, where: str) -> list[Any]:
    """The nodes with the keys of our export, whichever form of JSON-LD they come in.

    Other programs write the same graph expanded, a list of nodes whose keys are addresses and
    whose values are lists of objects; or with our keys, and what is alone in no list.
    """
    if isinstance(document, dict):
        if "@graph" not in document:
            raise DataError(f"{where}: no @graph; {_FORM}")
        document = document["@graph"]
    nodes = expect(document, list, "@graph", where)
    return [_compacted(node) if isinstance(node, dict) else node for node in nodes]


def _compacted(node: Mapping[str, Any]) -> dict[str, Any]:
    """A node as our export writes it."""
    found: dict[str, Any] = {}
    for key, value in node.items():
        values = value if isinstance(value, list) else [value]
        if key in ("@type", "type"):
            found["type"] = next((_short(kind) for kind in values if isinstance(kind, str)), "")
            continue
        name = _NAMES.get(key, key)
        plain = [item for one in values for item in _plain(one)]
        found[name] = plain[0] if name in _SINGLE and len(plain) == 1 else plain
    return found


def _plain(value: Any) -> list[Any]:
    """What an expanded value stands for: an address, a text, or those of a list."""
    if not isinstance(value, dict):
        return [value]
    if isinstance(value.get("@list"), list):
        return [item for one in value["@list"] for item in _plain(one)]
    return [value[key] for key in ("@id", "@value") if key in value]


def _short(kind: str) -> str:
    """A class of SKOS as our context writes it."""
    return f"skos:{kind.removeprefix(_SKOS)}" if kind.startswith(_SKOS) else kind


def _expanded(name: str) -> str:
    """The address that our context has for a key."""
    stated = _CONTEXT[name]
    short = str(stated["@id"] if isinstance(stated, dict) else stated)
    prefix, _, rest = short.partition(":")
    return f"{_CONTEXT[prefix]}{rest}" if rest and prefix in _CONTEXT else short


# Keys of our export by the address that each stands for.
_NAMES = {_expanded(name): name for name in _CONTEXT}
# Those that have one value, and no list of them.
_SINGLE = frozenset(
    {
        "id", "notation", "prefLabel", "kind", "count", "inScheme", "title", "description",
        "identifier", "version", "content_hash",
    }
)  # fmt: skip


def _records(
    nodes: Iterator[dict[str, Any]], names: Mapping[str, str], path: Path
) -> Iterator[tuple[Mapping[str, Any], str]]:
    for node in nodes:
        where = f"{path}: {node['id']}"

        def texts(key: str, node: dict[str, Any] = node, where: str = where) -> list[str]:
            found = expect(node.get(key, []), list, key, where)
            return [expect(text, str, key, where) for text in found]

        links = [
            link_of(relation, expect(target, str, relation, where))
            for relation in _RELATIONS
            for target in expect(node.get(relation, []), list, relation, where)
        ]
        yield (
            {
                "id": node.get("notation"),
                "label": node.get("prefLabel"),
                "kind": node.get("kind", "word"),
                "count": node.get("count", 0),
                # Sorted, as those of any concept are.
                "links": sorted(link for link in links if link is not None),
                "aliases": [
                    *({"alias": alias} for alias in texts(_ALTERNATIVE)),
                    *({"alias": alias, "kind": NEAR_ALIAS} for alias in texts(_HIDDEN)),
                ],
                "notes": [
                    *(
                        {"kind": kind, "value": text}
                        for kind, key in _NOTES.items()
                        for text in texts(key)
                    ),
                    *(
                        {"kind": kind, "value": names[target]}
                        for kind in _LINKS
                        for target in texts(kind)
                        if target in names
                    ),
                ],
            },
            where,
        )


def _stated(scheme: Mapping[str, Any], where: str) -> dict[str, Any]:
    keys = {
        "id": "identifier",
        "version": "version",
        "title": "title",
        "description": "description",
        "content_hash": "content_hash",
        "authors": "creator",
    }
    stated = {key: scheme[name] for key, name in keys.items() if name in scheme}
    licences = expect(scheme.get("license", []), list, "license", where)
    if licences:
        stated["licence"] = " AND ".join(map(str, licences))
    return stated


def mapping(links: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of a SKOS property and an IRI for the links of one concept.

    A class or synset that is the only one of its scheme is an ``exactMatch``; of several, each is
    close, since they are not the same as each other; a UCS category is close, since a concept may
    be one name of several in it. What an AudioSet class lies under is a ``broadMatch``. Links of
    other schemes are related.
    """
    listed = [tuple(link.split(":", 1)) for link in links if ":" in link]
    schemes = [scheme for scheme, _ in listed]
    for scheme, name in listed:
        sole = "exactMatch" if schemes.count(scheme) == 1 else "closeMatch"
        if scheme == "audioset":
            yield sole, _AUDIOSET + quote(name)
        elif scheme == "audioset-broader":
            yield "broadMatch", _AUDIOSET + quote(name)
        elif scheme == "wordnet" and (synset := _SYNSET.fullmatch(name)):
            lemma, pos, number = synset.groups()
            yield sole, f"{_WORDNET}{quote(lemma, safe='')}-{_POS[pos]}-{int(number)}"
        elif scheme == "ucs":
            yield "closeMatch", _UCS + quote(name)
        else:
            yield "relatedMatch", f"urn:sonolex:link:{quote(scheme, safe='')}:{quote(name)}"


def link_of(relation: str, target: str) -> str | None:
    """The link that ``mapping`` made an IRI of; None where it made none of it."""
    if target.startswith(_AUDIOSET):
        scheme = "audioset-broader" if relation == "broadMatch" else "audioset"
        return f"{scheme}:{unquote(target.removeprefix(_AUDIOSET))}"
    if target.startswith(_UCS):
        return f"ucs:{unquote(target.removeprefix(_UCS))}"
    if synset := _SYNSET_IRI.fullmatch(target):
        short = {name: letter for letter, name in _POS.items()}[synset[2]]
        return f"wordnet:{unquote(synset[1])}.{short}.{int(synset[3]):02d}"
    if target.startswith("urn:sonolex:link:"):
        scheme, _, name = target.removeprefix("urn:sonolex:link:").partition(":")
        return f"{unquote(scheme)}:{unquote(name)}"
    return None
