"""Encoders behind one protocol; ``load_encoder`` finds one by name."""

from __future__ import annotations

from concept_core.encoders.base import Encoder, EncoderSpec
from concept_core.encoders.registry import ENTRY_POINTS, NAMES, load_encoder

__all__ = ["ENTRY_POINTS", "NAMES", "Encoder", "EncoderSpec", "load_encoder"]
