"""SKOS in JSON-LD, in the form that ``export --to skos`` gives it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from concept_core.errors import DataError
from vocab_builder.formats.export_links import link_of
from vocab_builder.formats.export_skos import RELATIONS
from vocab_builder.formats.import_files import Found
from vocab_builder.formats.import_records import expect, load_json, make_concepts


def read_skos(path: Path) -> Found:
    """The concepts in the order of the collection's list; what the scheme says is the metadata.

    Raises
    ------
    DataError
        Broken JSON, no scheme, or a list that names other concepts than there are.
    """
    where = str(path)
    document = expect(load_json(path), dict, "the document", where)
    nodes = expect(document.get("@graph"), list, "@graph", where)
    by_type: dict[str, list[dict[str, Any]]] = {}
    for node in nodes:
        kind = expect(node, dict, "a node", where).get("type")
        by_type.setdefault(str(kind), []).append(node)
    schemes = by_type.get("skos:ConceptScheme", [])
    orders = by_type.get("skos:OrderedCollection", [])
    if len(schemes) != 1 or len(orders) != 1:
        raise DataError(
            f"{path}: expected one skos:ConceptScheme and one skos:OrderedCollection with a"
            " memberList, in the form that `sonolex export --to skos` gives them"
        )
    concepts = {str(node.get("id")): node for node in by_type.get("skos:Concept", [])}
    members = expect(orders[0].get("memberList"), list, "memberList", where)
    if sorted(map(str, members)) != sorted(concepts):
        raise DataError(f"{path}: memberList and the concepts of the graph are not the same")
    listed = (concepts[str(member)] for member in members)
    return Found(make_concepts(_records(listed, path), path), _stated(schemes[0], where))


def _records(
    nodes: Iterator[dict[str, Any]], path: Path
) -> Iterator[tuple[Mapping[str, Any], str]]:
    for node in nodes:
        where = f"{path}: {node['id']}"
        links = [
            link_of(relation, expect(target, str, relation, where))
            for relation in RELATIONS
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
