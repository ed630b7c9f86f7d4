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
_UNPRINTABLE = re.compile("[\x7f-\x9f\ufffe\uffff]")


def citation(release: Release) -> str:
    """YAML text; what the vocabulary was made from stands under ``references``."""
    vocabulary = release.vocabulary
    lines = [
        "cff-version: 1.2.0",
        'message: "If you use this vocabulary, please cite it as below, with its version."',
        "type: dataset",
        f"title: {_quoted(vocabulary.metadata['title'])}",
        f"version: {_quoted(vocabulary.version)}",
        "authors:",
        *(f"  - name: {_quoted(name)}" for name in release.authors),
        f"abstract: {_quoted(_abstract(vocabulary.metadata))}",
        "identifiers:",
        "  - type: other",
        f"    value: {_quoted(f'sha256:{vocabulary.content_hash}')}",
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
            f"    title: {_quoted(title)}",
            "    authors:",
            f"      - name: {_quoted(cited.split(',')[0])}",
            f"    notes: {_quoted(cited)}",
        ]
    return "\n".join(lines) + "\n"


def _abstract(metadata: Mapping[str, Any]) -> str:
    """What it is and, where that is said, what it is for and what not."""
    said = [metadata["description"]]
    said += [f"For: {metadata['purpose']}"] if metadata.get("purpose") else []
    said += [f"Not for: {metadata['not_for']}"] if metadata.get("not_for") else []
    return " ".join(" ".join(said).split()) if len(said) > 1 else said[0]


def _quoted(text: str) -> str:
    # A JSON string is a double-quoted scalar of YAML, but for a few characters that YAML wants
    # escaped.
    return _UNPRINTABLE.sub(
        lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False)
    )
