"""Embeddings of many clips, with the bad ones reported together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from concept_core.audio import BadClip, BadClipsError, Sound
from concept_core.encoders.base import Encoder, FloatArray
from concept_core.encoders.centred import CentredEncoder, own_means_of, with_mean_of
from concept_core.encoders.own_means import FEWEST, ClipMeans

BATCH = 32
"""Clips that are embedded together."""


@dataclass(frozen=True, slots=True)
class EmbeddedClips:
    """What came of embedding a list of clips.

    Attributes
    ----------
    x : (n, dim) float32, unit rows
    kept : tuple of int
        Place in the list of each row's clip, ascending.
    encoder : Encoder
        What gave the rows: where it awaited clips to take a mean of, with the mean of these.
    bad : tuple of (name, message)
        The clips left out, and why, in the order of the list.
    """

    x: FloatArray = field(repr=False)
    kept: tuple[int, ...]
    encoder: Encoder = field(repr=False)
    bad: tuple[tuple[str, str], ...] = ()


def embed_clips(
    encoder: Encoder,
    clips: Sequence[Sound],
    *,
    skip_bad: bool | None = False,
    parts: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> EmbeddedClips:
    """Embed clips in batches.

    Where the encoder is centred by what is at hand and has met no clips yet, the mean of these is
    taken off, if there are ``FEWEST`` or more.

    Parameters
    ----------
    encoder : Encoder
    clips : sequence of str, Path, SoundBytes, Clip or (array, rate) pair
    skip_bad : bool or None
        Leave out clips that cannot be embedded instead of raising. None raises, and the error
        does not advise it: of callers that offer nobody this choice.
    parts : bool
        The clips are parts of one sound: their mean says what it is, and is not taken off.
    progress : callable, optional
        Called with the number of clips done and the number of all, after each batch.

    Raises
    ------
    BadClipsError
        Naming every bad clip of the list: without ``skip_bad`` if there is one, with it if
        there is no good one.
    """
    if parts or not _awaits_clips(encoder):
        return _embed(encoder, clips, skip_bad, progress)
    assert isinstance(encoder, CentredEncoder)
    found = _embed(encoder.uncentred, clips, skip_bad, progress)
    if len(found.x) < FEWEST:
        return replace(found, encoder=encoder)
    fitted = with_mean_of(encoder, found.x)
    assert isinstance(fitted, CentredEncoder)
    return replace(found, x=fitted.centring.off_sounds(found.x, ()), encoder=fitted)


def embed_texts(encoder: Encoder, texts: Sequence[str]) -> FloatArray:
    """Embed texts as they are: (n, dim) float32, unit rows; raises as the encoder does.

    Where the encoder is centred by what is at hand, the mean of these is taken off, if there are
    ``FEWEST`` or more.
    """
    if not isinstance(encoder, CentredEncoder) or encoder.own_means is None or len(texts) < FEWEST:
        return encoder.encode_text(texts)
    rows = encoder.uncentred.encode_text(texts)
    means = ClipMeans.of(rows, "texts", hashlib.sha256(rows.tobytes()).hexdigest())
    return encoder.of_captions(means).centring.off_captions(rows, texts)


def _awaits_clips(encoder: Encoder) -> bool:
    """Whether the encoder is centred by clips, and has met none."""
    own = own_means_of(encoder)
    return own is not None and own.sounds is None


def _embed(
    encoder: Encoder,
    clips: Sequence[Sound],
    skip_bad: bool | None,
    progress: Callable[[int, int], None] | None,
) -> EmbeddedClips:
    """As `embed_clips`, with the encoder as it is."""
    parts = [np.zeros((0, encoder.spec.dim), np.float32)]
    bad: list[BadClip] = []
    for start in range(0, len(clips), BATCH):
        batch = clips[start : start + BATCH]
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
        raise BadClipsError(bad, len(clips), advise=skip_bad is not None)
    left_out = {clip.index for clip in bad}
    kept = tuple(index for index in range(len(clips)) if index not in left_out)
    told = tuple((clip.name, clip.message) for clip in bad)
    return EmbeddedClips(np.concatenate(parts), kept, encoder, told)
