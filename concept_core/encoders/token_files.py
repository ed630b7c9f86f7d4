"""The files of a tokenizer: which of a folder's they are, and the folder that has them."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from concept_core.encoders.hub import snapshot
from concept_core.errors import DataError, MissingError
from concept_core.extras import require_extra

TOKEN_FILES = ("tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt")
"""Whatever of these a folder has decides what a text becomes."""


def token_files(folder: Path) -> list[Path]:
    """The tokenizer's files in a folder, by name.

    Raises
    ------
    DataError
        Those without which every text would become the same are not there.
    """
    found = sorted(folder / name for name in TOKEN_FILES if (folder / name).is_file())
    names = {path.name for path in found}
    if "tokenizer.json" not in names and not {"vocab.json", "merges.txt"} <= names:
        raise DataError(
            f"{folder}: no tokenizer.json, and not both of vocab.json and merges.txt; every text"
            " would become the same. Put the files of the model's own tokenizer there"
        )
    return found


def tokenizer_folder(asked: str | None, names: Sequence[str], *, offline: bool) -> Path:
    """The folder with a tokenizer that a checkpoint does not carry.

    Parameters
    ----------
    asked : str or None
        A folder, or a hub id, which may be downloaded; else the hub's local cache is looked into.
    names : sequence of str
        What the tokenizer is called on the hub, its full id last.
    offline : bool
        Download nothing.

    Raises
    ------
    UsageError
        Neither a folder nor a hub id.
    MissingError
        It is not here, or not to be had.
    DataError
        The folder lacks its files.
    """
    if asked is not None:
        folder = Path(asked)
        if not folder.is_dir():
            folder = snapshot(asked, ("vocab.json", "merges.txt"), TOKEN_FILES, offline=offline)
        token_files(folder)
        return folder
    hub = require_extra("huggingface_hub")
    for name in names:
        with contextlib.suppress(OSError, ValueError, DataError):
            kept = hub.snapshot_download(
                name, allow_patterns=list(TOKEN_FILES), local_files_only=True
            )
            token_files(Path(kept))
            return Path(kept)
    raise MissingError(
        f"the tokenizer {names[-1]} is not in the hub's local cache. Where the hub can be reached,"
        f" run\n  hf download {names[-1]} {' '.join(TOKEN_FILES)} --local-dir FOLDER\n"
        "bring the folder here, and write ?tokenizer=FOLDER after the checkpoint in the encoder's"
        " name"
    )
