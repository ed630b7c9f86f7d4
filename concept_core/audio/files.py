"""Files to blocks of samples (libsndfile), to the end of what decodes, in bounded memory."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from concept_core.audio.headers import UNKNOWN_SIZE, Mended, View, parts
from concept_core.audio.kinds import foreign_kind, no_sound
from concept_core.audio.mp3 import beyond_length, has_length
from concept_core.audio.sources import SoundFile, on_disk, size_of
from concept_core.errors import DataError, SoundHeaderWarning

_BLOCK_VALUES = 1 << 20
# libsndfile's number of frames where it knows none.
_UNKNOWN_FRAMES = 1 << 62
# The length that an mp3 states counts what encoders put in front and behind.
_MP3_SHORTFALL = 0.10
# What follows a stated length and is shorter than this is the encoder's filling.
_MP3_FILLING = 3 * 1152
# The decoder asks for up to some 30 kB before it needs them. What a large file still holds where
# its length ends tells whether there is more; a small one is simply tried.
_MP3_UNREAD = 1 << 12
_MP3_SMALL = 1 << 20
# Rates of sound recorders, from telephones to bats, with room on both sides.
_RATES = (100, 20_000_000)
# Above this a float file does not have full scale at 1: 60 dB is more than any recorder's reserve.
LOUDEST = 1000.0


@dataclass(frozen=True, slots=True)
class SoundStream:
    """One of the sounds that follow each other in a file.

    Attributes
    ----------
    path : SoundFile
    rate : int, Hz
    channels : int
    mended : Mended or None
        What the decoder is given in place of the file.
    """

    path: SoundFile
    rate: int
    channels: int
    mended: Mended | None

    def blocks(self, target: int) -> Iterator[NDArray[np.float32]]:
        """(n, channels) blocks, n > 0, each short enough at ``target`` Hz too; again if asked.

        Raises
        ------
        DataError
            Less than the header states can be read, or a sample is not finite or is far beyond
            full scale.
        """
        longer = max(1, -(-target // self.rate))
        frames = max(1, _BLOCK_VALUES // max(self.channels, longer))
        seen = 0
        with _opened(self.path, self.mended) as handle:
            for block in _read(handle, self, frames):
                check_samples(block, seen, str(self.path))
                seen += len(block)
                yield block


def streams(path: SoundFile) -> tuple[SoundStream, ...]:
    """The sounds of a file: one, or several of a chained ogg.

    Raises
    ------
    DataError
        The file is empty, is something else, or cannot be decoded.
    """
    why = no_sound(path)
    if why:
        raise DataError(f"{path}: cannot be read as audio: it {why}")
    found = []
    for mended in parts(path) or (None,):
        with _opened(path, mended) as handle:
            rate, channels = handle.samplerate, handle.channels
        if not _RATES[0] <= rate <= _RATES[1]:
            raise DataError(
                f"{path}: its header states {rate} samples a second, which no sound has; export"
                " it again"
            )
        if mended is not None and mended.note:
            warnings.warn(f"{path}: {mended.note}", SoundHeaderWarning, stacklevel=2)
        found.append(SoundStream(path, rate, channels, mended))
    return tuple(found)


def stated_seconds(path: SoundFile) -> float:
    """How long a sound is by what its header states, in seconds; 0 where that is not known."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SoundHeaderWarning)
            return sum(map(_stated_seconds, streams(path)))
    except (DataError, OSError):
        return 0.0


def _stated_seconds(stream: SoundStream) -> float:
    with _opened(stream.path, stream.mended) as handle:
        return (_stated(handle, stream) or 0) / stream.rate


@contextmanager
def _opened(path: SoundFile, mended: Mended | None) -> Iterator[Any]:
    """The decoder of a file. It does not seek: where it is unsure of the length, it cannot."""
    import soundfile

    class Forward(soundfile.SoundFile):  # type: ignore[misc]
        def seekable(self) -> bool:
            return False

    if mended is None:
        view = View(path, b"", 0, size_of(path))
    else:
        view = View(path, mended.prefix, mended.start, mended.end)
    with ExitStack() as stack:
        stack.enter_context(view)
        try:
            try:
                handle = Forward(view)
            except soundfile.SoundFileError:
                # Where the first bytes do not tell, the decoder goes by the file's name.
                named = stack.enter_context(on_disk(path))
                handle = Forward(os.fsencode(named))
        # TypeError: soundfile takes .raw for headerless samples and asks for their format.
        except (soundfile.SoundFileError, TypeError) as error:
            _unreadable(path, error)
        stack.enter_context(handle)
        handle.left = view.left
        yield handle


def _unreadable(path: SoundFile, error: Exception) -> NoReturn:
    kind, remedy = foreign_kind(path)
    why = f"it is {kind}" if kind else _reason(error)
    raise DataError(f"{path}: cannot be read as audio ({why}); {remedy}") from error


def _read(handle: Any, stream: SoundStream, frames: int) -> Iterator[NDArray[np.float32]]:
    """Blocks of an open file to the end of what decodes, which may lie beyond what is stated."""
    stated = _stated(handle, stream)
    seen = 0
    for block in _decoded(handle, frames, stated, stream.path):
        seen += len(block)
        yield block
    if handle.format == "MP3" and seen >= handle.frames and _may_go_on(handle, stated, stream.path):
        more = 0
        for block in _beyond(stream, seen, frames):
            more += len(block)
            yield block
        if more:
            _note(stream.path, handle.frames, seen + more)
        return
    if stated is None or seen == stated:
        return
    if seen > stated or (seen and stream.mended is not None and handle.format == "FLAC"):
        # A file that is cut ends inside a block, which is an error; this one ends well.
        _note(stream.path, stated, seen)
        return
    if seen < stated - (_MP3_SHORTFALL * stated if handle.format == "MP3" else 0):
        raise _truncated(stream.path, seen, stated)


def _may_go_on(handle: Any, stated: int | None, path: SoundFile) -> bool:
    """Whether an mp3 that was read to its length may hold more; an estimate tells nothing."""
    small = size_of(path) < _MP3_SMALL
    return stated is None or small or handle.left() > _MP3_UNREAD


def _stated(handle: Any, stream: SoundStream) -> int | None:
    """Frames that the file states, None if it says nothing that can be believed."""
    if stream.mended is not None and stream.mended.stated is not None:
        return stream.mended.stated
    # libsndfile quietly shortens a wav to what is there; its log of the header tells.
    size = re.search(r"^data : (\d+) \(should be (\d+)\)", handle.extra_info, re.MULTILINE)
    if size and int(size[2]) < int(size[1]) < UNKNOWN_SIZE:
        return max(1, int(handle.frames)) * int(size[1]) // max(1, int(size[2]))
    if handle.format == "MP3" and not has_length(stream.path):
        return None
    frames = int(handle.frames)
    return frames if frames < _UNKNOWN_FRAMES else None


def _decoded(
    handle: Any, frames: int, stated: int | None, path: SoundFile
) -> Iterator[NDArray[np.float32]]:
    import soundfile

    seen = 0
    while True:
        # A block ends where the file should: what follows may be no sound, and an error.
        wanted = min(frames, stated - seen) if stated is not None and seen < stated else frames
        try:
            block = handle.read(wanted, dtype="float32", always_2d=True)
        except soundfile.SoundFileError as error:
            if stated is not None and seen >= stated:
                return
            raise _damaged(path, seen, stated) from error
        if not len(block):
            return
        seen += len(block)
        yield block


def _beyond(stream: SoundStream, seen: int, frames: int) -> Iterator[NDArray[np.float32]]:
    """What an mp3 holds behind the length that it states: nothing, if that is but filling."""
    mended, skip = beyond_length(stream.path, seen)
    waiting: list[NDArray[np.float32]] = []
    passed = held = 0
    with _opened(stream.path, mended) as again:
        for block in _decoded(again, frames, None, stream.path):
            rest = block[max(0, skip - passed) :]
            passed += len(block)
            held += len(rest)
            waiting.append(rest)
            if held > _MP3_FILLING:
                yield from (one for one in waiting if len(one))
                waiting.clear()


def check_samples(samples: NDArray[Any], offset: int, name: str) -> None:
    """See that samples (n,) or (n, channels) are finite and near full scale.

    ``offset`` counts the frames before them.

    Raises
    ------
    DataError
    """
    # One comparison tells of NaN, of infinity and of what would overflow.
    if not samples.size or max(samples.max(), -samples.min()) <= LOUDEST:
        return
    sane = np.abs(samples) <= LOUDEST
    first = int(np.argwhere(~sane)[0, 0])
    value = samples[first][~sane[first]].flat[0]
    if not np.isfinite(value):
        raise DataError(
            f"{name}: sample {offset + first} is {value}, not a finite number; export it again"
        )
    raise DataError(
        f"{name}: sample {offset + first} is {value:.6g}, out of range: full scale is 1; divide"
        " the samples by their own full scale (32768 for 16 bits), or export it again"
    )


def _note(path: SoundFile, stated: int, seen: int) -> None:
    warnings.warn(
        f"{path}: the header states {stated} frames, {seen} are there; all are read",
        SoundHeaderWarning,
        stacklevel=2,
    )


def _damaged(path: SoundFile, seen: int, stated: int | None) -> DataError:
    """The decoder stopped in a block: where exactly, it does not tell."""
    of = "" if stated is None else f" of {stated}"
    return DataError(
        f"{path}: truncated or damaged, somewhere behind {seen}{of} frames; copy it again"
    )


def _truncated(path: SoundFile, seen: int, stated: int) -> DataError:
    if not seen:
        return DataError(
            f"{path}: truncated, holds no sound: none of the {stated} frames that its header"
            " states are there; copy it again"
        )
    return DataError(
        f"{path}: truncated, {seen} of {stated} frames can be read; copy it again, or cut it to"
        " what is there"
    )


def _reason(error: Exception) -> str:
    text = str(getattr(error, "error_string", error)).strip().rstrip(".") or type(error).__name__
    # What libsndfile says of a file in which it finds too little sound to tell more.
    return "too little sound in it" if text.startswith("File does not exist") else text
