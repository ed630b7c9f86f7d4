"""An encoder whose sounds and texts are centred, each by the mean of its own modality."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from concept_core.audio import Sound
from concept_core.encoders.base import Encoder, EncoderSpec, FloatArray
from concept_core.encoders.centring import Centring


class CentredEncoder:
    """``encoder`` with a centring; the spec says which.

    Parameters
    ----------
    encoder : Encoder
        Not centred.
    name : str
        What the spec calls the centring; it is known before the means are.
    load : callable
        Gives the centring; called once, when the first embedding is wanted.
    """

    def __init__(self, encoder: Encoder, name: str, load: Callable[[], Centring]) -> None:
        self._encoder = encoder
        self._load = load
        self._centring: Centring | None = None
        self._spec = replace(encoder.spec, centring=name)

    @property
    def spec(self) -> EncoderSpec:
        """The identity of this encoder."""
        return self._spec

    @property
    def uncentred(self) -> Encoder:
        """The encoder beneath."""
        return self._encoder

    @property
    def centring(self) -> Centring:
        """The means, and the modality gap of their reference before and after."""
        if self._centring is None:
            self._centring = self._load()
        return self._centring

    def encode_audio(self, clips: Sequence[Sound]) -> FloatArray:
        """Embed clips: (n, dim) float32, unit rows. Raises as the encoder does."""
        return self.centring.sounds(self._encoder.encode_audio(clips))

    def encode_text(self, texts: Sequence[str]) -> FloatArray:
        """Embed texts: (n, dim) float32, unit rows. Raises as the encoder does."""
        return self.centring.texts(self._encoder.encode_text(texts))
