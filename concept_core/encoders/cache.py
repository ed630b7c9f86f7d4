"""An encoder in front of its kept embeddings: the model is asked only for what is new."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from concept_core.audio import (
    BadClip,
    BadClipsError,
    Clip,
    Sound,
    SoundBytes,
    check_sounds,
    pair_clip,
    sha256_of,
)
from concept_core.encoders.base import Encoder, EncoderSpec, FloatArray, check_texts
from concept_core.encoders.cache_file import begin, checksum, insert, on_file
from concept_core.errors import DataError
from concept_core.files import sha256_text
from concept_core.parallel import map_ordered

# What is lost when a process is killed: one batch.
_CLIPS = 32
_TEXTS = 512
# Of one statement; older builds of SQLite bind a thousand values.
_KEYS = 500
_Item = TypeVar("_Item")
_Key = bytes | None


class CachedEncoder:
    """The same embeddings as of ``encoder``, from its store where they are kept.

    A text is kept under its own sha256, a clip under that of its samples and their rate, or of
    its file's bytes and suffix: a file that changes has no kept embedding, whatever its name
    and date.

    Parameters
    ----------
    encoder : Encoder
        It must answer for its spec without loading its model.
    identity : str
        What a third party's encoder says of itself beside its spec: another one, other rows.
    """

    def __init__(self, encoder: Encoder, identity: str = "") -> None:
        self._encoder = encoder
        # What labels are written as is decided before a text comes here.
        spec = replace(encoder.spec, prompt_set="bare@1")
        if identity:
            spec = replace(spec, checkpoint=sha256_text(f"{spec.checkpoint} {identity}"))
        self._store = Store(spec)

    @property
    def spec(self) -> EncoderSpec:
        """That of the encoder."""
        return self._encoder.spec

    def encode_text(self, texts: Sequence[str]) -> FloatArray:
        """Embed texts, or read what is kept of them. Raises as the encoder does."""
        check_texts(texts)
        return self._rows(texts, _text_keys, self._encoder.encode_text, _TEXTS)

    def encode_audio(self, clips: Sequence[Sound]) -> FloatArray:
        """Embed clips, or read what is kept of them. Raises as the encoder does."""
        check_sounds(clips)
        return self._rows(clips, audio_keys, self._encoder.encode_audio, _CLIPS)

    def unknown(self, clips: Sequence[Sound]) -> dict[bytes, int]:
        """What is not kept: the key of its content, and the first place of it in ``clips``."""
        places: dict[bytes, int] = {}
        for place, key in enumerate(audio_keys(clips)):
            if key is not None:
                places.setdefault(key, place)
        known = self._store.get(list(places))[1]
        return {key: place for (key, place), one in zip(places.items(), known, strict=True)
                if not one}  # fmt: skip

    def keep(self, keys: Sequence[bytes], rows: FloatArray) -> None:
        """Keep rows (n, dim) of clips under n different keys of `audio_keys`."""
        self._store.keep(keys, rows)

    def _rows(
        self,
        items: Sequence[_Item],
        to_keys: Callable[[Sequence[_Item]], list[_Key]],
        encode: Callable[[Sequence[_Item]], FloatArray],
        size: int,
    ) -> FloatArray:
        # Equal content is asked for once; what has no key, by its place.
        places: dict[bytes | int, list[int]] = {}
        for index, key in enumerate(to_keys(items)):
            places.setdefault(index if key is None else key, []).append(index)
        out = np.zeros((len(items), self.spec.dim), np.float32)
        asked = [key for key in places if isinstance(key, bytes)]
        rows, known = self._store.get(asked)
        for place in np.flatnonzero(known):
            out[places.pop(asked[place])] = rows[place]
        new = list(places.items())
        bad: list[BadClip] = []
        for start in range(0, len(new), size):
            part = new[start : start + size]
            chosen = [items[indices[0]] for _, indices in part]
            try:
                rows = encode(chosen)
            except BadClipsError as error:
                bad += [
                    replace(clip, index=index)
                    for clip in error.bad
                    for index in part[clip.index][1]
                ]
                continue
            rows = self._keep([key for key, _ in part], to_keys(chosen), rows)
            for (_, indices), row in zip(part, rows, strict=True):
                out[indices] = row
        if bad:
            raise BadClipsError(sorted(bad, key=lambda clip: clip.index), len(items))
        return out

    def _keep(
        self, before: Sequence[bytes | int], after: Sequence[_Key], rows: FloatArray
    ) -> FloatArray:
        """Keep the rows of what has the same content as when it was first looked at."""
        chosen = {
            key: index
            for index, key in enumerate(after)
            if key is not None and key == before[index]
        }
        kept, where = rows.copy(), list(chosen.values())
        kept[where] = self._store.keep(list(chosen), rows[where])
        return kept


class Store:
    """Embeddings by key, for one spec.

    Parameters
    ----------
    spec : EncoderSpec
    """

    def __init__(self, spec: EncoderSpec) -> None:
        self.spec = spec
        self._fingerprint = spec.fingerprint

    def get(self, keys: Sequence[bytes]) -> tuple[FloatArray, NDArray[np.bool_]]:
        """The rows (n, dim) of n different keys, and which of them (n,) are kept; others are 0."""
        rows = np.zeros((len(keys), self.spec.dim), np.float32)
        known = np.zeros(len(keys), np.bool_)
        if len(keys):
            on_file(lambda file: self._fill(file, keys, rows, known), None)
        return rows, known

    def keep(self, keys: Sequence[bytes], rows: FloatArray) -> FloatArray:
        """Keep rows (n, dim) under n different keys; returns them as they are kept.

        Another process may have kept some of them since they were asked for: then its rows are
        returned. Where nothing can be written, nothing is kept and the rows are those given.
        """
        if not len(keys):
            return rows
        return on_file(lambda file: self._add(file, keys, rows), rows, create=True)

    def _fill(
        self,
        file: sqlite3.Connection,
        keys: Sequence[bytes],
        rows: FloatArray,
        known: NDArray[np.bool_],
    ) -> None:
        """Write what is kept of keys into rows (n, dim), and note it in known (n,)."""
        places = {key: place for place, key in enumerate(keys)}
        for start in range(0, len(keys), _KEYS):
            part = keys[start : start + _KEYS]
            read = file.execute(
                "SELECT key, sum, row FROM embeddings"
                " WHERE spec = (SELECT id FROM specs WHERE fingerprint = ?)"
                f" AND key IN ({','.join('?' * len(part))})",
                (self._fingerprint, *part),
            )
            sound = [
                (places[key], row)
                for key, stamp, row in read
                if key in places and checksum(self._fingerprint, key, row) == stamp
            ]
            if sound:
                chosen, blobs = zip(*sound, strict=True)
                values = np.frombuffer(b"".join(blobs), "<f4")
                rows[list(chosen)] = values.reshape(len(sound), self.spec.dim)
                known[list(chosen)] = True

    def _add(self, file: sqlite3.Connection, keys: Sequence[bytes], rows: FloatArray) -> FloatArray:
        """One transaction: what is kept already stays, the rest joins it."""
        begin(file)
        before, known = np.zeros_like(rows, np.float32), np.zeros(len(keys), np.bool_)
        self._fill(file, keys, before, known)
        new = np.flatnonzero(~known).tolist()
        insert(file, ((self.spec, keys[i], rows[i].astype("<f4").tobytes()) for i in new))
        file.execute("COMMIT")
        return np.where(known[:, None], before, rows)


def _text_keys(texts: Sequence[str]) -> list[_Key]:
    return [
        hashlib.sha256(b"text\0" + text.encode("utf-8", "surrogatepass")).digest() for text in texts
    ]


def audio_keys(clips: Sequence[Sound]) -> list[_Key]:
    """Keys of clips' content; None for a file that cannot be read, which the encoder explains."""
    return map_ordered(_audio_key, clips)


def _audio_key(clip: Sound) -> _Key:
    if isinstance(clip, tuple):
        try:
            clip = pair_clip(clip)
        except DataError:
            return None
    if not isinstance(clip, Clip):
        # What has no header is decoded by its suffix.
        file = clip if isinstance(clip, SoundBytes) else Path(clip)
        suffix = file.suffix.lower().encode("utf-8", "surrogateescape")
        try:
            data = b"file\0" + suffix + b"\0" + bytes.fromhex(sha256_of(file))
        except OSError:
            return None
        return hashlib.sha256(data).digest()
    samples = np.ascontiguousarray(clip.samples)
    data = f"samples\0{clip.sample_rate} {samples.dtype.str} {samples.shape}\0".encode()
    return hashlib.sha256(data + samples.tobytes()).digest()
