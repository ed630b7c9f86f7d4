"""Whether an output is of the run that would go on in it: of embeddings and of weights alike."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from concept_core import stores
from concept_core.errors import AbsentFileError, DataError

_SHOWN = 300
"""Characters of a value in a message."""


def check_same_run(out: str | Path, plan: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    """See that an output's plan is the plan of now.

    Parameters
    ----------
    out : str or Path
        Folder or address, for the message.
    plan, other : dict
        Of now, and what the output has.

    Raises
    ------
    DataError
        They differ; the message names the first entry that does, and both values.
    """
    differs = [name for name in plan if plan[name] != other.get(name)]
    if differs:
        name = differs[0]
        raise DataError(
            f"{out} holds another run: its {name} is {_short(other.get(name))}, now it is"
            f" {_short(plan[name])}; give an empty folder, or remove this one"
        )


def check_output(out: str | Path, manifest: str, advice: str) -> None:
    """See that an output is there, with its manifest.

    Parameters
    ----------
    out : str or Path
        Folder or address.
    manifest : str
        The name of its manifest.
    advice : str
        What to give instead.

    Raises
    ------
    AbsentFileError
        There is no such folder, or nothing of a run at the address.
    DataError
        The folder holds no manifest.
    """
    if stores.exists(stores.join(out, manifest)):
        return
    if not stores.is_address(out) and not os.path.lexists(out):
        raise AbsentFileError(f"{out}: no such folder; {advice}")
    # A store has no folders: what is not there is the file.
    kind = AbsentFileError if stores.is_address(out) else DataError
    raise kind(f"{out}: no {manifest} here; {advice}")


def check_empty(out: str | Path, manifest: str) -> None:
    """See that an output without a manifest has no files.

    Raises
    ------
    DataError
        It has some: they are of something else.
    """
    if stores.list_files(out):
        raise DataError(f"{out} is not empty and holds no {manifest}; give an empty folder")


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) < _SHOWN else f"{text[:_SHOWN]} ..."
