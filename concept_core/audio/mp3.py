"""Mp3 files whose length is an estimate: whether one states a length, and what lies beyond it.

libsndfile stops at the length that the first frame states (Xing, Info) or, without one, at an
estimate from the first frame's rate: of joined files it reads the first, of a variable rate
a part. Another first frame, with a length that is never reached, lets it go on.
"""

from __future__ import annotations

from concept_core.audio.headers import Mended, id3_size
from concept_core.audio.sources import SoundFile, opened, size_of
from concept_core.errors import DataError

# Bit rates (kb/s) of layer III by index, of MPEG 1 and of MPEG 2 and 2.5.
_MPEG1, _MPEG2 = 128, 80
_RATE_INDEX = 9
_SAMPLE_RATES = (44100, 48000, 32000)
# What the decoder leaves out at the start where a first frame states a length.
_DELAY = 529
_ENDLESS = (0x0FFFFF).to_bytes(4, "big")
_LOOK = 1 << 16


def has_length(path: SoundFile) -> bool:
    """Whether the first frame states how many there are."""
    return _stated_at(*_start(path)) is not None


def beyond_length(path: SoundFile, seen: int) -> tuple[Mended, int]:
    """The file with a length that is never reached, and how many frames of that were read.

    Parameters
    ----------
    path : str, Path or SoundBytes
        The sound.
    seen : int
        Frames that the decoder gave of the file as it is.
    """
    head, start = _start(path)
    size = size_of(path)
    place = _stated_at(head, start)
    if place is not None:
        return Mended(head[:place] + _ENDLESS, start + place + 4, size), seen
    return Mended(_length_frame(path, head), start, size), max(0, seen - _DELAY)


def _start(path: SoundFile) -> tuple[bytes, int]:
    """Bytes from the first frame on, and where that is."""
    with opened(path) as handle:
        start = id3_size(handle.read(10))
        handle.seek(start)
        head = handle.read(_LOOK)
    for place in range(len(head) - 4):
        if _is_frame(head[place : place + 4]):
            return head[place:], start + place
    return b"", start


def _is_frame(head: bytes) -> bool:
    """Whether four bytes begin a frame of layer III."""
    return (
        head[0] == 0xFF
        and head[1] & 0xE6 == 0xE2
        and head[1] & 0x18 != 0x08
        and head[2] >> 4 != 15
        and head[2] & 0x0C != 0x0C
    )


def _stated_at(head: bytes, start: int) -> int | None:
    """Where in ``head`` the number of frames stands, None if it is not stated."""
    if not head:
        return None
    place = 4 + _side(head)
    # The checksum of a frame that has one stands before what it covers.
    for at in (place, place + 2):
        if head[at : at + 4] in (b"Xing", b"Info") and head[at + 7 : at + 8] > b"":
            return at + 8 if head[at + 7] & 1 else None
    return None


def _side(head: bytes) -> int:
    """Bytes of the side information."""
    mpeg1, mono = head[1] & 0x18 == 0x18, head[3] >> 6 == 3
    return (17 if mono else 32) if mpeg1 else (9 if mono else 17)


def _length_frame(path: SoundFile, head: bytes) -> bytes:
    """A first frame like that of the file, which states an endless length and holds no sound."""
    if not head:
        raise DataError(f"{path}: no frame of mp3 at its start; export it again")
    mpeg1 = head[1] & 0x18 == 0x18
    divisor = {0x18: 1, 0x10: 2, 0x00: 4}[head[1] & 0x18]
    rate_bits = head[2] & 0x0C
    length = (144_000 if mpeg1 else 72_000) * (_MPEG1 if mpeg1 else _MPEG2)
    length //= _SAMPLE_RATES[rate_bits >> 2] // divisor
    first = bytes([head[0], head[1] | 1, _RATE_INDEX << 4 | rate_bits, head[3]])
    body = first + bytes(_side(head)) + b"Info" + (1).to_bytes(4, "big") + _ENDLESS
    return body.ljust(length, b"\0")
