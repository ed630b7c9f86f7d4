"""All that a release holds, in memory: what its folder and every export are written from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from concept_core.errors import DataError
from concept_core.releases.specifiers import find_release, load_vocabulary
from concept_core.vocabulary import Concept, Vocabulary
from vocab_builder.building.lock import LOCK
from vocab_builder.licences.identifiers import NOT_STATED
from vocab_builder.release.tables import DROP_COLUMNS, DROPS, SCORE_COLUMNS, SCORES, Rows, read_rows

RECIPE = "recipe.toml"
# What the lock adds to its key when it is written.
_OF_DOCUMENT = ("key_sha256", "outputs")


@dataclass(frozen=True, slots=True)
class Contents:
    """A vocabulary with all that a release says of it.

    Attributes
    ----------
    vocabulary : Vocabulary
        With its metadata, of which title, description, licence and sources are always there.
    drops, scores : rows of text, or None
        As in ``drops.csv`` and ``scores.csv``; None where nothing is known of them: a list of
        words has neither, releases before 1.0 of the demo no scores.
    recipe : str or None
        The recipe's text.
    lock : mapping or None
        The key of the lock: all that the build depended on.
    folder : Path or None
        The release that this is, and nothing else; None of what was changed since, or is no
        release.
    """

    vocabulary: Vocabulary
    drops: Rows | None = None
    scores: Rows | None = None
    recipe: str | None = field(default=None, repr=False)
    lock: Mapping[str, Any] | None = field(default=None, repr=False)
    folder: Path | None = None

    def with_vocabulary(self, concepts: tuple[Concept, ...], **metadata: Any) -> Contents:
        """These contents with other concepts or metadata; size and hash follow."""
        old = self.vocabulary
        merged = {**old.metadata, **metadata}
        bare = Vocabulary(merged.get("id", old.id), merged.get("version", old.version), concepts)
        merged |= {"size": len(concepts), "content_hash": bare.content_hash}
        return replace(self, vocabulary=replace(bare, metadata=merged), folder=None)


def read_contents(folder: Path) -> Contents:
    """Read a release folder whole.

    Raises
    ------
    DataError, IntegrityError
        A file is broken, or the concepts are not those that the metadata states.
    """
    recipe = folder / RECIPE
    return Contents(
        filled(load_vocabulary(folder)),
        read_rows(folder / DROPS, DROP_COLUMNS),
        read_rows(folder / SCORES, SCORE_COLUMNS),
        recipe.read_text(encoding="utf-8") if recipe.is_file() else None,
        _read_lock(folder / LOCK),
        folder,
    )


def load_contents(spec: str, order: str = "descending") -> Contents:
    """Contents of a specifier: of a text file, its labels alone.

    Raises
    ------
    UsageError, DataError, IntegrityError
        As ``load_vocabulary``.
    """
    if Path(spec).is_file():
        return Contents(filled(load_vocabulary(spec, order=order)))
    return read_contents(find_release(spec))


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


def _read_lock(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    try:
        lock = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"{path}: not valid UTF-8 JSON: {error}") from error
    if not isinstance(lock, dict):
        raise DataError(f"{path}: expected a JSON object")
    return {key: value for key, value in lock.items() if key not in _OF_DOCUMENT}
