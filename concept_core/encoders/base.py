"""What every encoder is: a protocol of two methods and a spec that identifies it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from concept_core.audio import Clip
from concept_core.files import canonical_json, sha256_text

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EncoderSpec:
    """The identity of an encoder: two embeddings compare only if their specs are equal.

    Attributes
    ----------
    name : str
        Name of the backend, as ``load_encoder`` takes it.
    checkpoint : str
        sha256 over the checkpoint files that the encoder reads.
    dim : int
        Length of an embedding.
    sample_rate : int
        Hz that audio is resampled to.
    windowing : str
        Named, versioned rule from a clip to the frames that the model sees.
    prompt_set : str
        Named, versioned rule from a label to the text that is encoded.
    centring : str
        ``none``, or the rule and the hash of the means.
    """

    name: str
    checkpoint: str
    dim: int
    sample_rate: int
    windowing: str
    prompt_set: str
    centring: str

    def to_dict(self) -> dict[str, Any]:
        """The spec as JSON-ready values."""
        return asdict(self)

    @property
    def fingerprint(self) -> str:
        """sha256 over the canonical JSON of the spec: the key of caches and cards."""
        return sha256_text(canonical_json(self.to_dict()))


@runtime_checkable
class Encoder(Protocol):
    """An audio-text model: sounds and words to unit rows of one space."""

    @property
    def spec(self) -> EncoderSpec:
        """The identity of this encoder."""
        ...

    def encode_audio(self, clips: Sequence[str | Path | Clip]) -> FloatArray:
        """Embed clips: (n, dim) float32, unit rows. One BadClipsError names every bad clip."""
        ...

    def encode_text(self, texts: Sequence[str]) -> FloatArray:
        """Embed texts as they are: (n, dim) float32, unit rows."""
        ...
