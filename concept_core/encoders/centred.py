"""An encoder with a centring around it: what it gives is centred, and its spec says how."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from concept_core.audio import Sound, check_sounds, sound_name
from concept_core.encoders import probes
from concept_core.encoders.base import Encoder, EncoderSpec, FloatArray, unit
from concept_core.encoders.centring import MEAN, NONE, RULES, Centring, from_bytes
from concept_core.encoders.own_means import FEWEST, ClipMeans, OwnMeans, Reference
from concept_core.encoders.precomputed import Precomputed
from concept_core.encoders.prompts import encode_labels
from concept_core.errors import UnknownFileError
from concept_core.files import read_bytes, sha256_text
from concept_core.spelling import unknown_name


class CentredEncoder:
    """``encoder`` with a centring; the spec says which.

    Parameters
    ----------
    encoder : Encoder
        Not centred.
    centring : Centring or OwnMeans
        Means of a reference, or of what is at hand.
    """

    def __init__(self, encoder: Encoder, centring: Centring | OwnMeans) -> None:
        self._encoder = encoder
        self._centring = centring
        self._spec = replace(encoder.spec, centring=centring.name)

    @property
    def spec(self) -> EncoderSpec:
        """The identity of this encoder."""
        return self._spec

    @property
    def uncentred(self) -> Encoder:
        """The encoder beneath."""
        return self._encoder

    @property
    def centring(self) -> Centring | OwnMeans:
        """What is taken off."""
        return self._centring

    @property
    def own_means(self) -> OwnMeans | None:
        """The centring, where its means are of what is at hand; else None."""
        return self._centring if isinstance(self._centring, OwnMeans) else None

    def encode_audio(self, clips: Sequence[Sound]) -> FloatArray:
        """Embed clips: (n, dim) float32, unit rows. Raises as the encoder does.

        Of a centring by own means that has not met any clips yet, nothing is taken off.
        """
        check_sounds(clips)
        names = [sound_name(clip, place) for place, clip in enumerate(clips)]
        return self._centring.off_sounds(self._encoder.encode_audio(clips), names)

    def encode_text(self, texts: Sequence[str]) -> FloatArray:
        """Embed texts as they are: (n, dim) float32, unit rows. Raises as the encoder does."""
        return self._centring.off_captions(self._encoder.encode_text(texts), texts)

    def centred_labels(self, labels: Iterable[str], prompt_set: str) -> FloatArray:
        """Embed labels that come singly: (n, dim) float32, unit rows."""
        rows = encode_labels(self._encoder, labels, prompt_set)
        return self._centring.off_labels(rows, prompt_set)

    def centred_list(self, labels: Iterable[str], prompt_set: str) -> FloatArray:
        """Embed the labels of one list, whose mean is taken off: (n, dim) float32, unit rows."""
        rows = encode_labels(self._encoder, labels, prompt_set)
        return self._centring.off_list(rows, prompt_set)

    def of_clips(self, means: ClipMeans, rows: FloatArray) -> CentredEncoder:
        """The same encoder with a mean for sounds, which is of ``rows`` (n, dim).

        Means that were estimated on a reference stay what they are.
        """
        if self.own_means is None:
            return self
        return CentredEncoder(self._encoder, self.own_means.of_clips(means, rows))

    def without_clips(self) -> CentredEncoder:
        """The same encoder before it met any clips: nothing is taken off sounds."""
        if self.own_means is None:
            return self
        return CentredEncoder(self._encoder, replace(self.own_means, sounds=None, directions=None))

    def of_captions(self, means: ClipMeans) -> CentredEncoder:
        """The same encoder with a mean for texts as they are."""
        if self.own_means is None:
            return self
        return CentredEncoder(self._encoder, replace(self.own_means, captions=means))


def own_means_of(encoder: Encoder) -> OwnMeans | None:
    """The centring of an encoder by what is at hand; None of every other encoder."""
    return encoder.own_means if isinstance(encoder, CentredEncoder) else None


def uncentred(encoder: Encoder) -> Encoder:
    """The encoder without the centring by what is at hand; any other encoder as it is."""
    if isinstance(encoder, CentredEncoder) and encoder.own_means is not None:
        return encoder.uncentred
    return encoder


def with_mean_of(encoder: Encoder, x: FloatArray) -> Encoder:
    """The encoder with the mean of rows (n, dim) for sounds, where it is by what is at hand.

    Of fewer rows than ``FEWEST`` no mean is taken. The rows may be raw, or centred already.
    """
    if not isinstance(encoder, CentredEncoder) or len(x) < FEWEST:
        return encoder
    rows = unit(x)
    stamp = hashlib.sha256(rows.tobytes()).hexdigest()
    return encoder.of_clips(ClipMeans.of(rows, "clips", stamp), rows)


def prompt_set_for(encoder: Encoder, labels: Sequence[str]) -> str:
    """How the labels of a vocabulary are written: the encoder's prompt set; of given rows, the
    wording that has them all."""
    raw = encoder.uncentred if isinstance(encoder, CentredEncoder) else encoder
    return raw.wording_for(labels) if isinstance(raw, Precomputed) else encoder.spec.prompt_set


def encode_list(encoder: Encoder, labels: Iterable[str], prompt_set: str) -> FloatArray:
    """Embed the labels of one list, such as a vocabulary or the classes to choose among.

    (n, dim) float32, unit rows: centred by their own mean where the encoder's means are of what
    is at hand. Raises as `encode_labels`.
    """
    if isinstance(encoder, CentredEncoder):
        return encoder.centred_list(labels, prompt_set)
    return encode_labels(encoder, labels, prompt_set)


def centred(encoder: Encoder, centring: str, reference: Reference | None = None) -> Encoder:
    """The encoder with the centring that an option names.

    Parameters
    ----------
    encoder : Encoder
        Without centring.
    centring : str
        ``none``; ``mean`` or ``spectral``, by what is at hand; or a file of ``sonolex centre``.
    reference : callable, optional
        Rows of texts by prompt set, for texts that come singly; by default the built-in words.

    Raises
    ------
    UsageError
        Neither a rule nor a file.
    DataError
        A file that holds no centring, or another encoder's.
    """
    if centring == NONE:
        return encoder
    if Path(centring).is_file():
        return CentredEncoder(encoder, from_bytes(read_bytes(centring), encoder.spec, centring))
    if centring not in RULES:
        raise unknown_name("centring", centring, RULES, "no such file, and", UnknownFileError)
    if reference is not None:
        return CentredEncoder(encoder, OwnMeans(centring, encoder.spec, reference))
    name = f"{probes.NAME} {probes.fingerprint()[:16]}"
    return CentredEncoder(encoder, OwnMeans(centring, encoder.spec, _words(encoder), name))


def centred_by_rows(encoder: Precomputed, centring: str | None) -> Encoder:
    """Rows of a file with the centring that an option names, by the texts and sounds of the file.

    By default ``mean``, and ``none`` where the file says that the rows come from an encoder whose
    space is centred already.

    Raises
    ------
    UsageError, DataError
        As `centred`.
    """
    if centring is None:
        centring = NONE if encoder.is_centred else MEAN
    found = centred(encoder, centring, encoder.reference)
    rows = encoder.sounds
    if isinstance(found, CentredEncoder) and len(rows) >= FEWEST:
        stamp = sha256_text(encoder.spec.checkpoint)
        return found.of_clips(ClipMeans.of(rows, "all-rows", stamp), rows)
    return found


def _words(encoder: Encoder) -> Reference:
    """The built-in words, embedded when they are wanted, and once a prompt set."""
    known: dict[str, FloatArray] = {}

    def rows(prompt_set: str) -> FloatArray:
        if prompt_set not in known:
            known[prompt_set] = np.asarray(encode_labels(encoder, probes.words(), prompt_set))
        return known[prompt_set]

    return rows
