"""The card of a release: the README.md that a person reads first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from concept_core.vocabulary import Vocabulary
from vocab_builder.candidates import Drop

_SHOWN = 40


def render_card(vocabulary: Vocabulary, dropped: Sequence[Drop]) -> str:
    """Markdown: what it is, from what, under which licence, what was left out and why."""
    metadata = vocabulary.metadata
    encoder = metadata["encoder"]
    lines = [
        f"# {metadata['title']}",
        "",
        metadata["description"],
        "",
        "| | |",
        "|---|---|",
        f"| specifier | `{vocabulary.specifier}` |",
        f"| concepts | {len(vocabulary)} |",
        f"| content hash | `{vocabulary.content_hash}` |",
        f"| licence | {metadata['licence']} |",
        f"| encoder that filtered it | {_encoder_line(encoder)} |",
        f"| selection | {metadata['selection']} |",
        f"| built with | {metadata['built_with']} |",
        "",
        "## Sources",
        "",
        "| source | kind | licence | concepts with evidence in it |",
        "|---|---|---|---|",
        *(
            f"| {source['name']} | {source['kind']} | {source['licence']} | {source['concepts']} |"
            for source in metadata["sources"]
        ),
        "",
        "## From candidates to concepts",
        "",
        "| stage | candidates before | after |",
        "|---|---|---|",
        *(
            f"| {stage['stage']} | {stage['before']} | {stage['after']} |"
            for stage in metadata["stages"]
        ),
        "",
        "Why candidates were left out (each one is in `drops.csv`):",
        "",
        *_reason_lines(dropped),
        "",
        f"## The first {min(_SHOWN, len(vocabulary))} concepts",
        "",
        ", ".join(vocabulary.labels[:_SHOWN]),
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


def _encoder_line(encoder: dict[str, object] | None) -> str:
    if encoder is None:
        return "none: no filter looked at embeddings"
    return f"{encoder['name']} (spec `{str(encoder['fingerprint'])[:12]}`)"


def _reason_lines(dropped: Sequence[Drop]) -> list[str]:
    counts = Counter((drop.filter, drop.reason) for drop in dropped)
    if not counts:
        return ["- nothing was left out"]
    return [
        f"- {filter_}: {reason}, {count}"
        for (filter_, reason), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
