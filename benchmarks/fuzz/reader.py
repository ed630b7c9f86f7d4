"""What a reader of data from outside is to the fuzzer."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.fuzz.corpus import Seed

Call = Callable[[Path, str], Any]


@dataclass(frozen=True, slots=True)
class Reader:
    """One way in.

    Attributes
    ----------
    name : str
    covers : tuple of str
        The functions that a call goes through, ``module.name`` or ``module.Class.name``.
    seeds : tuple of Seed
        Whole inputs.
    call : callable
        Takes a folder with the files of a seed, and the path in it of the mutated one.
    """

    name: str
    covers: tuple[str, ...]
    seeds: tuple[Seed, ...]
    call: Call


@contextlib.contextmanager
def ours() -> Iterator[None]:
    """An error of ours is an answer; go on."""
    import click

    from concept_core.errors import SonolexError

    with contextlib.suppress(SonolexError, click.ClickException):
        yield
