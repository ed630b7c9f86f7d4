"""What every source shares: its place in a recipe, and candidates out of occurrences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from concept_core.errors import DataError, UsageError
from concept_core.vocabulary import Evidence
from vocab_builder.stages.candidates import Candidate, merge_evidence
from vocab_builder.words.normal_form import normal_form


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """One ``[[source]]`` of a recipe, with its file found.

    Attributes
    ----------
    kind : str
        One of ``vocab_builder.sources.SOURCES``.
    name : str
        What evidence calls it, such as ``audiocaps-train``.
    licence : str
        As stated by the source; goes into the release.
    path : Path or None
        The file or release folder; None for WordNet, which NLTK finds.
    options : mapping
        The kind's own keys, not yet checked.
    weight : float
        What one occurrence here counts, where candidates are ranked; evidence keeps the count.
    """

    kind: str
    name: str
    licence: str
    path: Path | None
    options: Mapping[str, Any]
    weight: float = 1.0


class Source(Protocol):
    """A frozen dataclass whose fields are its options, called on the spec it was made from."""

    @property
    def needs(self) -> frozenset[str]:
        """What it asks for beside its file: names of resources that NLTK reads."""
        ...

    def __call__(self, spec: SourceSpec) -> list[Candidate]:
        """Candidates with labels in normal form, most frequent first, ties by label."""
        ...


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A text found at one place of a source; ``kind`` None says ``word`` or ``phrase``."""

    text: str
    locator: str
    count: int = 1
    kind: str | None = None
    links: tuple[str, ...] = ()


def gather(occurrences: Iterable[Occurrence], spec: SourceSpec) -> list[Candidate]:
    """One candidate a label, with all its places and links; the first kind given stays.

    Raises
    ------
    DataError
        If there is not one label.
    """
    evidence: dict[str, list[Evidence]] = {}
    kinds: dict[str, str] = {}
    links: dict[str, set[str]] = {}
    for one in occurrences:
        label = normal_form(one.text)
        if not label:
            continue
        evidence.setdefault(label, []).append(Evidence(spec.name, one.locator, one.count))
        kinds.setdefault(label, one.kind or ("phrase" if " " in label else "word"))
        links.setdefault(label, set()).update(one.links)
    if not evidence:
        raise DataError(f"{spec.path or spec.name}: no labels found; the source is empty")
    candidates = [
        Candidate(label, kinds[label], merge_evidence(places), tuple(sorted(links[label])))
        for label, places in evidence.items()
    ]
    return sorted(candidates, key=lambda candidate: (-candidate.count, candidate.label))


def file_of(spec: SourceSpec) -> Path:
    """The path of a source that reads a file.

    Raises
    ------
    UsageError
        If the recipe gives none.
    """
    if spec.path is None:
        raise UsageError(f"source {spec.name!r}: kind {spec.kind!r} reads a file; give its path")
    return spec.path
