"""The card of a release: the README.md that a person reads first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from concept_core.values import from_data
from concept_core.vocabulary import Vocabulary
from vocab_builder.curation.applying import STAGE
from vocab_builder.licences.terms import terms_of
from vocab_builder.release.release import Release
from vocab_builder.release.version_rule import Changes
from vocab_builder.stages.candidates import Drop, Judged

_SHOWN = 40
_MARKUP = re.compile(r"[\\`*_\[\]<>&]")


def render_card(release: Release, changes: Changes | None) -> str:
    """Markdown: what it is, from what, under which licence, what was left out and why.

    ``changes`` since the release before it, where it is a release.
    """
    vocabulary = release.vocabulary
    metadata = vocabulary.metadata
    lines = [
        f"# {metadata['title']}",
        "",
        metadata["description"],
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
            f"| {source['name']} | {source['kind']} | {source['licence']} | {source['concepts']} |"
            for source in metadata["sources"]
        ),
        "",
        *_stage_lines(metadata, release.drops),
        *_judged_lines(metadata.get("calibration", ())),
        *_curation_lines(release),
        f"## The first {min(_SHOWN, len(vocabulary))} concepts",
        "",
        _plain(", ".join(vocabulary.labels[:_SHOWN])),
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


def _plain(text: str) -> str:
    """Words of people and sources as they are: no markup, and no script."""
    return _MARKUP.sub(r"\\\g<0>", text)


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
        line for name, text in said.items() if text for line in (f"**{name}:** {_line(text)}", "")
    ]


def _weakness_lines(metadata: Mapping[str, Any]) -> list[str]:
    known = metadata.get("weaknesses", ())
    if not known:
        return []
    return ["## Known weaknesses", "", *(f"- {_line(text)}" for text in known), ""]


def _line(text: str) -> str:
    """A text of the recipe on one line, so that nothing in it begins a list, table or heading."""
    return _plain(" ".join(text.split()))


def _identity_lines(vocabulary: Vocabulary) -> list[str]:
    metadata = vocabulary.metadata
    return [
        "| | |",
        "|---|---|",
        f"| specifier | `{vocabulary.specifier}` |",
        f"| concepts | {len(vocabulary)} |",
        f"| content hash | `{vocabulary.content_hash}` |",
        f"| licence | {metadata['licence']} |",
        f"| what that demands | {_demands_line(metadata)} |",
        f"| encoder that filtered it | {_encoder_line(metadata.get('encoder'))} |",
        f"| selection | {metadata.get('selection', 'not known')} |",
        f"| built with | {metadata.get('built_with', 'not known')} |",
    ]


def _encoder_line(encoder: dict[str, object] | None) -> str:
    if encoder is None:
        return "none: no filter looked at embeddings"
    return f"{encoder['name']} (spec `{str(encoder['fingerprint'])[:12]}`)"


def _demands_line(metadata: Mapping[str, Any]) -> str:
    terms = terms_of(metadata["sources"])
    unclear = [f"UNCLEAR for {name}" for name in terms.unclear]
    return ", ".join([*terms.demands, *unclear]) or "nothing"


def _changes_lines(name: str, changes: Changes | None) -> list[str]:
    if changes is None or changes.previous is None:
        return []
    lines = [f"- {_plain(line)}" for line in changes.lines()]
    return [f"## Since {name}@{changes.previous} ({changes.bump})", "", *lines, ""]


def _stage_lines(metadata: Mapping[str, Any], drops: tuple[Drop, ...] | None) -> list[str]:
    stages = metadata.get("stages", ())
    if not stages:
        return []
    return [
        "## From candidates to concepts",
        "",
        _filtered_line(stages, metadata.get("encoder")),
        "",
        "| stage | candidates before | after |",
        "|---|---|---|",
        *(f"| {stage['stage']} | {stage['before']} | {stage['after']} |" for stage in stages),
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
    line = f"Of {stages[0]['before']:,} candidates {by} left {rest:,}"
    if chosen:
        kind = chosen[0]["stage"].removeprefix("selection:")
        line += f", of which the first {chosen[0]['after']:,} by {kind} were taken"
    model = f"those of {encoder['name']}" if encoder else "none: no encoder was asked"
    return f"{line}. The embeddings that stages compared are {model}."


def _judged_lines(figures: Sequence[Mapping[str, Any]]) -> list[str]:
    """How good each filter was that learned from labels, in a sentence each."""
    if not figures:
        return []
    judged = [from_data(one, Judged, "calibration") for one in figures]
    lines = [f"- {_plain(str(one))}." for one in judged]
    return ["## How good the filters were", "", *lines, ""]


def _curation_lines(release: Release) -> list[str]:
    """What people decided, in numbers, and what no longer applies."""
    holding = Counter(one.action for one in release.decisions if not one.replaced)
    counts = ", ".join(f"{action} {count}" for action, count in sorted(holding.items()))
    people = sorted({one.by for one in release.decisions if one.by})
    lines = []
    if holding:
        by = f" by {_plain(', '.join(people))}" if people else ""
        lines.append(f"Decisions{by}, each with its reason in `decisions.csv`: {counts}.")
    if release.vocabulary.aliases:
        count = len(release.vocabulary.aliases)
        lines.append(f"Other labels of the concepts, {count} in all, are in `aliases.csv`.")
    if release.annotations:
        lines.append("Notes, definitions, broader and related concepts are in `notes.csv`.")
    stale = [
        _plain(f"- {one['action']} {one['label']!r}: {one['text']}")
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
        f"- {filter_}: {reason}, {count}"
        for (filter_, reason), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
