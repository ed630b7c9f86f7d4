"""What headers of sound files say wrongly, mended on the way to the decoder.

A length that a header states is a hint: recorders that lost power, programs that write to a pipe
and files that were joined leave it wrong. The decoder is given the file with another header.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from concept_core.audio.sources import SoundFile, opened, size_of

# From here on a wav's data size means "until the end": streaming writers leave such sizes.
UNKNOWN_SIZE = 0x7FFFF000
_UNKNOWN_SIZE_64 = 1 << 62
_FLAC_HEADER = 42
_PAGE = 27


class View(io.RawIOBase):
    """A part of a file behind other first bytes: ``prefix``, then ``path`` from start to end."""

    def __init__(self, path: SoundFile, prefix: bytes, start: int, end: int) -> None:
        self._file = opened(path, buffering=0)  # closed by close
        self._prefix, self._start = prefix, start
        self._size = len(prefix) + max(0, end - start)
        self._place = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """As of any file."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def tell(self) -> int:
        """As of any file."""
        return self._place

    def left(self) -> int:
        """Bytes that have not been read."""
        return max(0, self._size - self._place)

    def readinto(self, buffer: Any) -> int:
        """As of any file."""
        wanted = min(len(buffer), self.left())
        data = self._prefix[self._place : self._place + wanted]
        if len(data) < wanted:
            place = self._place + len(data) - len(self._prefix)
            self._file.seek(self._start + place)
            data += self._file.read(wanted - len(data))
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)

    def close(self) -> None:
        """Close the file under it."""
        self._file.close()
        super().close()


@dataclass(frozen=True, slots=True)
class Mended:
    """What to give to the decoder in place of the file, and what the header says of its length.

    Attributes
    ----------
    prefix, start, end
        As ``View`` takes them.
    stated : int or None
        Frames that the header states, where the decoder is not told them.
    note : str
        What was mended, for the user; empty if nothing that matters.
    """

    prefix: bytes
    start: int
    end: int
    stated: int | None = None
    note: str = ""


def parts(path: SoundFile) -> tuple[Mended, ...]:
    """A file as the sounds that it consists of; empty if the decoder may have it as it is."""
    size = size_of(path)
    with opened(path) as handle:
        start = id3_size(handle.read(10))
        handle.seek(start)
        mark = handle.read(12)
        handle.seek(start)
        if mark[:4] == b"fLaC":
            return _flac(handle, start, size)
        if mark[:4] == b"OggS":
            return _ogg(handle, size)
        if mark[:4] in (b"RIFF", b"RIFX", b"RF64") and mark[8:] == b"WAVE" and not start:
            return _wav(handle, size)
    return ()


def id3_size(head: bytes) -> int:
    """Bytes of the ID3v2 tag that a file begins with, of which ``head`` are the first ten."""
    if len(head) < 10 or head[:3] != b"ID3":
        return 0
    number = 0
    for byte in head[6:10]:
        number = number << 7 | byte & 0x7F
    return 10 + number + (10 if head[5] & 0x10 else 0)


def _flac(handle: IO[bytes], start: int, size: int) -> tuple[Mended, ...]:
    """The header with an unknown number of frames, so that the decoder goes to the end."""
    head = handle.read(_FLAC_HEADER)
    if len(head) < _FLAC_HEADER or head[4] & 0x7F:
        return ()
    # 20 bits of rate, 3 of channels, 5 of depth, then 36 of the number of frames.
    bits = int.from_bytes(head[18:26], "big")
    stated = bits & (1 << 36) - 1
    prefix = head[:18] + (bits - stated).to_bytes(8, "big") + head[26:]
    # The decoder takes a tag at the end for a broken frame.
    handle.seek(max(0, size - 128))
    end = size - 128 if handle.read(3) == b"TAG" else size
    return (Mended(prefix, start + _FLAC_HEADER, end, stated or None),)


def _ogg(handle: IO[bytes], size: int) -> tuple[Mended, ...]:
    """The streams of a chain, which the decoder leaves after the first; empty if there is one."""
    starts = [0]
    # The streams of one link begin together, before any page that goes on.
    going_on = False
    for place, begins in _pages(handle):
        if begins and going_on:
            starts.append(place)
        going_on = not begins
    if len(starts) == 1:
        return ()
    ends = [*starts[1:], size]
    return tuple(Mended(b"", start, end) for start, end in zip(starts, ends, strict=True))


def _pages(handle: IO[bytes]) -> Iterator[tuple[int, bool]]:
    """Where the pages of an ogg file start, and whether a stream begins there."""
    place = handle.tell()
    while True:
        handle.seek(place)
        head = handle.read(_PAGE)
        if len(head) < _PAGE:
            return
        if head[:4] != b"OggS":
            found = _next(handle, place + 1)
            if found is None:
                return
            place = found
            continue
        yield place, bool(head[5] & 2)
        table = handle.read(head[26])
        place += _PAGE + len(table) + sum(table)


def _next(handle: IO[bytes], place: int) -> int | None:
    """Where the next page starts, from ``place`` on: bytes between pages are passed over."""
    handle.seek(place)
    before = b""
    while block := handle.read(1 << 16):
        found = (before + block).find(b"OggS")
        if found >= 0:
            return place - len(before) + found
        place += len(block)
        before = block[-3:]
    return None


def _wav(handle: IO[bytes], size: int) -> tuple[Mended, ...]:
    """A header with the size of the samples that are there, if it states too few of them."""
    head = handle.read(12)
    order = ">" if head[:4] == b"RIFX" else "<"
    form = struct.unpack(f"{order}I", head[4:8])[0] + 8
    wide = long = rate = stated = 0
    for place, name, stated in _chunks(handle, order, 12, size):
        if name == b"data":
            break
        body = handle.read(min(stated, 32))
        if name == b"ds64" and len(body) >= 16:
            wide = place + 16
            form, long = struct.unpack("<QQ", body[:16])
            form += 8
        elif name == b"fmt " and len(body) >= 12:
            rate = struct.unpack(f"{order}I", body[8:12])[0]
    else:
        return ()
    if wide and stated == 0xFFFFFFFF:
        stated = long
        unknown = _UNKNOWN_SIZE_64
    else:
        wide, unknown = 0, UNKNOWN_SIZE
    start = place + 8
    there = size - start
    if stated >= min(unknown, there) or _ends_well(handle, order, start + stated, size):
        return ()
    if stated and abs(form - (start + stated)) <= 1 and there - stated < rate:
        # The whole header agrees, and what follows is too short for a lost recording.
        return ()
    handle.seek(0)
    prefix = bytearray(handle.read(start))
    if wide:
        prefix[wide : wide + 8] = struct.pack("<Q", there)
    else:
        prefix[place + 4 : start] = struct.pack(f"{order}I", min(there, 0xFFFFFFFF))
        prefix[4:8] = struct.pack(f"{order}I", min(size - 8, 0xFFFFFFFF))
    note = f"the header states {stated} bytes of samples, {there} bytes follow it; all are read"
    return (Mended(bytes(prefix), start, size, note=note),)


def _chunks(
    handle: IO[bytes], order: str, place: int, size: int
) -> Iterator[tuple[int, bytes, int]]:
    """(place, name, size) of the chunks of a RIFF file from ``place`` on."""
    while place + 8 <= size:
        handle.seek(place)
        name, length = struct.unpack(f"{order}4sI", handle.read(8))
        yield place, name, length
        place += 8 + length + length % 2


def _ends_well(handle: IO[bytes], order: str, end: int, size: int) -> bool:
    """Whether what follows the samples is other chunks, a tag, or nothing but zeros."""
    # Some writers leave out the byte that fills up an odd chunk.
    for place in (end, end + end % 2):
        handle.seek(place)
        head = handle.read(8)
        if head.startswith((b"TAG", b"ID3", b"APETAGEX", b"LYRICS")) or len(head) < 8:
            return True
        name, length = struct.unpack(f"{order}4sI", head)
        if name.isascii() and name.decode("ascii").isprintable() and place + 8 + length <= size + 1:
            return True
    return False
