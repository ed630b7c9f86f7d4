"""Model files of the Hugging Face hub: from its local cache, or downloaded because an id was named.

Nothing else in this package reaches the hub. Without a network, or offline, the answer comes at
once and says how to get the files.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from concept_core.errors import MissingError, UsageError
from concept_core.extras import require_extra

# Before a download is tried, which would retry for minutes.
_PROBE_SECONDS = 3


def snapshot(
    model: str, needed: Sequence[str], beside: Sequence[str] = (), *, offline: bool = False
) -> Path:
    """The folder with a model's files.

    Parameters
    ----------
    model : str
        ``owner/name`` or ``owner/name@revision``.
    needed, beside : sequence of str
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
        "allow_patterns": [*needed, *beside],
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
        raise MissingError(f"{model} is not in the hub's local cache, and offline. {by_hand}")
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
