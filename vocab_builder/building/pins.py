"""A build held to a lock: the releases at its versions, and every input as it was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from concept_core.errors import DataError
from vocab_builder.building.inputs import Input, Inputs

_KEYS = ("role", "origin", "sha256", "licence")


@dataclass(frozen=True, slots=True)
class Pins:
    """The inputs of a lock.

    Attributes
    ----------
    path : Path
        Of the lock.
    inputs : tuple of Input
    """

    path: Path
    inputs: tuple[Input, ...]

    @property
    def releases(self) -> Mapping[str, str]:
        """Name of a source to the specifier that the lock has for it."""
        return {one.role: one.origin for one in self.inputs}

    def check(self, found: Inputs) -> None:
        """See that a build would read what the lock lists.

        Raises
        ------
        DataError
            An input differs, is new or is missing; the message names every one.
        """
        wanted = {(one.role, one.origin): one.sha256 for one in self.inputs}
        here = {(one.role, one.origin): one.sha256 for one in found.listed}
        lines = [
            f"  {role} ({origin}): sha256 is {here.get((role, origin), 'none, it is not read')},"
            f" the lock says {wanted.get((role, origin), 'nothing of it')}"
            for role, origin in sorted({*wanted, *here})
            if wanted.get((role, origin)) != here.get((role, origin))
        ]
        if lines:
            raise DataError(
                f"{self.path}: this build would read other inputs than the lock has; bring those"
                " back, or build without --lock\n" + "\n".join(lines)
            )


def read_pins(path: Path) -> Pins:
    """The inputs of a ``recipe.lock``.

    Raises
    ------
    DataError
        No such file, or no lock.
    """
    try:
        lock: Any = json.loads(path.read_text(encoding="utf-8"))
        inputs = tuple(Input(**{key: str(one[key]) for key in _KEYS}) for one in lock["inputs"])
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file; name an earlier build's recipe.lock") from error
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}: not a recipe.lock: {error}") from error
    return Pins(path, inputs)
