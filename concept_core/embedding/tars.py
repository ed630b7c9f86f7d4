"""Archives of clips as WebDataset has them: members of one key stand beside each other in a tar.

Nothing is unpacked: a member is read into memory and decoded there, so that no name in an archive
leads anywhere.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from concept_core import stores
from concept_core.audio import AUDIO_SUFFIXES, SoundBytes
from concept_core.datasets.listing import UNREAD_SUFFIXES
from concept_core.embedding.tables import written_id
from concept_core.errors import SonolexError

LARGEST_MEMBER = 1 << 30
"""Bytes of a sound that is read into memory; a wav of three hours in stereo has as many."""
_COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}


@dataclass(frozen=True, slots=True)
class TarSound:
    """A sound of an archive, or why there is none.

    Attributes
    ----------
    id : str
        The key of its sample: its path without all that follows the first dot of its name.
    sound : SoundBytes or None
    reason : str
        Why there is no sound.
    """

    id: str
    sound: SoundBytes | None
    reason: str = ""


def key_of(name: str) -> tuple[str, str]:
    """The key of a member and its ending, as WebDataset takes names apart.

    >>> key_of("train/0001.left.wav"), key_of("train/0001.json")
    (('train/0001', 'left.wav'), ('train/0001', 'json'))
    """
    folder, slash, base = name.rpartition("/")
    key, _, ending = base.partition(".")
    return f"{folder}{slash}{key}", ending


def read_tar(address: str) -> Iterator[TarSound]:
    """The sounds of a tar, in its order, one in memory at a time.

    An archive that is damaged gives what is before the damage, and a last member without a sound
    that says so.

    Raises
    ------
    DataError
        There is no such file.
    NoAnswerError
        A store that does not answer.
    """
    seen = ""
    with stores.stream(address) as handle:
        try:
            with tarfile.open(fileobj=handle, mode="r:") as archive:
                while (member := archive.next()) is not None:
                    # All members are kept otherwise: a kilobyte each.
                    archive.members.clear()  # type: ignore[attr-defined]
                    found = _member(archive, member, address, seen)
                    if found is not None:
                        seen = found.id if found.sound else seen
                        yield found
                # tarfile takes a header that is none for the end of the archive.
                handle.seek(archive.offset)
                if handle.read(tarfile.BLOCKSIZE).strip(b"\0"):
                    raise tarfile.ReadError("a broken header")
        except SonolexError:
            raise
        except (tarfile.TarError, EOFError, ValueError) as error:
            reason = _compressed(handle) or f"not a whole tar file ({error}); copy it again"
            yield TarSound(stores.base_name(address), None, f"{address}: {reason}")


def _compressed(handle: BinaryIO) -> str:
    """What is said of an archive that is compressed; empty of others."""
    handle.seek(0)
    first = handle.read(max(map(len, _COMPRESSED)))
    kind = next((name for start, name in _COMPRESSED.items() if first.startswith(start)), "")
    return f"compressed ({kind}); unpack it to a tar first" if kind else ""


def _member(
    archive: tarfile.TarFile, member: tarfile.TarInfo, address: str, seen: str
) -> TarSound | None:
    """A member that is a sound, or a link to one; None for all else."""
    name = member.name
    suffix = f".{name.lower().rpartition('.')[2]}"
    hidden = any(part.startswith(".") and part.strip(".") for part in name.split("/"))
    is_sound = suffix in AUDIO_SUFFIXES or suffix in UNREAD_SUFFIXES
    is_link = member.issym() or member.islnk()
    if not (member.isfile() or is_link) or hidden or not is_sound:
        return None
    key = written_id(key_of(name.removeprefix("./"))[0])
    where = f"{address}: {written_id(name)}"
    if is_link:
        to = written_id(member.linkname)
        return TarSound(key, None, f"{where}: a link to {to!r:.80}; put the sound itself there")
    if key == seen:
        return TarSound(key, None, f"{where}: a second sound of the key {key!r}; a key has one row")
    if member.size > LARGEST_MEMBER:
        return TarSound(key, None, f"{where}: larger than {LARGEST_MEMBER >> 20} MiB; cut it")
    source = archive.extractfile(member)
    assert source is not None  # it is a file
    with source:
        return TarSound(key, SoundBytes(source.read(), where))
