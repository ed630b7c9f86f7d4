"""An encoder in front of its kept embeddings: the model is asked only for what is new."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from concept_core.audio import BadClip, BadClipsError, Clip, clip_name
from concept_core.embedding_cache.store import Store
from concept_core.encoders.base import Encoder, EncoderSpec, FloatArray, check_texts
from concept_core.encoders.runtime import map_ordered
from concept_core.errors import UsageError
from concept_core.files import sha256_file

# What is lost when a process is killed: one batch.
_CLIPS = 32
_TEXTS = 512
_Item = TypeVar("_Item")


class CachedEncoder:
    """The same embeddings as of ``encoder``, from its store where they are kept.

    A text is kept under its own sha256, a clip under the sha256 of its file's bytes or of its
    samples and their rate: a file that changes has no kept embedding, whatever its name and date.

    Parameters
    ----------
    encoder : Encoder
        It must answer for its spec without loading its model.
    store : Store, optional
        That of the encoder's spec unless told.
    """

    def __init__(self, encoder: Encoder, store: Store | None = None) -> None:
        self._encoder = encoder
        # What labels are written as is decided before a text comes here.
        self._store = Store(replace(encoder.spec, prompt_set="bare@1")) if store is None else store

    @property
    def spec(self) -> EncoderSpec:
        """That of the encoder."""
        return self._encoder.spec

    def encode_text(self, texts: Sequence[str]) -> FloatArray:
        """Embed texts, or read what is kept of them. Raises as the encoder does."""
        check_texts(texts)
        keys = [hashlib.sha256(b"text\0" + text.encode("utf-8")).digest() for text in texts]
        return self._rows(texts, keys, self._encoder.encode_text, _TEXTS)

    def encode_audio(self, clips: Sequence[str | Path | Clip]) -> FloatArray:
        """Embed clips, or read what is kept of them. Raises as the encoder does."""
        if isinstance(clips, (str, Path, Clip)):
            raise UsageError(f"give a list of clips, not one ({clip_name(clips)})")
        keys = map_ordered(_audio_key, clips)
        return self._rows(clips, keys, self._encoder.encode_audio, _CLIPS)

    def _rows(
        self,
        items: Sequence[_Item],
        keys: Sequence[bytes | None],
        encode: Callable[[Sequence[_Item]], FloatArray],
        size: int,
    ) -> FloatArray:
        found: dict[bytes | int, FloatArray] = {}
        found.update(self._store.get([key for key in keys if key is not None]))
        # Equal content is asked for once; what has no key, by its place.
        wanted: dict[bytes | int, list[int]] = {}
        for index, key in enumerate(keys):
            if key is None or key not in found:
                wanted.setdefault(index if key is None else key, []).append(index)
        new = list(wanted)
        bad: list[BadClip] = []
        for start in range(0, len(new), size):
            part = new[start : start + size]
            try:
                rows = encode([items[wanted[key][0]] for key in part])
            except BadClipsError as error:
                bad += [
                    replace(clip, index=index)
                    for clip in error.bad
                    for index in wanted[part[clip.index]]
                ]
                continue
            self._keep(part, rows)
            found.update(zip(part, rows, strict=True))
        if bad:
            raise BadClipsError(sorted(bad, key=lambda clip: clip.index), len(items))
        out = np.zeros((len(items), self.spec.dim), np.float32)
        for index, key in enumerate(keys):
            out[index] = found[index if key is None else key]
        return out

    def _keep(self, keys: Sequence[bytes | int], rows: FloatArray) -> None:
        chosen = [place for place, key in enumerate(keys) if isinstance(key, bytes)]
        self._store.put([key for key in keys if isinstance(key, bytes)], rows[chosen])


def _audio_key(clip: str | Path | Clip) -> bytes | None:
    """Key of a clip's content; None for a file that cannot be read, which the encoder explains."""
    if not isinstance(clip, Clip):
        try:
            return hashlib.sha256(b"file\0" + bytes.fromhex(sha256_file(clip))).digest()
        except OSError:
            return None
    samples = np.ascontiguousarray(clip.samples)
    told = f"samples\0{clip.sample_rate} {samples.dtype.str} {samples.shape}\0".encode()
    return hashlib.sha256(told + samples.tobytes()).digest()
