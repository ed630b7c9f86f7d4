"""What every encoder is: a protocol of two methods and a spec that identifies it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from concept_core.audio import Sound
from concept_core.errors import DataError, UsageError
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
        ``none``, or the rule, the name of its reference, and the hash of what it was estimated on.
    precision : str
        ``float32``, or the half precision that the model's products run in.
    """

    name: str
    checkpoint: str
    dim: int
    sample_rate: int
    windowing: str
    prompt_set: str
    centring: str
    precision: str = "float32"

    def to_dict(self) -> dict[str, Any]:
        """The spec as JSON-ready values.

        Full precision is left out: specs from before there was another keep their fingerprint.
        """
        values = asdict(self)
        if self.precision == "float32":
            del values["precision"]
        return values

    @property
    def fingerprint(self) -> str:
        """sha256 over the canonical JSON of the spec: the key of caches and cards."""
        return sha256_text(canonical_json(self.to_dict()))


def differences(one: EncoderSpec, other: EncoderSpec) -> str:
    """What differs between two specs, as ``field: 'a' / 'b'``, for messages; empty if nothing."""
    first, second = asdict(one), asdict(other)
    return "; ".join(
        f"{name}: {value!r} / {second[name]!r}"
        for name, value in first.items()
        if value != second[name]
    )


def check_texts(texts: Sequence[str]) -> None:
    """See that there is a list of texts, each with something in it.

    Raises
    ------
    UsageError
        A single string where a list belongs.
    DataError
        A text is empty; its index is named.
    """
    if isinstance(texts, str):
        raise UsageError(f"give a list of texts, not one string ({texts[:40]!r})")
    for index, text in enumerate(texts):
        if not text.strip():
            raise DataError(f"text {index} is empty ({text!r}); it has no embedding")


def unit(x: FloatArray) -> FloatArray:
    """Rows scaled to length 1, over the last axis; a zero row stays one."""
    lengths = np.linalg.norm(x, axis=-1, keepdims=True)
    rows: FloatArray = (x / np.maximum(lengths, 1e-9)).astype(np.float32)
    return rows


@runtime_checkable
class Encoder(Protocol):
    """An audio-text model: sounds and words to unit rows of one space."""

    @property
    def spec(self) -> EncoderSpec:
        """The identity of this encoder."""
        ...

    def encode_audio(self, clips: Sequence[Sound]) -> FloatArray:
        """Embed clips: (n, dim) float32, unit rows. One BadClipsError names every bad clip."""
        ...

    def encode_text(self, texts: Sequence[str]) -> FloatArray:
        """Embed texts as they are: (n, dim) float32, unit rows."""
        ...
