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
        They differ; the message names the first value that does, however deep it lies, and both
        of it.
    """
    for name in plan:
        if plan[name] != other.get(name):
            what, before, now = _first_difference(name, other.get(name), plan[name])
            raise DataError(
                f"{out} holds another run: its {what} is {_short(before)}, now it is"
                f" {_short(now)}; give an empty folder, or remove this one"
            )


def _first_difference(name: str, before: Any, now: Any) -> tuple[str, Any, Any]:
    """Where two values that differ do so first, as ``inputs: clips.csv: clips``, and both there."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        key = next(key for key in (*now, *before) if now.get(key) != before.get(key))
        return _first_difference(f"{name}: {key}", before.get(key), now.get(key))
    if isinstance(before, list) and isinstance(now, list):
        if len(before) != len(now):
            return f"number of {name}", len(before), len(now)
        place = next(place for place, one in enumerate(now) if one != before[place])
        one, other = before[place], now[place]
        named = isinstance(other, Mapping) and isinstance(other.get("name"), str)
        return _first_difference(f"{name}: {other['name'] if named else place + 1}", one, other)
    return name, before, now


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
