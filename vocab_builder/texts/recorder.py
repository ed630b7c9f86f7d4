"""An encoder that embeds nothing: it notes the texts that are asked for, and makes rows up."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from concept_core.audio import Sound, sound_name
from concept_core.encoders import Encoder
from concept_core.encoders.base import EncoderSpec, FloatArray, check_texts, unit
from concept_core.encoders.centred import centred
from concept_core.encoders.centring import MEAN, PRECOMPUTED

_DIM = 16


class Recorder:
    """Made rows for whatever is asked, as ``precomputed`` has given ones; no file is opened.

    Parameters
    ----------
    prompt_set : str
        How labels are written.
    noted : dict
        Every text that is asked for is added to its keys, in the order in which they are asked
        for first.
    """

    needs_sound = False
    """Clips are known by their names."""

    def __init__(self, prompt_set: str, noted: dict[str, None]) -> None:
        self._noted = noted
        # By this name nothing is known of the space: what is calibrated for an encoder that is
        # known needs no text.
        self.spec = EncoderSpec(PRECOMPUTED, "0" * 64, _DIM, 0, "precomputed@1", prompt_set, "none")

    def encode_text(self, texts: Sequence[str]) -> FloatArray:
        """Note the texts; rows (n, dim) that depend on nothing but the text."""
        check_texts(texts)
        self._noted.update(dict.fromkeys(texts))
        return _rows(texts)

    def encode_audio(self, clips: Sequence[Sound]) -> FloatArray:
        """Rows (n, dim) that depend on nothing but the name."""
        return _rows([sound_name(clip, place) for place, clip in enumerate(clips)])


def recording(prompt_set: str, noted: dict[str, None]) -> Encoder:
    """A recorder with the centring that rows of a file have: its means ask for texts too."""

    def no_reference(prompts: str) -> FloatArray:
        return np.zeros((0, _DIM), np.float32)

    return centred(Recorder(prompt_set, noted), MEAN, no_reference)


def _rows(names: Sequence[str]) -> FloatArray:
    seeds = (hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest() for name in names)
    numbers = np.frombuffer(b"".join(seeds), np.uint16).reshape(len(names), _DIM)
    # Not symmetric about nothing, so that no row can be zero.
    return unit(numbers.astype(np.float32) - np.float32(32767.25))
