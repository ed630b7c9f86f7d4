"""A third party's encoder, as docs tell how to write one: ``tests.own_encoder:OwnEncoder``."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from concept_core.audio import BadClip, BadClipsError, Sound, as_clip, sound_name
from concept_core.encoders.base import EncoderSpec, check_texts, unit
from concept_core.errors import DataError

DIM = 32


class OwnEncoder:
    """A clip is its coarse spectrum, a text the counts of its hashed words."""

    spec = EncoderSpec("own", "0" * 64, DIM, 16_000, "whole@1", "bare@1", "none")

    def encode_audio(self, clips: Sequence[Sound]) -> NDArray[np.float32]:
        rows, bad = np.zeros((len(clips), DIM), np.float32), []
        for index, clip in enumerate(clips):
            try:
                samples = as_clip(clip, self.spec.sample_rate).samples
            except DataError as error:
                bad.append(BadClip(index, sound_name(clip), str(error)))
                continue
            spectrum = np.abs(np.fft.rfft(samples))
            rows[index] = [part.sum() for part in np.array_split(spectrum, DIM)]
        if bad:
            raise BadClipsError(bad, len(clips))
        return unit(rows)

    def encode_text(self, texts: Sequence[str]) -> NDArray[np.float32]:
        check_texts(texts)
        rows = np.zeros((len(texts), DIM), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.split():
                row[zlib.crc32(word.encode()) % DIM] += 1
        return unit(rows)
