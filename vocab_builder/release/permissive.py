"""The part of a release that comes from permissive sources alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from concept_core.errors import DataError
from concept_core.vocabulary import Concept, Evidence
from vocab_builder.licences.identifiers import NOT_STATED, parse_licences
from vocab_builder.licences.terms import terms_of
from vocab_builder.release.release import Release
from vocab_builder.stages.candidates import Score

STAGE = "licence"


def permissive_part(release: Release) -> Release:
    """The concepts that a permissive source has, with no trace of the other sources.

    A concept stays if one source with evidence of it demands no more than attribution and its
    notice. Of those that stay, evidence, counts and links come from permissive sources alone.
    Drops, decisions and aliases are emptied, since they name words of the other sources, also of
    those that gave no concept; so are twins that do not stay.

    Raises
    ------
    DataError
        Nothing would be left, or nobody states where the concepts are from.
    """
    vocabulary = release.vocabulary
    sources = vocabulary.metadata.get("sources", [])
    open_kinds = {
        source["name"]: source["kind"]
        for source in sources
        if all(licence.permissive for licence in parse_licences(source["licence"]))
    }
    if sources and len(open_kinds) == len(sources):
        return release
    kept = tuple(filter(None, (_reduced(concept, open_kinds) for concept in vocabulary)))
    if not kept:
        names = ", ".join(f"{one['name']} ({one['licence']})" for one in sources) or NOT_STATED
        raise DataError(
            f"{vocabulary.specifier}: no concept comes from a permissive source; its sources:"
            f" {names}"
        )
    table = [
        {**source, "concepts": _count(kept, source["name"]) if source["name"] in open_kinds else 0}
        for source in sources
    ]
    stage = {"stage": STAGE, "before": len(vocabulary), "after": len(kept)}
    reduced = release.with_concepts(
        kept,
        sources=table,
        licence=terms_of(table).expression,
        stages=[*vocabulary.metadata.get("stages", ()), stage],
        permissive=True,
    )
    ids, labels = {one.id for one in kept}, {one.label for one in kept}
    scores = release.scores and {
        name: tuple(_without_stranger(score, labels) for score in found)
        for name, found in release.scores.items()
        if name in ids
    }
    lock = release.lock and replace(release.lock, permissive=True)
    bare = replace(reduced.vocabulary, aliases=())
    return replace(
        reduced,
        vocabulary=bare,
        drops=release.drops and (),
        decisions=(),
        scores=scores,
        lock=lock,
    )


def _reduced(concept: Concept, open_kinds: Mapping[str, str]) -> Concept | None:
    evidence = tuple(one for one in concept.evidence if one.source in open_kinds)
    if not evidence:
        return None
    kinds = {open_kinds[one.source] for one in evidence}
    links = tuple(link for link in concept.links if _gives(kinds, link))
    return replace(concept, count=_total(evidence), evidence=evidence, links=links)


def _without_stranger(score: Score, labels: set[str]) -> Score:
    """A score without the name of a twin that does not stay."""
    return score if score.twin in labels else replace(score, twin=None)


def _gives(kinds: set[str], link: str) -> bool:
    """Whether a source that is left may have brought a link: schemes are named after kinds."""
    scheme = link.partition(":")[0].partition("-")[0]
    return scheme in kinds or "release" in kinds


def _total(evidence: tuple[Evidence, ...]) -> int:
    return sum(one.count for one in evidence)


def _count(concepts: tuple[Concept, ...], source: str) -> int:
    return sum(any(one.source == source for one in concept.evidence) for concept in concepts)
