"""A data set as the Hugging Face Hub lays it out: a card with YAML on top, Parquet under data/."""

from __future__ import annotations

from pathlib import Path

from concept_core.files import write_text
from vocab_builder.formats.parquet import write_parquet
from vocab_builder.release.release import Release

CONCEPTS = "data/concepts.parquet"
# The Hub knows these by its own spelling; of all else the card says "other" and its name.
_KNOWN = (
    "apache-2.0", "bsd-3-clause", "cc-by-3.0", "cc-by-4.0", "cc-by-nc-3.0", "cc-by-nc-4.0",
    "cc-by-nc-nd-4.0", "cc-by-nc-sa-4.0", "cc-by-nd-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0",
    "cc0-1.0", "mit",
)  # fmt: skip
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def write_hub(release: Release, out: Path) -> None:
    """Card, licence and table, into an empty folder ``out``."""
    from vocab_builder.licences.text import render_licence
    from vocab_builder.release.card import render_card
    from vocab_builder.release.citation import CITATION, citation

    (out / "data").mkdir()
    write_parquet(release, out / CONCEPTS)
    card = render_card(release, None)
    write_text(out / "README.md", _front(release) + card)
    write_text(out / "LICENSE", render_licence(release.vocabulary))
    write_text(out / CITATION, citation(release))


def _front(release: Release) -> str:
    """The YAML block that the Hub reads."""
    from vocab_builder.release.citation import quoted

    vocabulary = release.vocabulary
    licences = release.licences
    known = len(licences) == 1 and licences[0].id.lower() in _KNOWN
    named = [] if known else [f"license_name: {_named(release)}", "license_link: LICENSE"]
    size = next((name for limit, name in _SIZES if len(vocabulary) < limit), "n>1M")
    lines = [
        "---",
        f"license: {licences[0].id.lower() if known else 'other'}",
        *named,
        f"pretty_name: {quoted(vocabulary.metadata['title'])}",
        "tags:",
        "- audio",
        "- vocabulary",
        "- sonolex",
        "size_categories:",
        f"- {size}",
        "configs:",
        "- config_name: default",
        "  data_files:",
        "  - split: train",
        f"    path: {CONCEPTS}",
        "---",
        "",
    ]
    return "\n".join(lines)


def _named(release: Release) -> str:
    return "-and-".join(licence.id.lower() for licence in release.licences)
