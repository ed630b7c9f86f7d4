"""What can be embedded, and the two ways to mono samples at a rate. Errors name the file."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from concept_core.audio.files import SoundStream, check_samples, streams
from concept_core.audio.levels import SILENCE_PEAK, Levels, Mix, is_silent, to_mono
from concept_core.audio.sources import SoundBytes, SoundFile
from concept_core.errors import AbsentFileError, DataError, UsageError

# A clip of more samples than this (768 MiB) is refused: 3.5 hours at 16 kHz, 70 minutes at 48.
_MOST_SAMPLES = 192 << 20
# And one that has been silent for so many: 1.2 hours at 16 kHz.
_MOST_SILENCE = 64 << 20
_LISTED = 20


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


Sound: TypeAlias = str | Path | SoundBytes | Clip | tuple[NDArray[Any], int]
"""What can be embedded: a file, one in memory, a ``Clip``, or samples with their rate in Hz."""

_CHANNELS = 8
"""Of samples in two dimensions the shorter is the channels', if there are at most so many."""


@dataclass(frozen=True, slots=True)
class BadClip:
    """One clip of a batch that has no embedding: its place in the batch, its name, and why.

    ``remedy`` says what to do, where that is the same for many clips; an error prints it once.
    ``absent`` is true of a file that does not exist.
    """

    index: int
    name: str
    message: str
    remedy: str = ""
    absent: bool = False


def bad_clip(index: int, clip: Sound, error: DataError) -> BadClip:
    """A clip of a batch with what is wrong with it; an array is named by its place."""
    name = sound_name(clip, index)
    message = str(error).replace(sound_name(clip), name, 1)
    return BadClip(index, name, message, absent=isinstance(error, FileNotFoundError))


class BadClipsError(DataError):
    """Clips of a batch that cannot be embedded, all of them, in ``bad``; the others are fine.

    Where all of them are files that do not exist, an ``AbsentClipsError`` is made, as ``OSError``
    makes a ``FileNotFoundError``.
    """

    def __new__(
        cls, bad: Sequence[BadClip] = (), total: int = 0, *, advise: bool = True
    ) -> BadClipsError:
        """An error, of the kind that its clips call for."""
        if bad and all(clip.absent for clip in bad):
            return FileNotFoundError.__new__(AbsentClipsError)
        return super().__new__(cls)

    def __init__(self, bad: Sequence[BadClip], total: int, *, advise: bool = True) -> None:
        self.bad = tuple(bad)
        hint = " (--skip-bad leaves them out)" if advise and len(self.bad) < total else ""
        lines = [f"{len(self.bad)} of {total} clips cannot be embedded{hint}:"]
        lines += [f"  {clip.message}" for clip in self.bad[:_LISTED]]
        if len(self.bad) > _LISTED:
            lines.append(f"  and {len(self.bad) - _LISTED} more")
        lines += dict.fromkeys(clip.remedy for clip in self.bad if clip.remedy)
        super().__init__("\n".join(lines))


class AbsentClipsError(BadClipsError, FileNotFoundError):
    """Clips of a batch, all of which that cannot be embedded are files that do not exist."""

    errno = errno.ENOENT


def left_out(bad: Sequence[tuple[str, str]]) -> list[str]:
    """Lines on clips that were left out: the first of them, and how many there are in all.

    Parameters
    ----------
    bad : sequence of (name, message)
    """
    lines = [f"left out: {message}" for _, message in bad[:_LISTED]]
    more = len(bad) - _LISTED
    return [*lines, f"left out: {more} more, {len(bad)} clips in all"] if more > 0 else lines


def load_clip(path: str | SoundFile, sample_rate: int) -> Clip:
    """Read a wav, flac, ogg, mp3 or other file as mono at ``sample_rate`` Hz.

    Channels are averaged, or, where they would cancel, some turned over first; a constant that was
    added to all samples is taken off. The file is decoded and resampled in blocks, so that what is
    held is the mono result and one block. A length that a header states is a hint: what decodes
    is read to its end, with a ``SoundHeaderWarning`` where the header states less. A file that was
    cut is an error where its format tells (wav, flac; mp3 if it states a length and a tenth or
    more is missing; an ogg does not say how long it should have been).

    Raises
    ------
    DataError
        Naming the file: missing, a folder, unreadable, truncated, empty, silent (peak below
        1e-4 without the constant part), too long to hold, or with samples that are not finite
        or far beyond full scale.
    """
    file = path if isinstance(path, SoundBytes) else Path(path)
    name = str(file)
    held = bytearray()
    heard = []
    try:
        if isinstance(file, Path):
            if file.is_dir():
                raise DataError(f"{path}: a folder, not an audio file; name the files in it")
            if not file.is_file():
                raise AbsentFileError(f"{path}: no such audio file")
        for stream in streams(file):
            start = len(held)
            heard.append(_hold(held, stream, Mix(), sample_rate))
            mix = heard[-1].mix()
            if not mix.plain:
                del held[start:]
                _hold(held, stream, mix, sample_rate)
    except AbsentFileError:
        raise
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); see that you may") from error
    loudest = max(heard, key=lambda levels: levels.peak)
    if held:
        _check_audible(loudest, name)
    samples = _audible(np.frombuffer(held, np.float32), loudest.peak, sample_rate, name)
    return Clip(samples, sample_rate, name)


def is_sound(given: object) -> bool:
    """Whether this is one sound, not a list of sounds."""
    return isinstance(given, (str, Path, SoundBytes, Clip)) or (
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
                f"clip {place} is of type {type(clip).__name__}; give a path, a SoundBytes(content,"
                " name) for a file in memory, a Clip, or a pair of samples and their rate in Hz,"
                " such as (x, 48000)"
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
        if samples.dtype.kind == "f":
            check_samples(samples, 0, name)
            samples = to_mono(samples if axis else samples.T)
        else:
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
    check_samples(samples, 0, clip.name)
    samples = samples.astype(np.float32, copy=False)
    levels = Levels(1, clip.sample_rate)
    if samples.size:
        levels.add(samples[:, None], samples)
        _check_audible(levels, clip.name)
        offset = levels.mix().offset
        samples = samples - np.float32(offset) if offset else samples
    if clip.sample_rate != sample_rate:
        import soxr

        samples = soxr.resample(samples, clip.sample_rate, sample_rate)
    samples = _audible(samples, levels.peak, sample_rate, clip.name)
    return Clip(samples, sample_rate, clip.name)


def sound_name(clip: Sound, place: int | None = None) -> str:
    """What errors and tables call a sound: its name, the path of the file, or its place."""
    if isinstance(clip, tuple):
        return "<array>" if place is None else f"<array {place}>"
    return clip.name if isinstance(clip, Clip) else str(clip)


def _hold(held: bytearray, stream: SoundStream, mix: Mix, sample_rate: int) -> Levels:
    """Append a stream's mono samples at another rate; what its blocks say of its levels."""
    levels = Levels(stream.channels, stream.rate)

    def mono() -> Iterator[NDArray[np.float32]]:
        for block in stream.blocks(sample_rate):
            mixed = mix.apply(block)
            levels.add(block, mixed)
            yield mixed

    for part in _resampled(mono(), stream.rate, sample_rate):
        held += part.tobytes()
        _check_length(len(held) // 4, levels, sample_rate, stream.path)
    return levels


def _check_length(count: int, levels: Levels, sample_rate: int, path: SoundFile) -> None:
    """See that what is held of a file, or what is silent at its start, does not grow too long."""
    hours = count / sample_rate / 3600
    if count > _MOST_SILENCE and levels.peak < SILENCE_PEAK:
        raise DataError(
            f"{path}: silence for {hours:.1f} hours from its start; cut the file to where its"
            " sound is"
        )
    if count > _MOST_SAMPLES:
        raise DataError(
            f"{path}: longer than {hours:.1f} hours, more than is held at {sample_rate} Hz; cut it"
            " into shorter files"
        )


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


def _check_audible(levels: Levels, name: str) -> None:
    """See that something varies in some channel, at the rate of the recording."""
    if levels.peak >= SILENCE_PEAK:
        return
    constant = levels.constant
    also = f", around a constant {constant:.1e}" if abs(constant) >= SILENCE_PEAK else ""
    raise DataError(
        f"{name}: silence (peak {levels.peak:.1e}{also}, below {SILENCE_PEAK:.0e}); silence has no"
        " embedding"
    )


def _audible(
    samples: NDArray[np.float32], peak: float, rate: int, name: str
) -> NDArray[np.float32]:
    """Samples of a sound of a peak at the encoder's rate, where it may have become silent."""
    if not samples.size:
        raise DataError(f"{name}: empty, holds no sound (0 samples); give a longer sound")
    if is_silent(samples):
        raise DataError(
            f"{name}: silence at {rate} Hz (peak below {SILENCE_PEAK:.0e}; {peak:.1e} in the"
            " loudest channel of the recording, at its own rate); silence has no embedding"
        )
    return samples
