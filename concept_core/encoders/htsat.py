"""HTSAT, the audio model of most CLAP checkpoints: its sizes, read from its weights.

Ke Chen et al., HTS-AT: a hierarchical token-semantic audio transformer, 2022 (arXiv 2202.00874).
A file's name promises a size; only the weights keep it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from concept_core.encoders.checkpoint import State

SPEC_SIZE = 256
"""Side of the square that a spectrogram is folded into; all published checkpoints have it."""

ATTENTION_WINDOW = 8
PATCH = 4


@dataclass(frozen=True, slots=True)
class HtsatSizes:
    """Sizes of an HTSAT.

    Attributes
    ----------
    width : int
        Of a patch's embedding: 96 in the tiny one, 128 in the base, 256 in the large.
    depths, heads : tuple of int
        Blocks, and heads of their attention, of each layer.
    classes : int
        Of the classifier, which embeddings do not use.
    mel_bins, fft : int
        Of the spectrogram.
    fused : bool
        Whether it has the branch that fuses a long clip's parts.
    """

    width: int
    depths: tuple[int, ...]
    heads: tuple[int, ...]
    classes: int
    mel_bins: int
    fft: int
    fused: bool


def read_sizes(state: State, prefix: str) -> HtsatSizes:
    """The sizes of the HTSAT whose weights have a prefix.

    Raises
    ------
    KeyError
        A weight is missing.
    """
    blocks = re.compile(re.escape(prefix) + r"layers\.(\d+)\.blocks\.(\d+)\.norm1\.weight")
    found = [(int(match[1]), int(match[2])) for match in map(blocks.fullmatch, state) if match]
    layers = range(max((layer for layer, _ in found), default=-1) + 1)
    bias = "layers.{}.blocks.0.attn.relative_position_bias_table"
    return HtsatSizes(
        width=len(state[f"{prefix}patch_embed.proj.weight"]),
        depths=tuple(sum(one == layer for one, _ in found) for layer in layers),
        heads=tuple(state[prefix + bias.format(layer)].shape[1] for layer in layers),
        classes=len(state[f"{prefix}tscam_conv.weight"]),
        mel_bins=state[f"{prefix}logmel_extractor.melW"].shape[1],
        fft=state[f"{prefix}spectrogram_extractor.stft.conv_real.weight"].shape[2],
        fused=f"{prefix}patch_embed.mel_conv2d.weight" in state,
    )
