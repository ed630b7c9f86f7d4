"""CITATION.cff: how to cite a vocabulary, in the Citation File Format 1.2.0.

S. Druskat et al., Citation File Format, doi:10.5281/zenodo.5171937.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from vocab_builder.licences.text import citation_of
from vocab_builder.release.release import Release

CITATION = "CITATION.cff"
# What YAML wants escaped, takes for a line's end, or for a byte order mark; and what turns text.
_UNPRINTABLE = re.compile(
    "[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


def citation(release: Release) -> str:
    """YAML text; what the vocabulary was made from stands under ``references``."""
    vocabulary = release.vocabulary
    lines = [
        "cff-version: 1.2.0",
        'message: "If you use this vocabulary, please cite it as below, with its version."',
        "type: dataset",
        f"title: {quoted(vocabulary.metadata['title'])}",
        f"version: {quoted(vocabulary.version)}",
        "authors:",
        *(f"  - name: {quoted(name)}" for name in release.authors),
        f"abstract: {quoted(_abstract(vocabulary.metadata))}",
        "identifiers:",
        "  - type: other",
        f"    value: {quoted(f'sha256:{vocabulary.content_hash}')}",
        '    description: "content hash of the ordered concepts"',
    ]
    licences = release.licences
    # Several would be read as a choice, and SPDX has no identifier for some.
    if len(licences) == 1 and not licences[0].id.startswith("LicenseRef-"):
        lines.append(f"license: {licences[0].id}")
    resources = dict.fromkeys(citation_of(source) for source in release.sources)
    references = [(title, cited) for title, cited in resources if cited]
    if references:
        lines.append("references:")
    for title, cited in references:
        lines += [
            "  - type: data",
            f"    title: {quoted(title)}",
            "    authors:",
            f"      - name: {quoted(cited.split(',')[0])}",
            f"    notes: {quoted(cited)}",
        ]
    return "\n".join(lines) + "\n"


def _abstract(metadata: Mapping[str, Any]) -> str:
    """What it is and, where that is said, what it is for and what not."""
    said = [metadata["description"]]
    said += [f"For: {metadata['purpose']}"] if metadata.get("purpose") else []
    said += [f"Not for: {metadata['not_for']}"] if metadata.get("not_for") else []
    return " ".join(" ".join(said).split()) if len(said) > 1 else said[0]


def quoted(text: str) -> str:
    """A text as a double-quoted scalar of YAML, whatever it holds."""
    # A JSON string is a double-quoted scalar of YAML, but for a few characters that YAML wants
    # escaped.
    return _UNPRINTABLE.sub(
        lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False)
    )
