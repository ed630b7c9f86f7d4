"""Embeddings of many clips, with the bad ones reported together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from concept_core.audio import BadClip, BadClipsError, Sound
from concept_core.encoders.base import Encoder, FloatArray

_BATCH = 32


@dataclass(frozen=True, slots=True)
class EmbeddedClips:
    """What came of embedding a list of clips.

    Attributes
    ----------
    x : (n, dim) float32, unit rows
    kept : tuple of int
        Place in the list of each row's clip, ascending.
    bad : tuple of (name, message)
        The clips left out, and why, in the order of the list.
    """

    x: FloatArray = field(repr=False)
    kept: tuple[int, ...]
    bad: tuple[tuple[str, str], ...] = ()


def embed_clips(
    encoder: Encoder,
    clips: Sequence[Sound],
    *,
    skip_bad: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> EmbeddedClips:
    """Embed clips in batches.

    Parameters
    ----------
    encoder : Encoder
    clips : sequence of str, Path or Clip
    skip_bad : bool
        Leave out clips that cannot be embedded instead of raising.
    progress : callable, optional
        Called with the number of clips done and the number of all, after each batch.

    Raises
    ------
    BadClipsError
        Naming every bad clip of the list: without ``skip_bad`` if there is one, with it if
        there is no good one.
    """
    parts = [np.zeros((0, encoder.spec.dim), np.float32)]
    bad: list[BadClip] = []
    for start in range(0, len(clips), _BATCH):
        batch = clips[start : start + _BATCH]
        try:
            parts.append(encoder.encode_audio(batch))
        except BadClipsError as error:
            bad += [replace(clip, index=start + clip.index) for clip in error.bad]
            left_out = {clip.index for clip in error.bad}
            good = [clip for index, clip in enumerate(batch) if index not in left_out]
            if skip_bad and good:
                parts.append(encoder.encode_audio(good))
        if progress is not None:
            progress(start + len(batch), len(clips))
    if bad and (not skip_bad or len(bad) == len(clips)):
        raise BadClipsError(bad, len(clips))
    left_out = {clip.index for clip in bad}
    kept = tuple(index for index in range(len(clips)) if index not in left_out)
    return EmbeddedClips(np.concatenate(parts), kept, tuple((b.name, b.message) for b in bad))
