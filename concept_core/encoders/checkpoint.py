"""Checkpoint files of torch: identified by their bytes, and opened without running what they hold.

Such a file is a pickle, and a pickle can run anything. Torch reads one that holds nothing but
weights without that; whatever holds more is opened only where its sha256 was given.
"""

from __future__ import annotations

import pickle
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from concept_core.encoders.hub import token_files, tokenizer_folder
from concept_core.encoders.windowed import Plan, Tower
from concept_core.errors import DataError, IntegrityError, MissingFileError, UsageError
from concept_core.extras import check_extra
from concept_core.files import canonical_json, sha256_file, sha256_text

if TYPE_CHECKING:
    import torch

State = Mapping[str, "torch.Tensor"]

TRUST = "trust"
"""What a person says instead of a sum, of a file that is the person's own."""


@dataclass(frozen=True, slots=True)
class Located:
    """A checkpoint whose tokenizer lies in a folder beside it.

    Attributes
    ----------
    path, tokens : Path
        The file, and the tokenizer's folder.
    digest : str
        sha256 of the file.
    trusted : bool
        Whether the user vouched for a file that holds more than weights.
    """

    path: Path
    tokens: Path
    digest: str
    trusted: bool


@dataclass(frozen=True, slots=True)
class CheckpointFile:
    """A kind of checkpoint whose tokenizer lies in a folder beside it.

    Attributes
    ----------
    name, dim, sample_rate, window, fill
        As of ``Plan``.
    packages : tuple of str
        Optional modules that run it.
    get : str
        The command that gets such a file.
    tokenizer : tuple of str
        What its tokenizer is called on the hub, its full id last.
    load : callable
        From the file, a device and a precision to the model.
    """

    name: str
    packages: tuple[str, ...]
    get: str
    tokenizer: tuple[str, ...]
    dim: int
    sample_rate: int
    window: int
    fill: str
    load: Callable[[Located, str, str], Tower]

    def plan(
        self,
        path: Path,
        *,
        tokenizer: str | None = None,
        sha256: str | None = None,
        offline: bool = False,
        vouched: bool = True,
    ) -> Plan:
        """The plan for a file of this kind.

        Parameters
        ----------
        path : Path
        tokenizer : str or None
            Folder or hub id of the tokenizer; else the hub's local cache has it.
        sha256 : str or None
            Of the file, or ``trust``; needed only where it holds more than weights.
        offline : bool
            Download nothing.
        vouched : bool
            Whether a person gave the sha256; one that another file states is only compared.

        Raises
        ------
        MissingError
            A package, the file or the tokenizer is not here.
        UsageError, IntegrityError
            The sha256 is none, or another than the file's.
        DataError
            The tokenizer's folder lacks its files.
        """
        for package in self.packages:
            check_extra(package)
        digest = checkpoint_digest(path, sha256, self.get)
        tokens = tokenizer_folder(tokenizer, self.tokenizer, offline=offline)
        sums = [["checkpoint", digest]]
        sums += [[one.name, sha256_file(one)] for one in token_files(tokens)]
        found = Located(path, tokens, digest, vouched and sha256 is not None)
        return Plan(
            name=self.name,
            checkpoint=sha256_text(canonical_json(sums)),
            dim=self.dim,
            sample_rate=self.sample_rate,
            window=self.window,
            fill=self.fill,
            load=partial(self.load, found),
        )


def checkpoint_digest(path: Path, asked: str | None, get: str) -> str:
    """The sha256 of a checkpoint, compared with the one that was asked for.

    Parameters
    ----------
    path : Path
    asked : str or None
        A sha256, ``trust``, or nothing.
    get : str
        The command that gets such a file.

    Raises
    ------
    MissingError
        There is no such file.
    UsageError
        What was asked for is neither.
    IntegrityError
        The file has another sha256.
    """
    if asked not in (None, TRUST) and not re.fullmatch("[0-9a-fA-F]{64}", asked or ""):
        raise UsageError(f"sha256={asked}: give the 64 hexadecimal digits, or {TRUST!r}")
    if not path.is_file():
        raise MissingFileError(
            f"{path}: no such checkpoint. Where the hub can be reached, run\n  {get}\n"
            "bring the file here, and name it in the encoder"
        )
    digest = sha256_file(path)
    if asked not in (None, TRUST, digest) and str(asked).lower() != digest:
        raise IntegrityError(
            f"{path}: its sha256 is {digest}, not {asked}; copy the file again, or correct the sum"
        )
    return digest


def read_state(path: Path, key: str, digest: str, *, trusted: bool) -> State:
    """The weights in a checkpoint, by name, without the prefix of parallel training.

    Parameters
    ----------
    path : Path
    key : str
        Under which the file holds them; it may also be nothing but them.
    digest : str
        Its sha256.
    trusted : bool
        Whether its sha256, or trust, was given: what it holds besides may then be run.

    Raises
    ------
    DataError
        It holds more than weights and is not trusted, or it is no such file.
    """
    try:
        held = _opened(path, weights_only=True)
    except pickle.UnpicklingError as error:
        named = re.search(r"GLOBAL (\S+)", str(error))
        if named is None:
            raise _unreadable(path, error) from error
        if not trusted:
            raise DataError(
                f"{path}: holds more than weights ({named[1]}), and opening it could run what it"
                f" holds. Its sha256 is {digest}: if its publisher states this sum, write\n"
                f"  ?sha256={digest}\n"
                f"after the file in the name that you give with --encoder (what a recipe or study"
                f" states does not count); if you made it, ?sha256={TRUST} will do"
            ) from None
        held = _opened(path, weights_only=False)
    state = held.get(key, held) if isinstance(held, dict) else held
    return _weights(path, key, state)


def _opened(path: Path, *, weights_only: bool) -> Any:
    import torch

    try:
        with torch.serialization.safe_globals(_numbers()):
            return torch.load(
                path,
                map_location="cpu",
                # The states of the training's optimiser, larger than the model, stay on the disk.
                mmap=zipfile.is_zipfile(path),
                weights_only=weights_only,
            )
    except pickle.UnpicklingError:
        raise
    # On broken files the reader raises whatever the broken place makes it raise.
    except Exception as error:
        raise _unreadable(path, error) from error


def _numbers() -> list[Callable[..., Any] | tuple[Callable[..., Any], str]]:
    """What numpy's numbers are pickled as: training notes its losses in them beside the weights."""
    scalar: Any = np.float64(0).__reduce__()[0]
    kinds = [type(np.dtype(name)) for name in ("f4", "f8", "i4", "i8", "b1")]
    # Before numpy 2 the module had the other name, which the files keep.
    names = [f"numpy.{core}.multiarray.scalar" for core in ("core", "_core")]
    return [np.dtype, *kinds, *((scalar, name) for name in names)]


def _weights(path: Path, key: str, state: Any) -> State:
    import torch

    if (
        not isinstance(state, Mapping)
        or not state
        or not all(isinstance(value, torch.Tensor) for value in state.values())
    ):
        raise DataError(f"{path}: holds no weights by name, neither under {key!r} nor directly")
    prefix = "module." if all(name.startswith("module.") for name in state) else ""
    return {name.removeprefix(prefix): value for name, value in state.items()}


def _unreadable(path: Path, error: Exception) -> DataError:
    first = (str(error).splitlines() or [""])[0]
    return DataError(
        f"{path}: cannot be read as a torch checkpoint ({type(error).__name__}: {first});"
        " copy the file again"
    )
