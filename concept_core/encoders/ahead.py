"""Embeddings of many clips made by workers, and kept, before anything asks for them.

Whoever embeds the clips then finds them. What workers could not embed, bad clips among it, is not
kept, and is embedded or reported where it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from concept_core.audio import BadClipsError, Sound
from concept_core.encoders.base import Encoder, FloatArray
from concept_core.encoders.cache import CachedEncoder, audio_keys
from concept_core.encoders.centred import CentredEncoder
from concept_core.encoders.embeddings import BATCH
from concept_core.encoders.registry import load_encoder
from concept_core.engine import Done, Engine
from concept_core.errors import DataError

_Rows = tuple[list[bytes], FloatArray]


def embed_ahead(
    encoder: Encoder,
    specifier: str,
    clips: Sequence[Sound],
    engine: Engine,
    *,
    device: str = "auto",
    offline: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> bool:
    """Have clips embedded by an engine, in the batches of `embed_clips`, and keep their rows.

    Nothing is done for an encoder whose embeddings are not kept.

    Parameters
    ----------
    encoder : Encoder
        What ``load_encoder`` gave for ``specifier``; this process alone keeps rows.
    specifier, device, offline
        With which workers load the same encoder.
    clips : sequence of str, Path, SoundBytes, Clip or (array, rate) pair
    engine : Engine
    progress : callable, optional
        Called with the number of clips done and the number of all that are not kept yet.

    Returns
    -------
    bool
        Whether embeddings of this encoder are kept.

    Raises
    ------
    MissingError, UsageError
        A worker cannot load the encoder.
    DataError
        A worker has another checkpoint under the same name.
    """
    raw = _beneath(encoder)
    if not isinstance(raw, CachedEncoder):
        return False
    wanted = raw.unknown(clips)
    batches = list(_batches(wanted, clips))
    total, done = len(wanted), 0
    worker = ClipEmbedder(specifier, device, offline, raw.spec.fingerprint)
    for came in engine.map(worker, batches, ordered=False):
        done += len(batches[came.place])
        if isinstance(came, Done):
            keys, rows = came.result
            # A worker elsewhere may have another file under this name.
            same = [place for place, key in enumerate(keys) if key in wanted]
            raw.keep([keys[place] for place in same], rows[same])
        if progress is not None:
            progress(done, total)
    return True


def _batches(wanted: dict[bytes, int], clips: Sequence[Sound]) -> Iterator[list[Sound]]:
    """What is new of each batch that `embed_clips` would make: rows may depend on their batch."""
    by_batch: dict[int, list[Sound]] = {}
    for place in sorted(wanted.values()):
        by_batch.setdefault(place // BATCH, []).append(clips[place])
    yield from by_batch.values()


def _beneath(encoder: Encoder) -> Encoder:
    return encoder.uncentred if isinstance(encoder, CentredEncoder) else encoder


@dataclass(frozen=True, slots=True)
class ClipEmbedder:
    """Embeds batches of clips; gives the keys of their content, and a row for each.

    Attributes
    ----------
    specifier, device, offline
        As of ``load_encoder``.
    fingerprint : str
        Of the encoder's spec in the process that asks.
    """

    specifier: str
    device: str
    offline: bool
    fingerprint: str

    def start(self) -> Callable[[list[Sound]], _Rows]:
        """Load the encoder; its model is loaded by the first batch."""
        encoder = _beneath(
            load_encoder(self.specifier, device=self.device, cache=False, offline=self.offline)
        )
        if encoder.spec.fingerprint != self.fingerprint:
            raise DataError(
                f"a worker has other files of {self.specifier} than this process; put the same on"
                " every machine"
            )
        return lambda batch: _embedded(encoder, batch)


def _embedded(encoder: Encoder, batch: list[Sound]) -> _Rows:
    """Keys and rows of those clips that can be embedded and did not change meanwhile."""
    before = audio_keys(batch)
    chosen = list(range(len(batch)))
    try:
        rows = encoder.encode_audio(batch)
    except BadClipsError as error:
        bad = {clip.index for clip in error.bad}
        chosen = [place for place in chosen if place not in bad]
        good = [batch[place] for place in chosen]
        rows = encoder.encode_audio(good) if good else np.zeros((0, encoder.spec.dim), np.float32)
    after = audio_keys(batch)
    same = [
        (row, key)
        for row, place in enumerate(chosen)
        if (key := before[place]) is not None and key == after[place]
    ]
    return [key for _, key in same], rows[[row for row, _ in same]]
