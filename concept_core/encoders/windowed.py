"""The encoder around a CLAP model: decode, cut into windows, run in batches, mean, unit rows.

CLAP's own code crops longer clips at random, so that one file has many embeddings. Here a clip is
the mean of its windows, each scaled to length 1: windows start at every multiple of their length,
and the last one ends where the clip ends. The rule is part of an encoder's identity.

A backend gives a plan: it knows all that identifies an encoder, so that embeddings can be looked
up without loading anything; only its ``load`` imports a model's library and reads its weights.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from concept_core.audio import (
    SILENCE_PEAK,
    BadClip,
    BadClipsError,
    Clip,
    Sound,
    as_clip,
    bad_clip,
    check_sounds,
    sound_name,
)
from concept_core.encoders.base import EncoderSpec, FloatArray, check_texts, unit
from concept_core.errors import DataError
from concept_core.parallel import cores, pick_device

_WINDOWS = 8
_TEXTS = 64
# Clips decoded ahead of the model; more would only fill memory.
_AHEAD = 16
FILLS = ("repeat", "repeat-pad")
"""How a clip shorter than a window fills it: repeated and cut, or repeated whole and then zeros."""


class Tower(Protocol):
    """A loaded audio-text model. Its rows are finite; their lengths are anybody's."""

    def audio(self, windows: FloatArray) -> FloatArray:
        """Windows (n, samples) float32 at the plan's rate -> (n, dim) float32."""
        ...

    def text(self, texts: Sequence[str]) -> FloatArray:
        """Texts with at least one word each -> (n, dim) float32."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """A backend's checkpoint: what it is, and how it is loaded.

    Attributes
    ----------
    name : str
        Of the backend, as ``load_encoder`` takes it.
    checkpoint : str
        sha256 over the bytes of every file that decides an embedding.
    dim : int
        Length of an embedding.
    sample_rate : int
        Hz of the windows.
    window : int
        Samples of one window.
    fill : str
        How shorter clips fill it: one of ``FILLS``.
    load : callable
        Device (``cpu`` or ``cuda``) and precision (``float32``, ``bfloat16``, ``float16``) to
        the model.
    """

    name: str
    checkpoint: str
    dim: int
    sample_rate: int
    window: int
    fill: str
    load: Callable[[str, str], Tower] = field(repr=False)


class WindowedEncoder:
    """An encoder over the model of a plan, not centred; the model is loaded when first needed.

    Parameters
    ----------
    plan : Plan
    prompt_set : str
        What labels are written as, for those who encode labels; texts are encoded as they are.
    device : str
        ``auto``, ``cpu`` or ``cuda``; it is no part of the spec.
    precision : str
        ``float32``, ``bfloat16`` or ``float16``.
    """

    def __init__(
        self, plan: Plan, *, prompt_set: str, device: str = "cpu", precision: str = "float32"
    ) -> None:
        self._plan = plan
        self._device = device
        self._lock = threading.Lock()
        self._tower: Tower | None = None
        self._spec = EncoderSpec(
            name=plan.name,
            checkpoint=plan.checkpoint,
            dim=plan.dim,
            sample_rate=plan.sample_rate,
            windowing=rule(plan.fill, plan.window, plan.sample_rate),
            prompt_set=prompt_set,
            centring="none",
            precision=precision,
        )

    @property
    def device(self) -> str:
        """Where the model runs: ``cpu`` or ``cuda``."""
        return pick_device(self._device)

    @property
    def spec(self) -> EncoderSpec:
        """The identity of this encoder."""
        return self._spec

    def encode_audio(self, clips: Sequence[Sound]) -> FloatArray:
        """Embed clips of any length: (n, dim) float32, unit rows; memory does not grow with n.

        Raises
        ------
        BadClipsError
            Some clips are missing, unreadable, empty, silent or not finite; all are named.
        DataError
            The model gave a value that is not finite; the clip is named.
        """
        check_sounds(clips)
        sums = np.zeros((len(clips), self._spec.dim), np.float32)
        bad: list[BadClip] = []
        batch: list[FloatArray] = []
        owners: list[int] = []
        for index, clip in self._decoded(clips):
            if isinstance(clip, DataError):
                bad.append(bad_clip(index, clips[index], clip))
                continue
            if bad:
                continue  # nothing comes of this batch
            for window in windows(clip.samples, self._plan.window, self._plan.fill):
                batch.append(window)
                owners.append(index)
                if len(batch) == _WINDOWS:
                    self._add(batch, owners, sums)
        if bad:
            raise BadClipsError(bad, len(clips))
        self._add(batch, owners, sums)
        names = [sound_name(clip) for clip in clips]
        return unit(_finite(sums, names))

    def encode_text(self, texts: Sequence[str]) -> FloatArray:
        """Embed texts as they are: (n, dim) float32, unit rows.

        Raises
        ------
        UsageError
            A single string where a list belongs.
        DataError
            A text is empty, or the model gave a value that is not finite; the text is named.
        """
        check_texts(texts)
        rows = np.zeros((len(texts), self._spec.dim), np.float32)
        # Texts of about one length share a batch: less padding, less work.
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        for start in range(0, len(order), _TEXTS):
            part = order[start : start + _TEXTS]
            rows[part] = self._loaded().text([texts[index] for index in part])
        return unit(_finite(rows, [repr(text) for text in texts]))

    def _loaded(self) -> Tower:
        with self._lock:
            if self._tower is None:
                self._tower = self._plan.load(self.device, self._spec.precision)
            return self._tower

    def _add(self, batch: list[FloatArray], owners: list[int], sums: FloatArray) -> None:
        """Run the windows, add their unit rows to those of their clips, and empty the lists."""
        if batch:
            np.add.at(sums, owners, unit(self._loaded().audio(np.stack(batch))))
        batch.clear()
        owners.clear()

    def _decoded(self, clips: Sequence[Sound]) -> Iterator[tuple[int, Clip | DataError]]:
        """The clips in order, decoded in threads beside the model, a few ahead of it."""

        def decode(clip: Sound) -> Clip | DataError:
            try:
                return as_clip(clip, self._spec.sample_rate)
            except DataError as error:
                return error

        waiting: deque[Future[Clip | DataError]] = deque()
        with ThreadPoolExecutor(cores()) as pool:
            for index in range(len(clips) + _AHEAD):
                if index < len(clips):
                    waiting.append(pool.submit(decode, clips[index]))
                if index >= _AHEAD and waiting:
                    yield index - _AHEAD, waiting.popleft().result()


def _finite(rows: FloatArray, names: Sequence[str]) -> FloatArray:
    broken = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    if len(broken):
        raise DataError(
            f"the model's embedding of {names[broken[0]]} is not finite; the checkpoint may be"
            " damaged, or half precision too small for it (precision=float32)"
        )
    return rows


def rule(fill: str, window: int, sample_rate: int) -> str:
    """The rule's name in a spec, such as ``repeat-pad-10s-mean@1``."""
    return f"{fill}-{window / sample_rate:g}s-mean@1"


def windows(samples: FloatArray, length: int, fill: str) -> Iterator[FloatArray]:
    """The windows of a clip, at least one; silent ones of a longer clip are left out.

    Parameters
    ----------
    samples : (n,), not silent
    length : int
        Samples of a window.
    fill : str
        One of ``FILLS``.

    Yields
    ------
    (length,) float32
    """
    if len(samples) < length:
        yield _filled(samples, length, fill)
        return
    starts = list(range(0, len(samples) - length + 1, length))
    if starts[-1] + length < len(samples):
        starts.append(len(samples) - length)
    for start in starts:
        window = samples[start : start + length]
        # Silence has no direction of its own; the model would give it one.
        if np.abs(window).max() >= SILENCE_PEAK:
            yield window


def _filled(samples: FloatArray, length: int, fill: str) -> FloatArray:
    if fill == "repeat":
        return np.resize(samples, length)
    whole = np.tile(samples, length // len(samples))
    return np.pad(whole, (0, length - len(whole)))
