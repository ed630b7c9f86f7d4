"""Model files of the Hugging Face hub, and the files of a tokenizer, wherever they lie.

They come from the hub's local cache, or are downloaded because an id was named; nothing else in
this package reaches the hub. Without a network, or offline, the answer comes at once and says how
to get the files.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from concept_core.errors import DataError, MissingError, MissingFileError, UsageError
from concept_core.extras import require_extra

# Before a download is tried, which would retry for minutes.
_PROBE_SECONDS = 3
TOKEN_FILES = ("tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt")
"""Whatever of these a folder has decides what a text becomes."""


def snapshot(
    model: str, needed: Sequence[str], optional: Sequence[str] = (), *, offline: bool = False
) -> Path:
    """The folder with a model's files.

    Parameters
    ----------
    model : str
        ``owner/name`` or ``owner/name@revision``.
    needed, optional : sequence of str
        Names of the files without which it is of no use, with wildcards, and of those that are
        wanted where there are any.
    offline : bool
        Look into the local cache alone; so does ``HF_HUB_OFFLINE=1``.

    Raises
    ------
    UsageError
        Neither a folder nor such an id.
    MissingError
        It is not in the cache, and offline, or the hub cannot be reached or does not have it.
    """
    name, _, revision = model.partition("@")
    if not model or name.count("/") != 1 or name.startswith((".", "/", "~")) or name.endswith("/"):
        raise UsageError(
            f"{model!r} is neither a folder nor a hub id such as laion/clap-htsat-unfused"
        )
    hub = require_extra("huggingface_hub")
    asked = {
        "repo_id": name,
        "revision": revision or None,
        "allow_patterns": [*needed, *optional],
        "library_name": "sonolex",
    }
    with contextlib.suppress(OSError, ValueError):
        here = Path(hub.snapshot_download(**asked, local_files_only=True))
        # It may hold what another tool fetched alone, such as a tokenizer.
        if all(any(here.glob(pattern)) for pattern in needed):
            return here
    get = f"hf download {name}" + (f" --revision {revision}" if revision else "")
    by_hand = (
        f"Where the hub can be reached, run\n  {get} --local-dir FOLDER\n"
        "bring the folder here, and name it in the encoder: clap:FOLDER"
    )
    if offline or os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE"):
        raise MissingFileError(f"{model} is not in the hub's local cache, and offline. {by_hand}")
    _probe(hub.constants.ENDPOINT, model, by_hand)
    try:
        return Path(hub.snapshot_download(**asked))
    except (OSError, ValueError) as error:
        first = str(error).strip().splitlines()[0]
        raise MissingError(f"{model} could not be had from the hub: {first}\n{by_hand}") from error


def _probe(endpoint: str, model: str, by_hand: str) -> None:
    """See that the hub can be reached at all."""
    import requests

    try:
        requests.head(endpoint, timeout=_PROBE_SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        raise MissingError(
            f"{model} is not in the hub's local cache, and {endpoint} cannot be reached"
            f" ({type(error).__name__}). {by_hand}"
        ) from error


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
        It is not here and cannot be downloaded.
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
    raise MissingFileError(
        f"the tokenizer {names[-1]} is not in the hub's local cache. Where the hub can be reached,"
        f" run\n  hf download {names[-1]} {' '.join(TOKEN_FILES)} --local-dir FOLDER\n"
        "bring the folder here, and write ?tokenizer=FOLDER after the checkpoint in the encoder's"
        " name"
    )
