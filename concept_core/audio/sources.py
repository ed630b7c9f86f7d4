"""Where the bytes of a sound are: in a file, or in memory, as members of an archive are."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TypeAlias

from concept_core.files import sha256_bytes, sha256_file
from concept_core.temporaries import temporary_folder


@dataclass(frozen=True, slots=True)
class SoundBytes:
    """A sound file in memory.

    Attributes
    ----------
    content : bytes
        What the file would have.
    name : str
        What errors and tables call it; its ending is looked at where the first bytes do not tell
        the format.
    """

    content: bytes = field(repr=False)
    name: str

    @property
    def suffix(self) -> str:
        """The ending of the name, with its dot."""
        return Path(self.name).suffix

    def __str__(self) -> str:
        return self.name


SoundFile: TypeAlias = Path | SoundBytes
"""A sound file, wherever it is."""


def opened(file: SoundFile, buffering: int = -1) -> IO[bytes]:
    """The bytes of a sound file, from their start."""
    if isinstance(file, SoundBytes):
        return io.BytesIO(file.content)
    return open(file, "rb", buffering=buffering)


@contextlib.contextmanager
def on_disk(file: SoundFile) -> Iterator[Path]:
    """A sound file as one with its ending on a disk, for what goes by names."""
    if isinstance(file, Path):
        yield file
        return
    with temporary_folder(None, "sound") as folder:
        path = folder / f"sound{file.suffix[:20]}"
        path.write_bytes(file.content)
        yield path


def size_of(file: SoundFile) -> int:
    """How many bytes a sound file has."""
    return len(file.content) if isinstance(file, SoundBytes) else file.stat().st_size


def sha256_of(file: SoundFile) -> str:
    """Hex sha256 of a sound file's bytes."""
    return sha256_bytes(file.content) if isinstance(file, SoundBytes) else sha256_file(file)
