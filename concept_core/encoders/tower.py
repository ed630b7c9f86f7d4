"""What a CLAP backend gives: a plan that is cheap to make, and the loaded model behind it.

A plan knows all that identifies an encoder, so that embeddings can be looked up without loading
anything; only its ``load`` imports a model's library and reads its weights.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from concept_core.encoders.base import FloatArray


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
        How shorter clips fill it: one of ``windows.FILLS``.
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
