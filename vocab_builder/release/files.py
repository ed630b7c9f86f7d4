"""The files of a release folder, from its release, and the folder written at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from concept_core.errors import DataError, refuse_secrets
from concept_core.files import follow_umask, pretty_json, sha256_text, write_text
from concept_core.releases.folder import ALIASES, CONCEPTS, EVIDENCE, METADATA, SUMS
from concept_core.temporaries import full_disk, sweep, temporary_folder
from vocab_builder.licences.text import render_licence
from vocab_builder.release.card import render_card
from vocab_builder.release.citation import CITATION, citation
from vocab_builder.release.lock import LOCK
from vocab_builder.release.release import RECIPE, Release
from vocab_builder.release.tables import (
    DECISIONS,
    DROPS,
    NOTES,
    SCORES,
    alias_rows,
    concept_rows,
    csv_text,
    decision_rows,
    drop_rows,
    evidence_rows,
    note_rows,
    score_rows,
)
from vocab_builder.release.version_rule import Changes

CARD = "README.md"
LICENCE = "LICENSE"
CHANGES = "changes.json"


def render_files(release: Release, changes: Changes | None = None) -> dict[str, str]:
    """The text of every file of the folder, by name; equal releases give equal bytes.

    UsageError where an address in one of them has a password, key or token.

    Parameters
    ----------
    release : Release
    changes : Changes, optional
        Since the release before; of a build, which is none, left out.
    """
    vocabulary = release.vocabulary
    texts = {**table_texts(release), METADATA: pretty_json(vocabulary.metadata)}
    if release.recipe is not None:
        texts[RECIPE] = release.recipe
    if release.lock is not None:
        outputs = {name: sha256_text(text) for name, text in texts.items()}
        texts[LOCK] = release.lock.document(outputs)
    if changes is not None:
        texts[CHANGES] = pretty_json(changes.to_dict())
    texts |= {
        CARD: render_card(release, changes),
        LICENCE: render_licence(vocabulary),
        CITATION: citation(release),
    }
    for name, text in texts.items():
        refuse_secrets(text, f"{vocabulary.specifier}, {name}")
    return {**texts, SUMS: render_sums(texts)}


def render_sums(texts: Mapping[str, str]) -> str:
    """The text of ``SHA256SUMS`` over texts by file name."""
    sums = {name: sha256_text(text) for name, text in texts.items()}
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))


def table_texts(release: Release) -> dict[str, str]:
    """The csv tables of a release by file name; of some only where there is anything."""
    vocabulary = release.vocabulary
    rows = {CONCEPTS: concept_rows(vocabulary), EVIDENCE: evidence_rows(vocabulary)}
    if release.drops is not None:
        rows[DROPS] = drop_rows(release.drops)
    if release.scores is not None:
        rows[SCORES] = score_rows(release.scores)
    if vocabulary.aliases:
        rows[ALIASES] = alias_rows(vocabulary)
    if release.annotations:
        rows[NOTES] = note_rows(release.annotations)
    if release.decisions:
        rows[DECISIONS] = decision_rows(release.decisions)
    return {name: csv_text(name, table) for name, table in rows.items()}


def write_folder(folder: Path, texts: Mapping[str, str]) -> None:
    """Write a folder of texts; it appears whole, or not at all.

    Raises
    ------
    DataError
        ``folder`` exists, or appears meanwhile: a release is never overwritten.
    """
    check_target(folder)
    with temporary_folder(folder.parent, folder.name) as temporary:
        for name, text in texts.items():
            write_text(temporary / name, text)
        move_in(temporary, folder)


def move_in(temporary: Path, folder: Path) -> None:
    """Rename a finished folder into its place.

    Raises
    ------
    DataError
        ``folder`` appeared meanwhile.
    """
    follow_umask(temporary, 0o777)
    try:
        temporary.rename(folder)
    except OSError:
        check_target(folder)  # of two builds into one folder, the second to end finds it taken
        raise


def check_target(folder: Path) -> None:
    """See that a release can be written to ``folder``; asked before the work, not after.

    Raises
    ------
    DataError
        The folder is taken, or cannot be made.
    """
    sweep(folder.parent)
    if folder.exists() or folder.is_symlink():
        raise DataError(
            f"{folder}: exists and was built from something else; a release is never overwritten:"
            " choose another --out, or remove the folder yourself"
        )
    try:
        with temporary_folder(folder.parent, folder.name):
            pass
    except OSError as error:
        if full_disk(error):
            raise
        raise DataError(
            f"{folder}: cannot be made ({error.strerror}); choose another --out"
        ) from error
