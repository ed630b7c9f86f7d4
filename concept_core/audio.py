"""Audio in: decode (soundfile), mono mean, resample (soxr). Errors name the file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from concept_core.errors import DataError, UsageError

# Below this peak a clip is silence: it has no direction in any encoder's space.
SILENCE_PEAK = 1e-4
_BLOCK_VALUES = 1 << 20
# The length that an mp3 states is an estimate: real, whole files are up to 3 % shorter.
_MP3_SHORTFALL = 0.10
# Streaming writers leave such a data size in a wav header; it says nothing about the file.
_UNKNOWN_SIZE = 0x7FFFF000
_LISTED = 20

AUDIO_SUFFIXES = (
    *(".wav", ".flac", ".ogg", ".mp3", ".au"),
    *(".wave", ".oga", ".opus", ".aif", ".aiff", ".aifc", ".snd", ".caf", ".w64", ".rf64"),
)
"""File names of sounds end so, in lower case, the usual ones first; all that libsndfile decodes."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A decoded mono sound.

    Attributes
    ----------
    samples : (n,) float32 in [-1, 1]
    sample_rate : int, Hz
    name : str, what errors call it (a path for files)
    """

    samples: NDArray[np.float32] = field(repr=False)
    sample_rate: int
    name: str = "<array>"


Sound: TypeAlias = str | Path | Clip | tuple[NDArray[Any], int]
"""What can be embedded: a file, a ``Clip``, or samples with their rate in Hz."""

_CHANNELS = 8
"""Of samples in two dimensions the shorter is the channels', if there are at most so many."""


@dataclass(frozen=True, slots=True)
class BadClip:
    """One clip of a batch that has no embedding: its place in the batch, its name, and why.

    ``remedy`` says what to do, where that is the same for many clips; an error prints it once.
    """

    index: int
    name: str
    message: str
    remedy: str = ""


def bad_clip(index: int, clip: Sound, error: DataError) -> BadClip:
    """A clip of a batch with what is wrong with it; an array is named by its place."""
    name = sound_name(clip, index)
    return BadClip(index, name, str(error).replace(sound_name(clip), name, 1))


class BadClipsError(DataError):
    """Clips of a batch that cannot be embedded, all of them, in ``bad``; the others are fine."""

    def __init__(self, bad: Sequence[BadClip], total: int) -> None:
        self.bad = tuple(bad)
        hint = " (--skip-bad leaves them out)" if len(self.bad) < total else ""
        lines = [f"{len(self.bad)} of {total} clips cannot be embedded{hint}:"]
        lines += [f"  {clip.message}" for clip in self.bad[:_LISTED]]
        if len(self.bad) > _LISTED:
            lines.append(f"  and {len(self.bad) - _LISTED} more")
        lines += dict.fromkeys(clip.remedy for clip in self.bad if clip.remedy)
        super().__init__("\n".join(lines))


def left_out(bad: Sequence[tuple[str, str]]) -> list[str]:
    """Lines on clips that were left out: the first of them, and how many there are in all.

    Parameters
    ----------
    bad : sequence of (name, message)
    """
    lines = [f"left out: {message}" for _, message in bad[:_LISTED]]
    more = len(bad) - _LISTED
    return [*lines, f"left out: {more} more, {len(bad)} clips in all"] if more > 0 else lines


def load_clip(path: str | Path, sample_rate: int) -> Clip:
    """Read a wav, flac, ogg or mp3 file as mono at ``sample_rate`` Hz.

    Channels are averaged; the file is decoded and resampled in blocks, so that what is held is
    the mono result and one block. A file that ends before its header says is an error where its
    format tells (wav, flac; mp3 if a tenth or more is missing; an ogg does not say how long it
    should have been).

    Raises
    ------
    DataError
        Naming the file: missing, a folder, unreadable, truncated, empty, silent (peak below
        1e-4), or with samples that are not finite.
    """
    import soundfile

    path = Path(path)
    if path.is_dir():
        raise DataError(f"{path}: a folder, not an audio file; name the files in it")
    if not path.is_file():
        raise DataError(f"{path}: no such audio file")
    try:
        # As bytes: a name that is not UTF-8 is a name all the same.
        handle = soundfile.SoundFile(os.fsencode(path))
    # TypeError: soundfile takes .raw for headerless samples and asks for their format.
    except (soundfile.SoundFileError, TypeError, OSError) as error:
        raise DataError(
            f"{path}: cannot be read as audio ({_reason(error)}); give a wav, flac, ogg or mp3 file"
        ) from error
    with handle:
        blocks = list(_resampled(_decoded(handle, path), handle.samplerate, sample_rate))
    samples = np.concatenate(blocks) if blocks else np.zeros(0, np.float32)
    return Clip(_audible(samples, str(path)), sample_rate, str(path))


def is_sound(given: object) -> bool:
    """Whether this is one sound, not a list of sounds."""
    return isinstance(given, (str, Path, Clip)) or (
        isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], np.ndarray)
    )


def check_sounds(clips: Sequence[Sound]) -> None:
    """See that there is a list of sounds.

    Raises
    ------
    UsageError
        One sound where a list belongs, or an array without its rate.
    """
    if is_sound(clips):
        raise UsageError(f"give a list of clips, not one ({sound_name(cast(Sound, clips))})")
    for place, clip in enumerate(clips):
        if not is_sound(clip):
            raise UsageError(
                f"clip {place} is a {type(clip).__name__}; give a path, a Clip, or a pair of"
                " samples and their rate in Hz, such as (x, 48000)"
            )


def pair_clip(pair: tuple[NDArray[Any], int], name: str = "<array>") -> Clip:
    """Samples with their rate as a clip: channels averaged, whole numbers put on a scale of 1.

    Raises
    ------
    DataError
        The samples have no one axis for channels, or are no numbers.
    """
    samples, rate = np.asarray(pair[0]), pair[1]
    if samples.dtype.kind in "iu":
        info = np.iinfo(samples.dtype)
        middle = 0 if info.min < 0 else (info.max + 1) // 2
        samples = (samples.astype(np.float32) - middle) / ((int(info.max) - int(info.min) + 1) / 2)
    if samples.ndim == 2:
        axis = int(np.argmin(samples.shape))
        if samples.shape[axis] > _CHANNELS or samples.shape[0] == samples.shape[1]:
            raise DataError(
                f"{name}: samples of shape {samples.shape}, of which neither side is the channels"
                f" for sure (at most {_CHANNELS}); average the channels first"
            )
        samples = samples.mean(axis=axis)
    return Clip(samples, int(rate), name)


def as_clip(clip: Sound, sample_rate: int) -> Clip:
    """The clip at ``sample_rate`` Hz: files are loaded, clips checked and, if need be, resampled.

    Raises
    ------
    DataError
        As ``load_clip``; also for samples that are not a one-dimensional array of floats:
        which axis holds the channels, or what an integer's full scale is, cannot be guessed.
    """
    if isinstance(clip, tuple):
        clip = pair_clip(clip)
    if not isinstance(clip, Clip):
        return load_clip(clip, sample_rate)
    samples = clip.samples
    if samples.ndim != 1:
        raise DataError(
            f"{clip.name}: samples of shape {samples.shape}, not (n,); average the channels first"
        )
    if samples.dtype.kind != "f":
        raise DataError(
            f"{clip.name}: samples of type {samples.dtype}, not floats in [-1, 1]; divide by the"
            " type's full scale first"
        )
    if clip.sample_rate <= 0:
        raise DataError(f"{clip.name}: sample rate {clip.sample_rate} Hz is not positive")
    _check_finite(samples, 0, clip.name)
    samples = samples.astype(np.float32, copy=False)
    if clip.sample_rate != sample_rate:
        import soxr

        samples = soxr.resample(samples, clip.sample_rate, sample_rate)
    return Clip(_audible(samples, clip.name), sample_rate, clip.name)


def sound_name(clip: Sound, place: int | None = None) -> str:
    """What errors and tables call a sound: its name, the path of the file, or its place."""
    if isinstance(clip, tuple):
        return "<array>" if place is None else f"<array {place}>"
    return clip.name if isinstance(clip, Clip) else str(clip)


def _decoded(handle: Any, path: Path) -> Iterator[NDArray[np.float32]]:
    """Mono blocks of an open file; an error if it holds less than it states."""
    import soundfile

    frames = max(1, _BLOCK_VALUES // handle.channels)
    seen = 0
    while True:
        try:
            block = handle.read(frames, dtype="float32", always_2d=True)
        except soundfile.SoundFileError as error:
            raise _truncated(path, seen, handle.frames) from error
        if not len(block):
            break
        _check_finite(block, seen, str(path))
        seen += len(block)
        yield block.mean(axis=1)
    slack = _MP3_SHORTFALL * handle.frames if handle.format == "MP3" else 0
    if seen < handle.frames - slack:
        raise _truncated(path, seen, handle.frames)
    # libsndfile quietly shortens a wav to what is there; its log of the header tells.
    size = re.search(r"^data : (\d+) \(should be (\d+)\)", handle.extra_info, re.MULTILINE)
    if size and int(size[2]) < int(size[1]) < _UNKNOWN_SIZE:
        raise _truncated(path, seen, seen * int(size[1]) // max(1, int(size[2])))


def _resampled(
    blocks: Iterator[NDArray[np.float32]], source: int, target: int
) -> Iterator[NDArray[np.float32]]:
    """Blocks at another rate; the same samples as resampling their concatenation."""
    if source == target:
        yield from blocks
        return
    import soxr

    stream = soxr.ResampleStream(source, target, 1, dtype="float32")
    for block in blocks:
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.zeros(0, np.float32), last=True)


def _audible(samples: NDArray[np.float32], name: str) -> NDArray[np.float32]:
    if not samples.size:
        raise DataError(f"{name}: empty, no samples; give a longer sound")
    peak = float(np.abs(samples).max())
    if peak < SILENCE_PEAK:
        raise DataError(
            f"{name}: silence (peak {peak:.1e}, below {SILENCE_PEAK:.0e}); silence has no embedding"
        )
    return samples


def _check_finite(samples: NDArray[Any], offset: int, name: str) -> None:
    """``samples`` is (n,) or (n, channels); ``offset`` counts the frames before it."""
    finite = np.isfinite(samples)
    if not finite.all():
        first = int(np.argwhere(~finite)[0, 0])
        value = samples[first][~finite[first]].flat[0]
        raise DataError(
            f"{name}: sample {offset + first} is {value}, not a finite number; export it again"
        )


def _truncated(path: Path, seen: int, stated: int) -> DataError:
    return DataError(f"{path}: truncated, {seen} of {stated} frames can be read; copy it again")


def _reason(error: Exception) -> str:
    return str(getattr(error, "error_string", error)).strip().rstrip(".") or type(error).__name__
