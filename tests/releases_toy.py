"""Small vocabularies in memory, with sources under licences, for tests of releases and formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from concept_core.files import sha256_text
from concept_core.releases.folder import SUMS
from concept_core.releases.specifiers import assign_ids
from concept_core.vocabulary import Concept, Evidence, Vocabulary
from vocab_builder.licences.terms import terms_of
from vocab_builder.release.files import render_files, write_folder
from vocab_builder.release.release import Release, filled
from vocab_builder.stages.candidates import Candidate, Drop, Score

STRANGE = (
    "null", "nan", "true", "1e5", "café", "cafe", "rock 'n' roll", "a, b", 'say "ah"', "=cmd()",
    "+1", "@home", "مطر", "🔔", "шум", "-", "007", "NULL", "None", "x; y", "a\tb", "<b>", "\\n",
)  # fmt: skip
LINKS = ("audioset-broader:/m/09x0r", "audioset:/m/0bt9lr", "ucs:ANMLDog", "wordnet:dog.n.01")


def source(name: str, licence: str, concepts: int = 1, kind: str = "wordlist") -> dict[str, Any]:
    return {
        "name": name, "kind": kind, "origin": f"{name}.txt", "sha256": "0" * 64,
        "licence": licence, "concepts": concepts,
    }  # fmt: skip


def release_of(
    labels: Sequence[str],
    version: str = "0.1.0",
    name: str = "toy",
    seen: Mapping[str, Sequence[str]] | None = None,
    licences: Mapping[str, str] | None = None,
) -> Release:
    """A vocabulary; ``seen`` says which sources a label has evidence in, ``mine`` if left out."""
    licences = licences or {"mine": "CC0-1.0"}
    seen = seen or {}
    concepts = tuple(
        Concept(
            concept_id, label, "word", 2 * len(seen.get(label, ["mine"])),
            tuple(Evidence(one, "x:1", 2) for one in seen.get(label, ["mine"])),
            LINKS if place == 0 else (),
        )
        for place, (concept_id, label) in enumerate(zip(assign_ids(labels), labels, strict=True))
    )  # fmt: skip
    table = [
        source(one, licence, sum(one in seen.get(label, ["mine"]) for label in labels))
        for one, licence in licences.items()
    ]
    metadata = {
        "title": "Toy", "description": "A few words.", "sources": table, "encoder": None,
        "selection": "frequency", "stages": [{"stage": "sources", "before": 9, "after": 9}],
        "licence": terms_of(table).expression, "built_with": "sonolex 0",
    }  # fmt: skip
    drops = (Drop(Candidate("dropped", "noun", (), unlisted=3), "form", "too-short", 1, 2.5),)
    scores = {c.id: (Score("twins", 0.25, None, labels[0]),) for c in concepts}
    return Release(filled(Vocabulary(name, version, concepts, metadata)), drops, scores)


def write_small(release: Release, folder: Path) -> Path:
    """A release of six files: what publishing does, it does to each file alike."""
    kept = ("LICENSE", "README.md", "concepts.csv", "evidence.csv", "scores.csv", "vocabulary.json")
    texts = {name: text for name, text in render_files(release).items() if name in kept}
    sums = "".join(f"{sha256_text(texts[name])}  {name}\n" for name in kept)
    write_folder(folder, {**texts, SUMS: sums})
    return folder


def write(release: Release, folder: Path) -> Path:
    """The folder as ``sonolex build`` writes it."""
    write_folder(folder, render_files(release))
    return folder
