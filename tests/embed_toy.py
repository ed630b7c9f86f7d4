"""An encoder for tests of many clips: fast, of few numbers, and slow or deadly where asked."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from concept_core.audio import BadClipsError, Sound, as_clip, bad_clip
from concept_core.encoders.base import EncoderSpec, FloatArray, unit
from concept_core.engine.base import Done, Job, Lost, Result, Worker
from concept_core.errors import DataError

RATE = 8_000
REASON = "its worker died at s3://key:secret@host/x"
NAME = "tests.embed_toy:ToyEncoder"


class ToyEncoder:
    """Rows of what a sound is like at eight places; ``SLOW`` is in seconds a batch."""

    spec = EncoderSpec("toy", "0" * 64, 8, RATE, "whole@1", "bare@1", "none")

    def encode_audio(self, clips: Sequence[Sound]) -> FloatArray:
        time.sleep(float(os.environ.get("TOY_SLOW", "0")))
        rows, bad = [], []
        for index, clip in enumerate(clips):
            try:
                samples = as_clip(clip, RATE).samples
            except DataError as error:
                bad.append(bad_clip(index, clip, error))
                continue
            rows.append([float(np.abs(part).mean()) for part in np.array_split(samples, 8)])
        if bad:
            raise BadClipsError(bad, len(clips))
        return unit(np.array(rows, np.float32).reshape(len(rows), 8))

    def encode_text(self, texts: Sequence[str]) -> FloatArray:
        return unit(np.array([[1 + len(text)] * 8 for text in texts], np.float32))


class DeadlyEncoder(ToyEncoder):
    """Ends its process at its second batch, once: whoever comes first makes ``TOY_DEATHS``."""

    asked = 0

    def encode_audio(self, clips: Sequence[Sound]) -> FloatArray:
        DeadlyEncoder.asked += 1
        if DeadlyEncoder.asked == 2:
            # A clip at which two workers end is counted as bad.
            with contextlib.suppress(FileExistsError):
                with open(os.environ["TOY_DEATHS"], "x", encoding="utf-8") as deaths:
                    deaths.write("dead\n")
                os.kill(os.getpid(), signal.SIGKILL)
        return super().encode_audio(clips)


class PoisonedEncoder(ToyEncoder):
    """Ends its process at one clip."""

    def encode_audio(self, clips: Sequence[Sound]) -> FloatArray:
        if any("poison" in str(clip) for clip in clips):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode_audio(clips)


class Serial:
    """The least engine: one job after the other, here."""

    workers = 1

    def __init__(self, lose: Callable[[int], bool] = lambda place: False) -> None:
        self._lose = lose

    def map(
        self, worker: Worker[Job, Result], jobs: Sequence[Job], *, ordered: bool = True
    ) -> Iterator[Done[Result] | Lost]:
        act = worker.start()
        for place, job in enumerate(jobs):
            yield Lost(place, REASON, 3) if self._lose(place) else Done(place, act(job))


def tone(number: int, seconds: float = 0.05) -> bytes:
    """A wav whose row is its own."""
    import soundfile

    rng = np.random.default_rng(number)
    steps = np.repeat(rng.uniform(0.1, 0.9, 8), int(RATE * seconds) // 8)
    out = io.BytesIO()
    wave = steps * np.sin(np.arange(len(steps)))
    soundfile.write(out, wave.astype(np.float32), RATE, format="WAV")
    return out.getvalue()


def write_tones(folder: Path, count: int, start: int = 0) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number:04d}.wav" for number in range(start, start + count)]
    for number, path in enumerate(paths, start):
        path.write_bytes(tone(number))
    return paths


def tar_of(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def all_files(folder: Path) -> dict[str, bytes]:
    found: dict[str, Any] = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return found
