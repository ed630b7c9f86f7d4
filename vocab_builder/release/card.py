"""The card of a release: the README.md that a person reads first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from concept_core.releases.markdown import cell, code, line
from concept_core.values import from_data
from concept_core.vocabulary import Vocabulary
from vocab_builder.curation.applying import STAGE
from vocab_builder.licences.terms import terms_of
from vocab_builder.release.release import Release
from vocab_builder.release.version_rule import Changes
from vocab_builder.stages.candidates import Drop, Judged

_SHOWN = 40


def render_card(release: Release, changes: Changes | None) -> str:
    """Markdown: what it is, from what, under which licence, what was left out and why.

    ``changes`` since the release before it, where it is a release.
    """
    vocabulary = release.vocabulary
    metadata = vocabulary.metadata
    lines = [
        f"# {line(metadata['title'])}",
        "",
        line(metadata["description"]),
        "",
        *_invitation_lines(release),
        *_identity_lines(vocabulary),
        "",
        *_weakness_lines(metadata),
        *_changes_lines(vocabulary.id, changes),
        "## Sources",
        "",
        "| source | kind | licence | concepts with evidence in it |",
        "|---|---|---|---|",
        *(
            f"| {cell(one['name'])} | {cell(one['kind'])} | {cell(one['licence'])} |"
            f" {one['concepts']} |"
            for one in metadata["sources"]
        ),
        "",
        *_stage_lines(metadata, release.drops),
        *_judged_lines(metadata.get("calibration", ())),
        *_curation_lines(release),
        f"## The first {min(_SHOWN, len(vocabulary))} concepts",
        "",
        line(", ".join(vocabulary.labels[:_SHOWN])),
        "",
        "## Use",
        "",
        "```python",
        "from concept_core import load_vocabulary",
        f'vocabulary = load_vocabulary("path/to/this/folder")  # {len(vocabulary)} labels',
        "```",
        "",
        "`sonolex verify path/to/this/folder` recomputes every checksum of `SHA256SUMS`.",
    ]
    return "\n".join(lines) + "\n"


def _invitation_lines(release: Release) -> list[str]:
    """Some of its labels, what it is for and what not, and who made it, where that is said."""
    metadata = release.metadata
    labels = set(release.vocabulary.labels)
    said = {
        "Such as": ", ".join(one for one in metadata.get("examples", ()) if one in labels),
        "What it is for": metadata.get("purpose"),
        "What it is not for": metadata.get("not_for"),
        "Made by": ", ".join(metadata.get("authors", ())),
    }
    return [
        shown for name, text in said.items() if text for shown in (f"**{name}:** {line(text)}", "")
    ]


def _weakness_lines(metadata: Mapping[str, Any]) -> list[str]:
    known = metadata.get("weaknesses", ())
    if not known:
        return []
    return ["## Known weaknesses", "", *(f"- {line(text)}" for text in known), ""]


def _identity_lines(vocabulary: Vocabulary) -> list[str]:
    metadata = vocabulary.metadata
    return [
        "| | |",
        "|---|---|",
        f"| specifier | {code(vocabulary.specifier)} |",
        f"| concepts | {len(vocabulary)} |",
        f"| content hash | `{vocabulary.content_hash}` |",
        f"| licence | {cell(metadata['licence'])} |",
        f"| what that demands | {cell(_demands_line(metadata))} |",
        f"| encoder that filtered it | {_encoder_line(metadata.get('encoder'))} |",
        f"| selection | {cell(metadata.get('selection', 'not known'))} |",
        f"| built with | {cell(metadata.get('built_with', 'not known'))} |",
    ]


def _encoder_line(encoder: dict[str, object] | None) -> str:
    if encoder is None:
        return "none: no filter looked at embeddings"
    return f"{cell(encoder['name'])} (spec {code(str(encoder['fingerprint'])[:12])})"


def _demands_line(metadata: Mapping[str, Any]) -> str:
    terms = terms_of(metadata["sources"])
    unclear = [f"UNCLEAR for {name}" for name in terms.unclear]
    return ", ".join([*terms.demands, *unclear]) or "nothing"


def _changes_lines(name: str, changes: Changes | None) -> list[str]:
    if changes is None or changes.previous is None:
        return []
    lines = [f"- {line(one)}" for one in changes.lines()]
    return [f"## Since {line(name)}@{changes.previous} ({changes.bump})", "", *lines, ""]


def _stage_lines(metadata: Mapping[str, Any], drops: tuple[Drop, ...] | None) -> list[str]:
    stages = metadata.get("stages", ())
    if not stages:
        return []
    return [
        "## From candidates to concepts",
        "",
        line(_filtered_line(stages, metadata.get("encoder"))),
        "",
        "| stage | candidates before | after |",
        "|---|---|---|",
        *(f"| {cell(one['stage'])} | {one['before']} | {one['after']} |" for one in stages),
        "",
        "Why candidates were left out (each one is in `drops.csv`):",
        "",
        *_reason_lines(drops or ()),
        "",
    ]


def _filtered_line(stages: Sequence[Mapping[str, Any]], encoder: Mapping[str, Any] | None) -> str:
    """What it was filtered with, in a sentence or two."""
    chosen = [stage for stage in stages if stage["stage"].startswith("selection:")]
    names = [stage["stage"] for stage in stages if stage not in chosen]
    filters = [name for name in names if name not in ("sources", STAGE)]
    rest = chosen[0]["before"] if chosen else stages[-1]["after"]
    by = f"the filters {', '.join(filters)}" if filters else "no filter at all"
    told = f"Of {stages[0]['before']:,} candidates {by} left {rest:,}"
    if chosen:
        kind = chosen[0]["stage"].removeprefix("selection:")
        told += f", of which the first {chosen[0]['after']:,} by {kind} were taken"
    model = f"those of {encoder['name']}" if encoder else "none: no encoder was asked"
    return f"{told}. The embeddings that stages compared are {model}."


def _judged_lines(figures: Sequence[Mapping[str, Any]]) -> list[str]:
    """How good each filter was that learned from labels, in a sentence each."""
    if not figures:
        return []
    judged = [from_data(one, Judged, "calibration") for one in figures]
    lines = [f"- {line(one)}." for one in judged]
    return ["## How good the filters were", "", *lines, ""]


def _curation_lines(release: Release) -> list[str]:
    """What people decided, in numbers, and what no longer applies."""
    holding = Counter(one.action for one in release.decisions if not one.replaced)
    counts = ", ".join(f"{action} {count}" for action, count in sorted(holding.items()))
    people = sorted({one.by for one in release.decisions if one.by})
    lines = []
    if holding:
        by = f" by {line(', '.join(people))}" if people else ""
        lines.append(f"Decisions{by}, each with its reason in `decisions.csv`: {counts}.")
    if release.vocabulary.aliases:
        count = len(release.vocabulary.aliases)
        lines.append(f"Other labels of the concepts, {count} in all, are in `aliases.csv`.")
    if release.annotations:
        lines.append("Notes, definitions, broader and related concepts are in `notes.csv`.")
    stale = [
        "- " + line(f"{one['action']} {one['label']!r}: {one['text']}")
        for one in release.metadata.get("stale_decisions", ())
    ]
    if stale:
        lines += ["", "Decisions that no longer apply:", "", *stale]
    return ["## Curation", "", *lines, ""] if lines else []


def _reason_lines(drops: tuple[Drop, ...]) -> list[str]:
    # A person's reason is a sentence of its own, and there are as many as decisions.
    counts = Counter(
        (drop.filter, "left out by a person" if drop.filter == STAGE else drop.reason)
        for drop in drops
    )
    if not counts:
        return ["- nothing was left out"]
    return [
        f"- {line(f'{filter_}: {reason}')}, {count}"
        for (filter_, reason), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
