"""What people decided about words, and other labels of concepts, as the page holds them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from vocab_builder.release.release import Release
from vocab_builder.release.why import Kept, Records
from vocab_builder.stages.candidates import Drop

# What many decisions share is on the page once.
_WORDS, _SHARED = ("label", "to"), ("action", "reason", "by", "at", "replaced")


def decision_columns(release: Release, records: Records, kept: Sequence[Kept]) -> dict[str, Any]:
    """The decisions of a release, one list a column, and the words that each is about.

    Parameters
    ----------
    release : Release
    records : Records
        Of that release.
    kept : sequence of Kept
        What they have about each concept, in their order.

    Returns
    -------
    dict
        ``label`` and ``to``; ``action``, ``reason``, ``by``, ``at`` and ``replaced`` as places in
        ``texts``; ``concepts`` and ``drops``: for each decision the places, from 0, of the
        concepts and of the drops that it is about.
    """
    number = {id(one): place for place, one in enumerate(release.decisions)}
    concepts: list[list[int]] = [[] for _ in number]
    drops: list[list[int]] = [[] for _ in number]
    for place, concept in enumerate(kept):
        for one in concept.decisions:
            concepts[number[id(one)]].append(place)
    for place, drop in enumerate(release.drops or ()):
        for one in records.decisions([drop.candidate.label]):
            drops[number[id(one)]].append(place)
    texts: dict[str, int] = {}
    return {
        **{name: [getattr(one, name) for one in release.decisions] for name in _WORDS},
        **{
            name: [texts.setdefault(getattr(one, name), len(texts)) for one in release.decisions]
            for name in _SHARED
        },
        "texts": list(texts),
        "concepts": concepts,
        "drops": drops,
    }


def alias_groups(kept: Sequence[Kept], drops: Sequence[Drop] | None) -> dict[str, Any]:
    """Other labels of concepts, in groups of one concept and origin: there are thousands.

    Returns
    -------
    dict
        ``origins``: pairs of kind and source; ``groups``: the concept's place, that of the origin,
        and the labels, of dropped words their places in ``drops`` alone.
    """
    number = {drop.candidate.label: place for place, drop in enumerate(drops or ())}
    origins: dict[tuple[str, str], int] = {}
    groups: list[list[Any]] = []
    for place, concept in enumerate(kept):
        for origin, found in groupby(concept.aliases, key=lambda one: (one.kind, one.source)):
            names = [number.get(one.alias, one.alias) for one in found]
            groups.append([place, origins.setdefault(origin, len(origins)), names])
    return {"origins": [list(origin) for origin in origins], "groups": groups}
