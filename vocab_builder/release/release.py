"""A release: a vocabulary with all that is known of how it came about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from concept_core.documents import parse_toml, read_text
from concept_core.files import named_path
from concept_core.releases.specifiers import find_release, load_vocabulary
from concept_core.values import Table, from_data
from concept_core.vocabulary import Alias, Concept, Vocabulary
from vocab_builder.curation.aliases import Annotation
from vocab_builder.curation.decisions import KEEP, Decision
from vocab_builder.licences.identifiers import NOT_STATED, Licence, parse_licences
from vocab_builder.release.lock import LOCK, Lock, read_lock
from vocab_builder.release.tables import (
    DECISIONS,
    DROPS,
    NOTES,
    SCORES,
    Scores,
    read_drops,
    read_notes,
    read_release_decisions,
    read_scores,
)
from vocab_builder.stages.candidates import Drop

if TYPE_CHECKING:
    import pandas as pd

    from concept_core.decomposition.dictionary import Dictionary
    from vocab_builder.release.why import Reasons

RECIPE = "recipe.toml"


class _StopTable(TypedDict, total=False):
    kind: str
    lists: list[str]
    inside: list[str]
    words: list[str]


class _RecipeTables(TypedDict, total=False):
    """What is read of the recipe in a release, which anybody may have written."""

    vocabulary: dict[str, Any]
    filter: list[_StopTable]


@dataclass(frozen=True, slots=True, repr=False)
class Release(Table):
    """A vocabulary with its drops, scores, recipe and lock.

    Attributes
    ----------
    vocabulary : Vocabulary
        With its metadata, of which title, description, licence and sources are always there.
    drops : tuple of Drop, or None
        Every candidate that was left out, and why; None where nothing is known of them, as of a
        plain list of words.
    scores : mapping of concept id to tuple of Score, or None
        What the stages measured of each concept; releases before 1.0 of the demo have none.
    annotations : tuple of Annotation
        Notes, definitions, broader and related concepts.
    decisions : tuple of Decision
        All that people decided, also what was replaced since.
    recipe : str or None
        The recipe's text.
    lock : Lock or None
        All that the build depended on.
    folder : Path or None
        The release folder that this was read from, unchanged; None of anything else.
    """

    vocabulary: Vocabulary
    drops: tuple[Drop, ...] | None = None
    scores: Scores | None = None
    recipe: str | None = None
    lock: Lock | None = None
    folder: Path | None = None
    annotations: tuple[Annotation, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @classmethod
    def load(cls, spec: str | Path, order: str = "descending") -> Release:
        """The release of a specifier (``id@version``, a range), a folder, or a text file of labels.

        Parameters
        ----------
        spec : str or Path
        order : str
            Of a text file: which end holds the most important label.

        Raises
        ------
        UsageError
            No such release.
        DataError, IntegrityError
            A file is broken, or the concepts are not those that the metadata states.
        """
        path = named_path(spec)
        if path.is_file():
            return cls(filled(load_vocabulary(spec, order=order)))
        folder = path if path.is_dir() else find_release(str(spec))
        recipe, lock = folder / RECIPE, folder / LOCK
        return cls(
            filled(load_vocabulary(folder)),
            read_drops(folder / DROPS),
            read_scores(folder / SCORES),
            read_text(recipe) if recipe.is_file() else None,
            read_lock(lock) if lock.is_file() else None,
            folder,
            read_notes(folder / NOTES),
            read_release_decisions(folder / DECISIONS),
        )

    def write(self, folder: str | Path) -> None:
        """Write the folder; it appears whole, or not at all.

        Raises
        ------
        DataError
            ``folder`` exists, or appears meanwhile: a release is never overwritten.
        """
        from vocab_builder.release.files import render_files, write_folder

        write_folder(Path(folder), render_files(self))

    def why(self, word: str) -> Reasons:
        """Why a word, in any of its forms, is in, or what left it out; see `why.why`."""
        from vocab_builder.release.why import why

        return why(word, self)

    def why_each(self, words: Iterable[str]) -> Iterator[Reasons]:
        """What ``why`` says of each word: of many, much sooner than one after the other."""
        from vocab_builder.release.why import why_each

        return why_each(words, self)

    def dropped_by(self, stage: str) -> tuple[Drop, ...]:
        """The candidates that a filter, or ``selection``, left out."""
        return tuple(drop for drop in self.drops or () if drop.filter == stage)

    def neighbours(self, label: str, dictionary: Dictionary, n: int = 5) -> list[tuple[str, float]]:
        """The n concepts nearest to a concept, with their cosines in a dictionary of this release.

        Raises
        ------
        KeyError
            No concept has that label.
        """
        import numpy as np

        places = {name: place for place, name in enumerate(dictionary.labels)}
        cosines = np.asarray(dictionary.atoms @ dictionary.atoms[places[label]])
        order = [place for place in np.argsort(-cosines, kind="stable") if place != places[label]]
        return [(dictionary.labels[place], float(cosines[place])) for place in order[:n]]

    @property
    def specifier(self) -> str:
        """``id@version``."""
        return self.vocabulary.specifier

    @property
    def metadata(self) -> dict[str, Any]:
        """What the release says of itself."""
        return self.vocabulary.metadata

    @property
    def aliases(self) -> tuple[Alias, ...]:
        """Other labels of its concepts."""
        return self.vocabulary.aliases

    @property
    def authors(self) -> list[str]:
        """Who made it, as its recipe says; else nobody by name."""
        return list(self.metadata.get("authors", ())) or [f"The authors of {self.vocabulary.id}"]

    @property
    def licences(self) -> tuple[Licence, ...]:
        """The licences that its metadata states."""
        return parse_licences(self.metadata["licence"])

    @property
    def sources(self) -> list[Mapping[str, Any]]:
        """The sources that gave a concept."""
        return [one for one in self.metadata["sources"] if one["concepts"]]

    @property
    def file_name(self) -> str:
        """Its id as a name of small letters, digits and hyphens: a file's stem may be anything."""
        name = re.sub(r"[^a-z0-9._-]+", "-", self.vocabulary.id.lower()).strip("-.")
        return name or "vocabulary"

    def recipe_tables(self) -> dict[str, Any]:
        """The tables of its recipe; none where it has no recipe.

        Raises
        ------
        DataError
            The recipe is no TOML, or has other than tables where we look for them.
        """
        where = f"{self.specifier}, {RECIPE}"
        tables = parse_toml(self.recipe or "", where)
        from_data(tables, _RecipeTables, where)
        return tables

    @property
    def settled(self) -> frozenset[str]:
        """Labels that a person wants, whatever a filter thinks: kept ones, and own words."""
        kept = {one.label for one in self.decisions if one.action == KEEP}
        own = frozenset() if self.lock is None else self.lock.pinned
        of_own = (
            concept.label
            for concept in self.vocabulary
            if any(one.source in own for one in concept.evidence)
        )
        return frozenset({*kept, *of_own})

    def with_concepts(self, concepts: tuple[Concept, ...], **metadata: Any) -> Release:
        """This release with other concepts or metadata; size and hash follow."""
        old = self.vocabulary
        merged = {**old.metadata, **metadata}
        bare = Vocabulary(merged.get("id", old.id), merged.get("version", old.version), concepts)
        merged |= {"size": len(concepts), "content_hash": bare.content_hash}
        ids = {concept.id for concept in concepts}
        if "examples" in merged:
            labels = {concept.label for concept in concepts}
            merged["examples"] = [label for label in merged["examples"] if label in labels]
        aliases = tuple(one for one in old.aliases if one.id in ids)
        annotations = tuple(one for one in self.annotations if one.id in ids)
        vocabulary = replace(bare, metadata=merged, aliases=aliases)
        return replace(self, vocabulary=vocabulary, annotations=annotations, folder=None)

    def to_frame(self) -> pd.DataFrame:
        """One row a concept, as of the vocabulary, with what each stage measured. Needs pandas."""
        frame = self.vocabulary.to_frame()
        scores = self.scores or {}
        for stage in dict.fromkeys(one.stage for found in scores.values() for one in found):
            values = {name: one.value for name, found in scores.items()
                      for one in found if one.stage == stage}  # fmt: skip
            frame[stage] = frame["id"].map(values)
        return frame

    def __repr__(self) -> str:
        drops = "" if self.drops is None else f", {len(self.drops):,} drops"
        return f"Release({self.specifier!r}, {len(self.vocabulary):,} concepts{drops})"


def filled(vocabulary: Vocabulary) -> Vocabulary:
    """With what any release says of itself, where a list of words or an old release does not."""
    metadata = {
        "title": vocabulary.id,
        "description": f"An ordered list of {len(vocabulary)} words for sound.",
        "licence": NOT_STATED,
        "sources": [],
        **vocabulary.metadata,
        "id": vocabulary.id,
        "version": vocabulary.version,
        "size": len(vocabulary),
        "content_hash": vocabulary.content_hash,
    }
    return replace(vocabulary, metadata=metadata)
