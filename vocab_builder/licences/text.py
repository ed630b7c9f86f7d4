"""LICENSE of a release: its licence, what that demands, and whom to name."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from concept_core.errors import UsageError
from concept_core.resources import find_resource
from concept_core.vocabulary import Vocabulary
from vocab_builder.licences.identifiers import Licence, copyright_line, expression, parse_licences
from vocab_builder.licences.terms import find_conflicts, terms_of

_WIDTH = 100
_MEANS = {
    "attribution": "name the sources below, with this list or one like it",
    "notice": "keep the licence texts at the end with every copy",
    "share-alike": "pass the vocabulary, and what is made from it, on under the same licence",
    "non-commercial": "use it for nothing commercial",
    "no-derivatives": "pass nothing on that is made from the source",
}


def render_licence(vocabulary: Vocabulary) -> str:
    """The text of LICENSE: expression, demands, warnings, attribution, notices."""
    sources = [one for one in vocabulary.metadata.get("sources", ()) if one["concepts"]]
    terms = terms_of(sources)
    stated = vocabulary.metadata.get("licence", terms.expression)
    parts = [
        f"Licence of the vocabulary {vocabulary.specifier}",
        f"SPDX-License-Identifier: {terms.expression if sources else _one_line(stated)}",
        "It holds for the concepts and all that is said of them. The licences of all sources that"
        " gave a concept are joined: every one is to be honoured. What the vocabulary takes"
        " from a source is labels, counts and identifiers, normalised, filtered and put in an"
        " order; none of a source's sentences.",
    ]
    if terms.demands:
        parts.append("Who passes it on must:")
        parts.append("\n".join(f"- {demand}: {_MEANS[demand]}" for demand in terms.demands))
    if terms.unclear:
        parts.append(
            "UNCLEAR: no known licence is stated for "
            + _one_line(", ".join(terms.unclear))
            + ". Nobody has given leave to pass on what comes from there; ask its authors first."
        )
    for conflict in find_conflicts(vocabulary):
        parts.append(f"CONTRADICTION, not to be passed on as it is: {_one_line(conflict.reason)}.")
    parts += _of_drops(vocabulary)
    if sources:
        parts.append("Sources")
        parts += [_attribution(source) for source in sources]
    parts += _notices(terms.licences, sources)
    return "\n\n".join(map(_wrapped, parts)) + "\n"


def _one_line(text: object) -> str:
    """What a source or recipe says, on one line: it adds none to a licence."""
    return " ".join(str(text).split())


def citation_of(source: Mapping[str, Any]) -> tuple[str, str]:
    """Description and citation of the resource that a source was read from, empty if none."""
    name = _resource(source)
    if not name:
        return "", ""
    try:
        resource = find_resource(name)
    except UsageError:  # of a catalogue that is not ours
        return "", ""
    return resource.description, resource.citation


def _of_drops(vocabulary: Vocabulary) -> list[str]:
    """What holds for the words that are named only as left out."""
    others = [one for one in vocabulary.metadata.get("sources", ()) if not one["concepts"]]
    if not others or vocabulary.metadata.get("permissive"):
        return []
    named = ", ".join(
        f"{_one_line(one['name'])} ({expression(parse_licences(one['licence']))})" for one in others
    )
    return [
        f"No concept comes from {named}; drops.csv may name words from there, which that licence"
        " holds for."
    ]


def _attribution(source: Mapping[str, Any]) -> str:
    licences = parse_licences(source["licence"])
    named = "; ".join(" ".join(filter(None, (one.id, one.url))) for one in licences)
    name, origin = _one_line(source["name"]), _one_line(source["origin"])
    lines = [f"- {name}: {source['concepts']} concepts, from {origin}"]
    description, citation = citation_of(source)
    if citation:
        lines += [f"  {description}.", f"  {citation}."]
    if line := copyright_line(_resource(source)):
        lines.append(f"  {line}")
    return "\n".join([*lines, f"  {named}"])


def _notices(licences: Sequence[Licence], sources: Sequence[Mapping[str, Any]]) -> list[str]:
    parts = []
    for licence in licences:
        if "notice" not in licence.demands:
            continue
        names = [
            source["name"] for source in sources if licence in parse_licences(source["licence"])
        ]
        parts.append(_one_line(f"{licence.name} ({', '.join(names)})"))
        parts.append(licence.notice or f"The text is at {licence.url}")
    return parts


def _resource(source: Mapping[str, Any]) -> str:
    origin = str(source.get("origin", ""))
    return origin.removeprefix("resource:").split("/")[0] if origin.startswith("resource:") else ""


def _wrapped(part: str) -> str:
    lines = []
    for line in part.split("\n"):
        indent = "  " if line.startswith(("- ", "  ")) else ""
        lines += textwrap.wrap(line, _WIDTH, subsequent_indent=indent) or [""]
    return "\n".join(lines)
