"""Where a vocabulary comes from, as W3C PROV in JSON.

L. Moreau and P. Missier, PROV-DM: The PROV Data Model, W3C 2013; T. D. Huynh et al., The PROV-JSON
Serialization, W3C 2013. No times: two builds of one recipe give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from concept_core._version import __version__
from concept_core.files import sha256_text
from vocab_builder.formats.names import NAMESPACE, iri
from vocab_builder.release.release import Release

PROV = "prov.json"
MAKER = f"sonolex {__version__}"
"""What writes descriptions, as they state it: another version may write them otherwise."""

_DESCRIBER = "sonolex:describer"
_SOFTWARE = {"$": "prov:SoftwareAgent", "type": "prov:QUALIFIED_NAME"}


def prov(release: Release) -> dict[str, Any]:
    """The release, what it was made from, by which software, and what it revises."""
    vocabulary = release.vocabulary
    entity = _name("vocabulary", vocabulary.specifier)
    inputs = _inputs(release)
    document: dict[str, Any] = {
        "prefix": {"sonolex": NAMESPACE, "dct": "http://purl.org/dc/terms/"},
        "entity": {
            entity: {
                "prov:label": vocabulary.metadata["title"],
                "dct:license": vocabulary.metadata["licence"],
                "sonolex:content_hash": vocabulary.content_hash,
                "sonolex:concepts": len(vocabulary),
            },
            **inputs,
        },
        "activity": {"sonolex:build": {"prov:label": f"building {vocabulary.specifier}"}},
        "agent": _agents(release),
        "wasGeneratedBy": {
            "_:generated": {"prov:entity": entity, "prov:activity": "sonolex:build"}
        },
        "used": {
            f"_:used{place}": {"prov:activity": "sonolex:build", "prov:entity": name}
            for place, name in enumerate(inputs)
        },
        "wasAssociatedWith": {
            "_:ran": {"prov:activity": "sonolex:build", "prov:agent": "sonolex:software"}
        },
        "wasAttributedTo": {
            f"_:by{place}": {"prov:entity": entity, "prov:agent": f"sonolex:author{place}"}
            for place, _ in enumerate(release.authors)
        },
        "wasDerivedFrom": {
            f"_:from{place}": {"prov:generatedEntity": entity, "prov:usedEntity": name}
            for place, name in enumerate(inputs)
            if _is_source(release, inputs[name])
        },
    }
    _add_revision(document, release, entity)
    return {key: value for key, value in document.items() if value}


def _add_revision(document: dict[str, Any], release: Release, entity: str) -> None:
    """Name the release before this one, if there is one, as what it revises."""
    previous = release.metadata.get("previous")
    if previous is None:
        return
    specifier = f"{release.vocabulary.id}@{previous}"
    older = _name("vocabulary", specifier)
    document["entity"][older] = {"prov:label": specifier}
    document["wasDerivedFrom"]["_:revision"] = {
        "prov:generatedEntity": entity,
        "prov:usedEntity": older,
        "prov:type": {"$": "prov:Revision", "type": "prov:QUALIFIED_NAME"},
    }


def _inputs(release: Release) -> dict[str, dict[str, Any]]:
    """Every file that the build read; of a vocabulary without a lock, its sources."""
    if release.lock is None:
        listed = [
            {
                "role": source["name"],
                **{key: source[key] for key in ("origin", "sha256", "licence")},
            }
            for source in release.sources
        ]
    else:
        listed = [one.to_dict() for one in release.lock.inputs]
    entities = {
        _name("input", f"{entry['role']} {entry['origin']}"): {
            "prov:label": entry["origin"],
            "dct:license": entry["licence"],
            "sonolex:role": entry["role"],
            "sonolex:sha256": entry["sha256"],
        }
        for entry in listed
    }
    if release.recipe is not None:
        entities["sonolex:recipe"] = {
            "prov:label": "recipe.toml",
            "prov:type": {"$": "prov:Plan", "type": "prov:QUALIFIED_NAME"},
            "sonolex:sha256": sha256_text(release.recipe),
        }
    encoder = release.vocabulary.metadata.get("encoder")
    if encoder:
        entities[_name("encoder", str(encoder["name"]))] = {
            "prov:label": encoder["name"],
            "sonolex:fingerprint": encoder["fingerprint"],
        }
    return entities


def _is_source(release: Release, entity: Mapping[str, Any]) -> bool:
    names = {source["name"] for source in release.sources}
    return entity.get("sonolex:role") in names


def _agents(release: Release) -> dict[str, dict[str, Any]]:
    vocabulary = release.vocabulary
    software = vocabulary.metadata.get("built_with", "sonolex")
    return {
        "sonolex:software": {"prov:label": software, "prov:type": _SOFTWARE},
        _DESCRIBER: {"prov:label": MAKER, "prov:type": _SOFTWARE},
        **{
            f"sonolex:author{place}": {"prov:label": name}
            for place, name in enumerate(release.authors)
        },
    }


def stated_maker(document: Any) -> str:
    """The version of Sonolex that a description says it was made by; "" where it says none."""
    for key in ("agent", _DESCRIBER, "prov:label"):
        document = document.get(key) if isinstance(document, dict) else None
    return document if isinstance(document, str) else ""


def _name(*parts: str) -> str:
    """A qualified name of PROV-JSON."""
    return "sonolex:" + iri(*parts).removeprefix(NAMESPACE)
